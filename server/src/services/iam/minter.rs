//! Minting for one connection and one person.

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use contract::finding::Finding;
use redshift::Login;
use redshift::deadlines::milliseconds;
use redshift::iam::{Acting, Minted, Need, Refusal};
use store::{ConnectionRow, MintRow, Store, new_id};
use tokio::time::timeout;

use super::flights::{FlightKey, Lane};
use super::refusals::finding;
use super::{BUDGET, Iam, fields, need};
use crate::services::{Shared, log_failure, now};

pub(crate) struct Minter {
    iam: Arc<Iam>,
    pub need: Need,
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
        let need = need(&form.target, &form.user, &form.database, &external_id, member_id);
        Ok(Self { iam: Arc::clone(&shared.iam), need, key, store: Some(shared.store.clone()) })
    }

    /// For the command line: nothing is stored, nobody else is there.
    pub fn alone(iam: Arc<Iam>, need: Need) -> Self {
        let key = FlightKey {
            team_id: String::new(),
            member_id: String::new(),
            connection_id: String::new(),
            purpose: String::new(),
        };
        Self { iam, need, key, store: None }
    }

    pub fn explain(&self, refusal: &Refusal) -> Finding {
        finding(refusal, &self.need)
    }

    pub async fn enter(&self) -> Result<Entered, Refusal> {
        self.iam.cloud.enter(&self.need).await.map(Arc::from)
    }

    /// One mint, by somebody who has entered.
    pub async fn mint(&self, entered: &Entered) -> Result<Minted, Refusal> {
        let lane = Lane {
            role: self.need.role.as_ref().map(|role| role.arn.clone()).unwrap_or_default(),
            region: self.need.region.clone(),
        };
        let (entered, key, store) = (Arc::clone(entered), self.key.clone(), self.store.clone());
        let mint = async move {
            let started = Instant::now();
            let minted = entered.mint().await?;
            if let Some(store) = store {
                count(&store, key, &minted, started).await;
            }
            Ok(minted)
        };
        self.iam.flights.board(self.key.clone(), lane, Box::pin(mint)).await
    }

    /// Enters and mints, within the budget of one query.
    pub async fn login(&self) -> Result<Minted, Finding> {
        let all = async { self.mint(&self.enter().await?).await };
        match timeout(BUDGET, all).await {
            Ok(minted) => minted.map_err(|refusal| self.explain(&refusal)),
            Err(_) => Err(Finding::AwsTimedOut { after_ms: milliseconds(BUDGET) }),
        }
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
