//! Refreshing datasets.

use contract::refresh::ScheduleFields;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{ApiError, Wire};

/// How a dataset's refresh stands: what is read as markup, what is pressed as facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RefreshShown {
    /// For above every view.
    pub strip: String,
    /// The state in a few words, for who listens: it is said again when it becomes another, not with every row read.
    pub standing: String,
    /// The state and the next runs, for its own view.
    pub details: String,
    /// Those before.
    pub runs: String,
    /// When what is served was read; 0 where nothing is.
    pub taken_at: i64,
    pub is_on: bool,
    pub is_moving: bool,
    pub is_paused: bool,
    /// A run can be asked for.
    pub can_ask: bool,
    /// It rests for a reason that somebody can take away.
    pub can_resume: bool,
    /// Of the run under way; empty where there is none.
    pub run_id: String,
    pub is_cancelling: bool,
    /// As it is set or was; the form begins with it.
    pub schedule: ScheduleFields,
    /// Its time of day and zone are somebody's choice, and not what a form begins with.
    pub is_chosen: bool,
    pub trigger: Option<String>,
    pub least_minutes: u32,
    pub is_serverless: bool,
}

/// `is_set`: for where it is set, with the address that starts a run.
#[server(prefix = "/api", endpoint = "refreshes/show", output = Wire)]
pub async fn show_refresh(dataset_id: String, #[server(default)] is_set: bool) -> Result<RefreshShown, ApiError> {
    use super::guard;
    use crate::words::findings::{Around, told};
    use contract::refresh::{RefreshState, Schedule};
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let view = backend.refreshes.show(&actor, &dataset_id).await.map_err(guard::refuse)?;
    let dataset = backend.datasets.show(&actor, &dataset_id).await.map_err(guard::refuse)?;
    let view = view.tell(|finding| told(&finding, Around { target: &dataset.target, egress: &dataset.egress }));
    let running = view.running.clone();
    // With its connection, which is resumed or reconnected by itself.
    let rests = matches!(view.state, RefreshState::ConnectionPaused { .. } | RefreshState::Disconnected);
    let can_resume = matches!(
        view.state,
        RefreshState::PausedBy { .. } | RefreshState::PausedByFailures { .. } | RefreshState::ReconnectRequired { .. }
    );
    Ok(RefreshShown {
        strip: crate::made::refresh::strip(&view, &dataset_id),
        standing: crate::made::refresh::standing(&view),
        details: crate::made::refresh::details(&view, &dataset.summary.connection_id),
        runs: crate::made::refresh::runs(&view),
        taken_at: view.snapshot.map_or(0, |facts| facts.taken_at),
        is_on: view.is_on,
        is_moving: view.is_moving(),
        is_paused: matches!(view.state, RefreshState::PausedBy { .. }),
        can_ask: view.is_on && !view.is_moving() && !can_resume && !rests,
        can_resume,
        is_cancelling: running.as_ref().is_some_and(|running| running.is_cancelling),
        run_id: running.map(|running| running.run_id).unwrap_or_default(),
        schedule: ScheduleFields::from(&view.schedule.clone().unwrap_or_else(Schedule::default)),
        is_chosen: view.schedule.as_ref().is_some_and(|schedule| schedule.unit.has_time()),
        trigger: view.trigger.filter(|_| is_set),
        least_minutes: view.least_minutes,
        is_serverless: view.is_serverless,
    })
}

// A form without scripts leads back to the page that it was on.

#[server(prefix = "/api", endpoint = "refreshes/set")]
pub async fn set_refresh(dataset_id: String, #[server(default)] schedule: ScheduleFields) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.refreshes.set(&actor, &dataset_id, schedule).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "refreshes/turn-off")]
pub async fn turn_off_refresh(dataset_id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.refreshes.turn_off(&actor, &dataset_id).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "refreshes/ask")]
pub async fn refresh_now(dataset_id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.refreshes.ask(&actor, &dataset_id).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "refreshes/cancel")]
pub async fn cancel_refresh(run_id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.refreshes.cancel(&actor, &run_id).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "refreshes/pause")]
pub async fn pause_refresh(dataset_id: String, #[server(default)] reason: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.refreshes.pause(&actor, &dataset_id, &reason).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "refreshes/resume")]
pub async fn resume_refresh(dataset_id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.refreshes.resume(&actor, &dataset_id).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "refreshes/address")]
pub async fn make_refresh_address(dataset_id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.refreshes.address(&actor, &dataset_id).await.map_err(guard::refuse)
}

/// A connection's datasets and how their refreshes stand: what is read as markup, what its forms need as facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionRefreshShown {
    pub standing: String,
    /// The grants that its datasets need, and no more.
    pub grants: String,
    pub on: u32,
    pub total: u32,
    pub refused: u32,
    pub budget: u32,
    pub is_serverless: bool,
    pub least_minutes: u32,
}

#[server(prefix = "/api", endpoint = "refreshes/of-connection", output = Wire)]
pub async fn show_connection_refresh(connection_id: String) -> Result<ConnectionRefreshShown, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let connection = backend.connections.show(&actor, &connection_id).await.map_err(guard::refuse)?;
    let refresh = backend.refreshes.of_connection(&actor, &connection_id).await.map_err(guard::refuse)?;
    let mut datasets = backend.datasets.list(&actor).await.map_err(guard::refuse)?;
    datasets.retain(|dataset| dataset.connection_id == connection.id);
    let tables = datasets.iter().map(|dataset| (dataset.schema.as_str(), dataset.name.as_str(), dataset.kind));
    Ok(ConnectionRefreshShown {
        grants: contract::grants::least(&connection.target.user, tables).join("\n"),
        standing: crate::made::refresh::of_connection(datasets, &refresh, &connection.state),
        on: refresh.on,
        total: refresh.total,
        refused: refresh.refused,
        budget: refresh.budget,
        is_serverless: refresh.is_serverless,
        least_minutes: refresh.least_minutes,
    })
}

#[server(prefix = "/api", endpoint = "refreshes/set-all")]
pub async fn set_all_refreshes(
    connection_id: String,
    #[server(default)] schedule: ScheduleFields,
) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.refreshes.set_all(&actor, &connection_id, schedule).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "refreshes/turn-off-all")]
pub async fn turn_off_all_refreshes(connection_id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.refreshes.turn_off_all(&actor, &connection_id).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "refreshes/budget")]
pub async fn set_budget(connection_id: String, #[server(default)] statements: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let statements = contract::refresh::read_budget(&statements).map_err(guard::refuse)?;
    backend.refreshes.budget(&actor, &connection_id, statements).await.map_err(guard::refuse)
}

/// The help, as markup.
#[server(prefix = "/api", endpoint = "refreshes/help", output = Wire)]
pub async fn show_refresh_help() -> Result<String, ApiError> {
    use super::guard;
    guard::member()?;
    Ok(crate::made::refresh::help())
}
