//! Minting for one connection and one person.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use contract::finding::Finding;
use redshift::Login;
use redshift::iam::{Acting, Minted, Need, Place, Refusal};
use store::{ConnectionRow, MintRow, Store, new_id};
use tokio::time::timeout;

use super::flights::{FlightKey, Lane};
use super::refusals::finding;
use super::{BUDGET, Iam, fields, need};
use crate::metrics;
use crate::services::{Shared, log_failure, now};

/// Names that clusters' admins have unless somebody chose another: the console's presets, and the usual words.
const USUAL_ADMINS: [&str; 5] = ["awsuser", "admin", "administrator", "root", "master"];

pub(crate) struct Minter {
    iam: Arc<Iam>,
    pub need: Need,
    /// The person confirmed that the user may be the cluster's admin.
    accepts_admin: bool,
    key: FlightKey,
    /// Where mints are counted; a check on the command line counts none.
    store: Option<Store>,
}

/// Somebody who may ask AWS, for as long as the check or the query.
pub(crate) type Entered = Arc<dyn Acting>;

impl Minter {
    /// For a stored connection; refused where the team may not use the server's own identity.
    pub async fn of(shared: &Shared, row: &ConnectionRow, member_id: &str) -> Result<Self, Finding> {
        let failed = |error| Finding::Internal { reference: log_failure("the store failed before a mint", &error) };
        let form = contract::aws::read(&fields(&row.iam)).map_err(|fault| {
            tracing::error!(connection.id = row.id, "a stored IAM form cannot be read: {fault}");
            Finding::Internal { reference: 0 }
        })?;
        if !shared.iam.allows(shared, &row.team_id, &form.target).await.map_err(failed)? {
            return Err(Finding::AwsRoleNeeded);
        }
        let external_id = super::facts::external_id(shared, &row.team_id).await.map_err(failed)?;
        let key = FlightKey {
            team_id: row.team_id.clone(),
            member_id: member_id.to_owned(),
            connection_id: row.id.clone(),
            purpose: row.purpose.clone(),
        };
        let need = need(&form.target, &form.user, &form.database, Some(external_id), member_id);
        let accepts_admin = form.accepts_admin;
        Ok(Self { iam: Arc::clone(&shared.iam), need, accepts_admin, key, store: Some(shared.store.clone()) })
    }

    /// For the command line: nothing is stored, nobody else is there.
    pub fn alone(iam: Arc<Iam>, need: Need, accepts_admin: bool) -> Self {
        let key = FlightKey {
            team_id: String::new(),
            member_id: String::new(),
            connection_id: String::new(),
            purpose: String::new(),
        };
        Self { iam, need, accepts_admin, key, store: None }
    }

    /// Asks AWS something within a time, and puts a refusal into a finding.
    pub async fn ask<T>(&self, time: Duration, ask: impl Future<Output = Result<T, Refusal>>) -> Result<T, Finding> {
        let started = Instant::now();
        let answer = timeout(time, ask).await.unwrap_or(Err(Refusal::TimedOut));
        answer.map_err(|refusal| finding(&refusal, &self.need, started.elapsed()))
    }

    pub async fn enter(&self) -> Result<Entered, Refusal> {
        self.iam.cloud.enter(&self.need).await.map(Arc::from)
    }

    /// One mint, by somebody who has entered.
    pub async fn mint(&self, entered: &Entered) -> Result<Minted, Refusal> {
        let lane = Lane {
            role: self.need.role.as_ref().map(|role| role.arn.clone()).unwrap_or_default(),
            region: self.need.region.clone(),
            kind: self.need.kind,
        };
        let (entered, key, store) = (Arc::clone(entered), self.key.clone(), self.store.clone());
        let mint = async move {
            let started = Instant::now();
            let minted = entered.mint().await;
            metrics::minted(minted.is_ok());
            let minted = minted?;
            if let Some(store) = store {
                count(&store, key, &minted, started).await;
            }
            Ok(minted)
        };
        self.iam.flights.board(self.key.clone(), lane, Box::pin(mint)).await
    }

    /// Enters and mints, within the budget of one query.
    pub async fn login(&self) -> Result<Minted, Finding> {
        self.ask(BUDGET, async { self.mint(&self.enter().await?).await }).await
    }

    /// Where AWS says the cluster is.
    pub async fn find(&self) -> Result<Place, Finding> {
        self.ask(BUDGET, async { self.enter().await?.find().await }).await
    }

    /// The cluster's admin may do anything, so Flitch signs in as it only where that was confirmed. Where AWS did not
    /// name the admin, the names that admins usually have count.
    pub fn admit(&self, known_admin: &str) -> Result<(), Finding> {
        let user = self.need.user.as_deref().unwrap_or_default();
        let is_admin = match known_admin {
            "" => USUAL_ADMINS.iter().any(|admin| admin.eq_ignore_ascii_case(user)),
            admin => admin.eq_ignore_ascii_case(user),
        };
        if is_admin && !self.accepts_admin { Err(Finding::AdminUser { user: user.to_owned() }) } else { Ok(()) }
    }

    pub fn login_of(&self, minted: &Minted) -> Login {
        Login { user: minted.user.clone(), password: minted.password.clone(), database: self.need.database.clone() }
    }
}

/// Counts a mint. A failure to count is logged and ends nothing: the credentials are good.
async fn count(store: &Store, key: FlightKey, minted: &Minted, started: Instant) {
    let until = minted.expires_at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let row = MintRow {
        id: new_id(),
        team_id: key.team_id,
        connection_id: key.connection_id,
        member_id: key.member_id,
        user_name: minted.user.clone(),
        minted_at: now(),
        expires_at: i64::try_from(until.as_micros()).unwrap_or(i64::MAX),
        took_us: i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX),
    };
    if let Err(error) = store.mint_insert(&row).await {
        log_failure("a mint could not be counted", &error);
    }
}

/// The credentials are past their time, so that a refusal of them means nothing more than that.
pub(crate) fn has_expired(minted: &Minted) -> bool {
    minted.expires_at <= SystemTime::now()
}
