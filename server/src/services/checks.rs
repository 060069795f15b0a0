//! Checks: started here, walked in the background, shown from the store.

mod alone;
mod aws;
mod journal;
mod listing;
mod progress;
mod reach;
pub mod rights;
mod waiting;
mod walk;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::audit::Action;
use contract::check::{CheckOutcome, CheckView, Stage, StageState, StageView};
use contract::connection::CheckRef;
use contract::fault::Fault;
use contract::finding::Finding;
use contract::ports;
use contract::team::Actor;
use store::{CheckRow, ConnectionRow, StageRow, new_id};

use super::audit::{self, Deed};
use super::iam::Minter;
use super::limits::Limit;
use super::place::Way;
use super::{SECOND, Shared, connections, entry, now, place, store_fault, to_json};
use journal::StoreJournal;
use progress::Progress;
use walk::{Entry, Subject};

pub use alone::check_alone;
pub use journal::Journal;

/// A running check is renewed each second; one that was not for this long was interrupted.
pub(super) const LEASE: i64 = 5 * SECOND;

/// Checks of one team that may run at once.
const AT_ONCE: i64 = 3;

pub(crate) struct Checks {
    shared: Arc<Shared>,
    per_minute: Limit<String>,
    per_hour: Limit<String>,
}

impl Checks {
    pub fn new(shared: Arc<Shared>) -> Self {
        let a_minute = shared.checks_per_minute;
        Self {
            shared,
            per_minute: Limit::new(a_minute, Duration::from_secs(60)),
            per_hour: Limit::new(a_minute.saturating_mul(6), Duration::from_secs(3600)),
        }
    }
}

impl Checks {
    /// Schema and name of each dataset that is read through it.
    async fn picked(&self, actor: &Actor, row: &ConnectionRow) -> Result<Vec<(String, String)>, Fault> {
        let store = &self.shared.store;
        if row.is_credential == 1 {
            let leaning = store.leaning_datasets(&actor.team_id, credential_of(row)).await.map_err(store_fault)?;
            return Ok(leaning.into_iter().map(|dataset| (dataset.schema_name, dataset.name)).collect());
        }
        let datasets = store.dataset_list(&actor.team_id).await.map_err(store_fault)?;
        let own = datasets.into_iter().filter(|dataset| dataset.connection_id == row.id);
        Ok(own.map(|dataset| (dataset.schema_name, dataset.name)).collect())
    }

    async fn leaning_count(&self, actor: &Actor, row: &ConnectionRow) -> Result<u32, Fault> {
        if row.is_credential == 0 {
            return Ok(0);
        }
        let count = self.shared.store.leaning_count(&actor.team_id, credential_of(row)).await.map_err(store_fault)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

/// The credential that a row is, or would replace.
fn credential_of(row: &ConnectionRow) -> &str {
    if row.replaces_id.is_empty() { &row.id } else { &row.replaces_id }
}

#[async_trait]
impl ports::Checks for Checks {
    async fn start(&self, actor: &Actor, connection_id: &str) -> ports::Answer<CheckRef> {
        let row = place::subject(&self.shared, actor, connection_id).await?;
        if let Ok(fault) = serde_json::from_str::<Fault>(&row.form_fault) {
            return Err(fault);
        }
        connections::of_draft(&self.shared, actor, &row).await?;
        self.per_minute.take(&actor.member_id)?;
        self.per_hour.take(&actor.member_id)?;
        let store = &self.shared.store;
        if store.check_running_count(&actor.team_id, now()).await.map_err(store_fault)? >= AT_ONCE {
            return Err(Fault::TooManyTries { retry_after_seconds: 5 });
        }
        let started_at = now();
        let check = CheckRow {
            id: new_id(),
            connection_id: row.id.clone(),
            outcome: code(&CheckOutcome::Running),
            purpose: row.purpose.clone(),
            target: to_json(&place::target(&row)),
            started_at,
            duration_us: None,
            alive_until: started_at + LEASE,
        };
        let target = place::target(&row);
        let order = Stage::of(target.method());
        let stages: Vec<StageRow> = order.iter().map(|stage| stage_row(*stage, StageState::Waiting)).collect();
        store.check_insert(&actor.team_id, &check, &stages).await.map_err(store_fault)?;
        let picked = self.picked(actor, &row).await?;
        let entry = match &target.iam {
            _ if row.state == "disconnected" || entry::lacks_credential(&row) => {
                Entry::Password(Err(Finding::ReconnectRequired))
            }
            None => Entry::Password(entry::password(&self.shared, &row)),
            Some(_) => Entry::Iam(Box::new(Minter::of(&self.shared, &row, &actor.member_id).await)),
        };
        let subject = Subject {
            picked,
            way: Way::of(&self.shared, &row),
            target,
            entry,
            catalog_limits: self.shared.catalog_limits,
        };
        if subject.entry.refusal().is_none() {
            let _ = entry::count_use(&self.shared, &row).await;
        }
        let named =
            if row.is_credential == 1 { format!("{}, the team credential", row.name) } else { row.name.clone() };
        let deed = Deed { action: Action::ConnectionChecked, target: &row.id, named: &named };
        audit::done(&self.shared, actor, deed).await;
        let shared = Arc::clone(&self.shared);
        let journal = StoreJournal { shared, check_id: check.id.clone(), connection: row };
        tracing::info!(check.id = check.id, connection.id = connection_id, "check started");
        tokio::spawn(walk::run(subject, Progress::new(Arc::new(journal), order)));
        Ok(CheckRef { connection_id: connection_id.to_owned(), check_id: check.id })
    }

    async fn show(&self, actor: &Actor, connection_id: &str, check_id: &str) -> ports::Answer<CheckView> {
        let row = place::subject(&self.shared, actor, connection_id).await?;
        let store = &self.shared.store;
        let check = store.check_fetch(&actor.team_id, connection_id, check_id).await.map_err(store_fault)?;
        let check = check.ok_or(Fault::NotFound)?;
        let stages = store.check_stages(check_id).await.map_err(store_fault)?;
        let outcome = outcome(&check.outcome, check.alive_until);
        Ok(CheckView {
            id: check.id,
            connection_id: row.id.clone(),
            connection_name: row.name.clone(),
            is_draft: row.is_draft == 1,
            replaces: row.replaces_id.clone(),
            is_credential: row.is_credential == 1,
            leaning_count: self.leaning_count(actor, &row).await?,
            target: serde_json::from_str(&check.target).unwrap_or_else(|_| place::target(&row)),
            is_outdated: check.purpose != row.purpose,
            outcome,
            started_at: check.started_at,
            duration_us: check.duration_us.and_then(|us| u64::try_from(us).ok()),
            stages: stages.iter().filter_map(|stage| stage_view(stage, outcome)).collect(),
            egress: self.shared.egress.clone(),
        })
    }
}

/// What a stored check came to. One that says it runs, and whose task is gone, was interrupted.
pub(crate) fn outcome(stored: &str, alive_until: i64) -> CheckOutcome {
    match parse(stored) {
        Some(CheckOutcome::Running) if alive_until < now() => CheckOutcome::Interrupted,
        Some(outcome) => outcome,
        None => CheckOutcome::Interrupted,
    }
}

fn stage_view(row: &StageRow, outcome: CheckOutcome) -> Option<StageView> {
    let state = match parse(&row.state)? {
        // Nothing goes on in a check that has ended.
        StageState::Running | StageState::Waiting if !outcome.is_running() => StageState::NotRun,
        state => state,
    };
    Some(StageView {
        stage: parse(&row.stage)?,
        state,
        findings: serde_json::from_str(&row.findings).unwrap_or_default(),
        duration_us: row.duration_us.and_then(|us| u64::try_from(us).ok()),
    })
}

pub(super) fn stage_row(stage: Stage, state: StageState) -> StageRow {
    StageRow { stage: code(&stage), state: code(&state), findings: "[]".to_owned(), duration_us: None }
}

/// The code of a plain enum, as serde names it.
pub(crate) fn code(value: &impl serde::Serialize) -> String {
    to_json(value).trim_matches('"').to_owned()
}

pub(crate) fn parse<T: serde::de::DeserializeOwned>(code: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(code.to_owned())).ok()
}
