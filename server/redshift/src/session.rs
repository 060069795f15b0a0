//! A signed-in session, used for reading only: every statement runs in a read-only transaction that is rolled back.

mod ended;
mod transaction;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::address::{Endpoint, PinnedAddr, Policy, Resolver, resolve};
use crate::cancel::Canceller;
use crate::deadlines::Deadlines;
use crate::dial::{Dialer, dial};
use crate::error::{Error, Phase};
use crate::guard::Approved;
use crate::rows::{Limits, Rows};
use crate::sign_in::{Login, SignedIn, sign_in};
use crate::stream::{AuthRequest, Report};
use crate::tls::{Secured, TlsPolicy, secure};
use crate::wake::Patience;
use transaction::Statement;

pub use ended::EndedBy;

/// By what it said at sign-in: `padb_version`, or the version of PostgreSQL that every Redshift claims to be.
fn is_redshift(report: &Report) -> bool {
    report.parameter("padb_version").is_some() || report.parameter("server_version").as_deref() == Some("8.0.2")
}

/// The parts a connection is made with; the same for checks, previews and everything later.
#[derive(Clone)]
pub struct Means {
    pub policy: Policy,
    pub resolver: Arc<dyn Resolver>,
    pub dialer: Arc<dyn Dialer>,
    pub deadlines: Deadlines,
}

pub struct Session {
    signed_in: SignedIn,
    canceller: Option<Canceller>,
    dialer: Arc<dyn Dialer>,
    deadlines: Deadlines,
    /// A statement was given up in the middle; nothing more can be said here.
    is_broken: AtomicBool,
    /// What statements are attributed to in the cluster's own records.
    group: Option<String>,
}

impl Session {
    /// All stages at once, for work that needs no report of each.
    pub async fn open(means: &Means, endpoint: &Endpoint, tls: &TlsPolicy, login: &Login) -> Result<Self, Error> {
        let addresses = resolve(endpoint, &means.policy, &*means.resolver, &means.deadlines).await?;
        let mut patience = Patience::new(&means.deadlines);
        loop {
            match Self::open_once(means, &addresses, tls, login).await {
                Err(error) if patience.after(&error).await => {}
                outcome => return outcome,
            }
        }
    }

    async fn open_once(means: &Means, addresses: &[PinnedAddr], tls: &TlsPolicy, login: &Login) -> Result<Self, Error> {
        let (stream, address) = dial(addresses, &*means.dialer, &means.deadlines).await?;
        let stream = secure(stream, address, tls, &*means.dialer, &means.deadlines).await?;
        Self::sign_in(means, stream, address, tls, login).await
    }

    pub async fn sign_in(
        means: &Means,
        stream: Box<dyn Secured>,
        address: PinnedAddr,
        tls: &TlsPolicy,
        login: &Login,
    ) -> Result<Self, Error> {
        let signed_in = sign_in(stream, tls.mode, login, &means.deadlines).await?;
        let canceller = signed_in.report.backend().map(|backend| Canceller {
            address,
            tls: tls.clone(),
            login: login.clone(),
            backend,
            was_asked: Arc::default(),
        });
        Ok(Self {
            signed_in,
            canceller,
            dialer: Arc::clone(&means.dialer),
            deadlines: means.deadlines,
            is_broken: AtomicBool::new(false),
            group: None,
        })
    }

    /// How the password was asked for; `None` when it was not.
    pub fn auth(&self) -> Option<AuthRequest> {
        self.signed_in.report.auth()
    }

    pub(crate) fn report(&self) -> &Report {
        &self.signed_in.report
    }

    pub(crate) fn deadlines(&self) -> &Deadlines {
        &self.deadlines
    }

    /// A handle that can cancel from elsewhere.
    pub fn canceller(&self) -> Option<Canceller> {
        self.canceller.clone()
    }

    /// Runs one statement in `BEGIN READ ONLY` … `ROLLBACK` and keeps what fits the limits.
    pub async fn read(&self, sql: &str, limits: Limits) -> Result<Rows, Error> {
        self.read_within(sql, limits, self.deadlines.statement).await
    }

    /// The same with a deadline of its own.
    pub async fn read_within(&self, sql: &str, limits: Limits, deadline: Duration) -> Result<Rows, Error> {
        self.transact(Statement { sql, values: &[], limits, deadline, columns: None }).await
    }

    /// A person's statement, which the guard has seen.
    pub async fn read_approved(&self, statement: &Approved, limits: Limits) -> Result<Rows, Error> {
        self.read(statement.sql(), limits).await
    }

    /// A statement of our own with values, which travel beside it and are never part of its text.
    pub async fn read_bound(&self, sql: &str, values: &[&str], limits: Limits) -> Result<Rows, Error> {
        let deadline = self.deadlines.statement;
        self.transact(Statement { sql, values, limits, deadline, columns: None }).await
    }

    /// A question of ours about the catalog, whose answer has so many columns.
    pub(crate) async fn ask(&self, sql: &str, columns: usize, limits: Limits) -> Result<Rows, Error> {
        self.ask_within(sql, columns, limits, self.deadlines.statement).await
    }

    pub(crate) async fn ask_within(
        &self,
        sql: &str,
        columns: usize,
        limits: Limits,
        deadline: Duration,
    ) -> Result<Rows, Error> {
        self.transact(Statement { sql, values: &[], limits, deadline, columns: Some(columns) }).await
    }

    /// Proves that what runs here cannot write: the server says that the transaction is read-only, and refuses to
    /// make a table in it. The table would be temporary, and the transaction is rolled back in any case.
    pub async fn prove_read_only(&self) -> Result<(), Error> {
        let said = self.ask("show transaction_read_only", 1, Limits::VALUE).await?;
        if said.text(0, 0) != Some("on") {
            return Err(Error::NotReadOnly);
        }
        let attempt = self.read("create temp table flitch_read_only_probe (x integer)", Limits::VALUE).await;
        match attempt {
            Ok(_) => Err(Error::NotReadOnly),
            Err(Error::Server(said)) if said.is_refused_write() => Ok(()),
            Err(Error::Server(_)) => Err(Error::NotReadOnly),
            Err(error) => Err(error),
        }
    }

    /// Attributes what runs here from now on to this, by Redshift's `query_group`, which its system tables show as the
    /// label. Anything but a plain word becomes `_`. Other servers know no such setting, and are not told.
    pub fn attribute(&mut self, to: &str) {
        if !is_redshift(self.report()) {
            return;
        }
        self.group = Some(crate::sql::plain_label(to));
    }

    /// The setting, as a further command. The name holds no quote and no backslash.
    fn group(&self) -> String {
        self.group.as_ref().map_or_else(String::new, |group| format!("; set query_group to '{group}'"))
    }

    /// What the server said beside its answers.
    pub fn notices(&self) -> Vec<String> {
        self.report().notices()
    }

    /// Says goodbye and closes, within its own deadline.
    pub async fn close(self) {
        if !self.is_broken.load(Ordering::Relaxed) {
            let _ = tokio::time::timeout(self.deadlines.close, self.command("rollback")).await;
        }
    }

    /// A statement of our own, without result.
    async fn command(&self, sql: &str) -> Result<(), Error> {
        self.signed_in.client.batch_execute(sql).await.map_err(|error| self.explain(&error))
    }

    fn explain(&self, error: &tokio_postgres::Error) -> Error {
        Error::from_driver(error, self.report().fault(), Phase::Statement)
    }
}
