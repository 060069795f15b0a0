//! What pages show of AWS: the team's external id, the server's identity, the mints of a connection.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use contract::aws::{AwsFacts, LastMint, MintFacts, policy};
use contract::fault::Fault;
use contract::team::Actor;
use redshift::iam::Caller;
use store::{ConnectionRow, StoreError};

use super::allowance::is_alone;
use crate::services::{DAY, Shared, now, store_fault};

/// Between two times that AWS is asked who this server is, while it has not said.
const EVERY: Duration = Duration::from_secs(60);

/// The server's own identity, asked for in the background: no page waits for AWS.
#[derive(Default)]
pub(super) struct Principal(Mutex<(Option<Caller>, Option<Instant>)>);

impl Principal {
    fn known(&self, shared: &Arc<Shared>) -> Option<String> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (caller, asked_at) = &mut *state;
        if caller.is_none() && asked_at.is_none_or(|at| at.elapsed() >= EVERY) {
            *asked_at = Some(Instant::now());
            let shared = Arc::clone(shared);
            tokio::spawn(async move {
                if let Ok(caller) = shared.iam.cloud.own_identity().await {
                    let principal = &shared.iam.principal;
                    principal.0.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(caller);
                }
            });
        }
        caller.as_ref().map(|caller| policy::principal_of(&caller.arn))
    }
}

pub(crate) async fn facts(shared: &Arc<Shared>, actor: &Actor) -> Result<AwsFacts, Fault> {
    Ok(AwsFacts {
        external_id: external_id(shared, &actor.team_id).await.map_err(store_fault)?,
        principal: shared.iam.principal.known(shared),
        needs_role: !is_alone(shared).await.map_err(store_fault)?,
        listed: shared.iam.listed_for(&actor.team_id),
        sample: shared.sample_iam.clone(),
    })
}

/// 128 bits, made the first time it is asked for; never changed, never taken from a person.
pub(super) async fn external_id(shared: &Shared, team_id: &str) -> Result<String, StoreError> {
    let fresh = format!("flitch-{:032x}", rand::random::<u128>());
    shared.store.team_external_id(team_id, &fresh).await
}

/// What was minted for a connection; `None` where nothing is ever minted.
pub(crate) async fn mints(shared: &Shared, row: &ConnectionRow) -> Result<Option<MintFacts>, Fault> {
    if row.method != "iam" {
        return Ok(None);
    }
    let midnight = now() - now().rem_euclid(DAY);
    let today = shared.store.mint_count(&row.team_id, &row.id, midnight).await.map_err(store_fault)?;
    let newest = shared.store.mint_newest(&row.team_id, &row.id).await.map_err(store_fault)?;
    Ok(Some(MintFacts {
        today: u32::try_from(today).unwrap_or(u32::MAX),
        last: newest.map(|mint| LastMint {
            minted_at: mint.minted_at,
            expires_at: mint.expires_at,
            took_us: u64::try_from(mint.took_us).unwrap_or_default(),
            user: mint.user_name,
        }),
    }))
}
