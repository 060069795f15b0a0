//! Runs that are asked for by no person: another system, when its load is done, or the operator.

use contract::audit::Action;
use contract::fault::Fault;
use contract::ports;
use contract::refresh::Triggered;
use contract::team::{Actor, Role};
use store::{AskedRun, Store, StoreError, Wish};

use super::Refreshes;
use crate::refresher::BY_TRIGGER;
use crate::services::sessions::digest;
use crate::services::{SECOND, store_fault};

/// Within this time of one trigger, another is the same.
const WINDOW: i64 = 60 * SECOND;

/// Asks for a run in the name of another system, or of the operator. Within a window of one, another is the same. True where
/// a run comes that did not before.
pub(crate) async fn ask_from_outside(
    store: &Store,
    (team_id, dataset_id): (&str, &str),
    by: &str,
    now: i64,
) -> Result<Option<(Triggered, bool)>, StoreError> {
    let wish = Wish { by, since: Some(now - WINDOW), now };
    Ok(Some(match store.refresh_ask(team_id, dataset_id, wish).await? {
        AskedRun::Asked => (Triggered::Started, true),
        AskedRun::OverBudget { is_new } => (Triggered::OverBudget, is_new),
        AskedRun::Joined => (Triggered::Joined, false),
        AskedRun::Recent => (Triggered::Recent, false),
        AskedRun::CutOff => (Triggered::CutOff, false),
        AskedRun::Paused => (Triggered::Paused, false),
        AskedRun::Refused => (Triggered::Refused, false),
        AskedRun::Off => return Ok(None),
    }))
}

/// What a dataset's address does.
pub(super) async fn trigger(of: &Refreshes, code: &str, client: &str) -> ports::Answer<Triggered> {
    let found = of.shared.store.refresh_by_trigger(&digest(code)).await.map_err(store_fault)?;
    let Some((team_id, dataset_id)) = found else {
        of.tries.take(&client.to_owned())?;
        return Err(Fault::NotFound);
    };
    of.calls.take(&dataset_id)?;
    let now = of.shared.clock.now();
    let asked = ask_from_outside(&of.shared.store, (&team_id, &dataset_id), BY_TRIGGER, now).await;
    let (triggered, is_new) = asked.map_err(store_fault)?.ok_or(Fault::NotFound)?;
    if is_new {
        of.shared.nudge.notify_one();
        let nobody = Actor {
            team_id,
            member_id: String::new(),
            email: "the dataset's address".to_owned(),
            team_name: String::new(),
            role: Role::Member,
        };
        // The run is asked for by now, whether or not that can be written down.
        if let Ok(Some(dataset)) = of.shared.store.dataset_fetch(&nobody.team_id, &dataset_id).await {
            of.wrote(&nobody, Action::RefreshAsked, &dataset).await;
        }
    }
    Ok(triggered)
}
