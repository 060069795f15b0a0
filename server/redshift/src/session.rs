//! A signed-in session, used for reading only: every statement runs in a read-only transaction that is rolled back.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, pin_mut};
use tokio_postgres::types::Type;

use crate::address::{Endpoint, PinnedAddr, Policy, Resolver, resolve};
use crate::cancel::Canceller;
use crate::deadlines::Deadlines;
use crate::dial::{Dialer, dial};
use crate::error::{Error, Phase};
use crate::guard::Approved;
use crate::rows::{Cut, Limits, RawText, Rows, cell_text};
use crate::sign_in::{Login, SignedIn, sign_in};
use crate::stream::{AuthRequest, Report};
use crate::tls::{Secured, TlsPolicy, secure};

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
}

impl Session {
    /// All stages at once, for work that needs no report of each.
    pub async fn open(means: &Means, endpoint: &Endpoint, tls: &TlsPolicy, login: &Login) -> Result<Self, Error> {
        let addresses = resolve(endpoint, &means.policy, &*means.resolver, &means.deadlines).await?;
        let (stream, address) = dial(&addresses, &*means.dialer, &means.deadlines).await?;
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
        let signed_in = sign_in(stream, login, &means.deadlines).await?;
        let canceller = signed_in.report.backend().map(|backend| Canceller { address, tls: tls.clone(), backend });
        Ok(Self { signed_in, canceller, dialer: Arc::clone(&means.dialer), deadlines: means.deadlines })
    }

    /// How the password was asked for; `None` when it was not.
    pub fn auth(&self) -> Option<AuthRequest> {
        self.signed_in.report.auth()
    }

    pub(crate) fn report(&self) -> &Report {
        &self.signed_in.report
    }

    /// A handle that can cancel from elsewhere.
    pub fn canceller(&self) -> Option<Canceller> {
        self.canceller.clone()
    }

    /// Runs one statement in `BEGIN READ ONLY` … `ROLLBACK` and keeps what fits the limits.
    pub async fn read(&self, sql: &str, limits: Limits) -> Result<Rows, Error> {
        self.read_within(sql, limits, self.deadlines.statement).await
    }

    /// A person's statement, which the guard has seen.
    pub async fn read_approved(&self, statement: &Approved, limits: Limits) -> Result<Rows, Error> {
        self.read(statement.sql(), limits).await
    }

    /// A statement of our own with values, which travel beside it and are never part of its text.
    pub async fn read_bound(&self, sql: &str, values: &[&str], limits: Limits) -> Result<Rows, Error> {
        self.transact(sql, values, limits, self.deadlines.statement).await
    }

    /// A statement with a deadline of its own.
    pub async fn read_within(&self, sql: &str, limits: Limits, deadline: Duration) -> Result<Rows, Error> {
        self.transact(sql, &[], limits, deadline).await
    }

    async fn transact(&self, sql: &str, values: &[&str], limits: Limits, deadline: Duration) -> Result<Rows, Error> {
        if sql.contains('\0') {
            return Err(Error::BadStatement);
        }
        let after_ms = u32::try_from(deadline.as_millis()).unwrap_or(u32::MAX);
        let work = async {
            self.command(&format!("begin read only; set statement_timeout to {after_ms}")).await?;
            self.collect(sql, values, limits).await
        };
        let outcome = tokio::time::timeout(deadline, work).await;
        match outcome {
            // Whatever ran had no business ending the transaction; what it read may have been outside one.
            Ok(Ok(rows)) if rows.cut.is_none() && !self.report().is_in_transaction() => Err(Error::TransactionEnded),
            Ok(Ok(rows)) if rows.cut.is_none() => {
                self.roll_back().await?;
                Ok(rows)
            }
            Ok(Ok(rows)) => {
                // More rows are on their way; without a cancel the rollback would wait behind all of them.
                self.cancel().await;
                let _ = self.roll_back().await;
                Ok(rows)
            }
            Ok(Err(error)) => {
                let _ = self.roll_back().await;
                Err(error)
            }
            Err(_) => {
                self.cancel().await;
                Err(Error::TimedOut { phase: Phase::Statement, after_ms })
            }
        }
    }

    /// Proves that what runs here cannot write: the server says that the transaction is read-only, and refuses to
    /// make a table in it. The table would be temporary, and the transaction is rolled back in any case.
    pub async fn prove_read_only(&self) -> Result<(), Error> {
        let said = self.read("show transaction_read_only", Limits::VALUE).await?;
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

    /// Says goodbye and closes, within its own deadline.
    pub async fn close(self) {
        let _ = tokio::time::timeout(self.deadlines.close, self.command("rollback")).await;
    }

    async fn cancel(&self) {
        if let Some(canceller) = &self.canceller {
            let _ = tokio::time::timeout(self.deadlines.close, canceller.cancel(&*self.dialer, &self.deadlines)).await;
        }
    }

    async fn roll_back(&self) -> Result<(), Error> {
        let rolled_back = tokio::time::timeout(self.deadlines.close, self.command("rollback")).await;
        rolled_back.unwrap_or(Err(Error::Lost { phase: Phase::Statement }))
    }

    /// A statement of our own, without result.
    async fn command(&self, sql: &str) -> Result<(), Error> {
        self.signed_in.client.batch_execute(sql).await.map_err(|error| self.explain(&error))
    }

    async fn collect(&self, sql: &str, values: &[&str], limits: Limits) -> Result<Rows, Error> {
        let parameters = values.iter().map(|value| (*value, Type::VARCHAR));
        let stream = self.signed_in.client.query_typed_raw(sql, parameters);
        let stream = stream.await.map_err(|error| self.explain(&error))?;
        pin_mut!(stream);
        let mut result = Rows { columns: self.signed_in.report.shape(), ..Rows::default() };
        let mut bytes = 0;
        while let Some(row) = stream.next().await {
            let row = row.map_err(|error| self.explain(&error))?;
            if result.rows.len() == limits.rows {
                result.cut = Some(Cut::Rows);
                break;
            }
            bytes += row.raw_size_bytes();
            if bytes > limits.bytes {
                result.cut = Some(Cut::Bytes);
                break;
            }
            let cells = (0..row.len()).map(|index| {
                let raw: Option<RawText<'_>> = row.try_get(index).ok().flatten();
                raw.map(|raw| cell_text(raw.0, limits.cell_bytes))
            });
            result.rows.push(cells.collect());
        }
        Ok(result)
    }

    fn explain(&self, error: &tokio_postgres::Error) -> Error {
        Error::from_driver(error, self.signed_in.report.fault(), Phase::Statement)
    }
}
