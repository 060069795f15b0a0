//! How a dataset's refresh stands, in words: above its views, and with all runs in a view of its own.

mod connection;
mod details;
mod help;
mod runs;
#[cfg(test)]
mod tests;

use contract::refresh::{RefreshState, RefreshView, RunState, Running, SnapshotFacts};
use leptos::prelude::*;

use crate::parts::made;
use crate::paths;
use crate::words::{Told, numbers};

pub use connection::of_connection;
pub use details::{details, runs};
pub use help::help;

type View = RefreshView<Told>;

/// The code of a finding: the source has no connection left.
const FULL: &str = "too_many_connections";

/// One line above every view. Empty where it is off: then the answer itself says that it is live.
pub fn strip(view: &View, dataset_id: &str) -> String {
    if !view.is_on {
        return String::new();
    }
    let (code, name) = state(view);
    let said = said(view);
    let why = why(view).map(|why| why.sentence.as_str()).unwrap_or_default();
    let next = view.next.first().filter(|_| matches!(view.state, RefreshState::Stale { .. }) && view.running.is_none());
    let next = next.map(|next| format!(" Next run: {}.", numbers::moment(*next)));
    let follows = if view.is_asked { " Another run was asked for meanwhile, and follows." } else { "" };
    let progress = view.running.as_ref().map(progress);
    let progress = progress.map(|progress| view! { <span class="quiet">{progress} {follows}</span> });
    let drift = view.runs.iter().find(|run| run.state == RunState::Running && !run.drift.is_empty());
    let drift = drift.map(|run| view! { <span class="run-drift">{runs::changed(&run.drift)}</span> });
    made(view! {
        <p class="refresh-strip" data-state=code>
            <a href=paths::dataset_refresh(dataset_id) class="badge" data-state=tone(&view.state) data-place="state">{name}</a>
            <span>{said} " " {why.to_owned()} {next}</span>
            {progress}
            {drift}
        </p>
    })
}

/// The same for who listens.
pub fn standing(view: &View) -> String {
    let (_, name) = state(view);
    if view.running.is_some() { format!("Refresh: {name}; a run is under way.") } else { format!("Refresh: {name}.") }
}

fn tone<F>(state: &RefreshState<F>) -> &'static str {
    match state {
        RefreshState::Fresh => "passed",
        RefreshState::Live | RefreshState::First | RefreshState::PausedBy { .. } => "",
        RefreshState::ConnectionPaused { .. } => "",
        RefreshState::Stale { .. } | RefreshState::OverBudget { .. } => "warned",
        RefreshState::Disconnected | RefreshState::ReconnectRequired { .. } | RefreshState::PausedByFailures { .. } => {
            "failed"
        }
    }
}

/// The code that tests and scripts know it by, and its name.
fn state(view: &View) -> (&'static str, String) {
    match &view.state {
        RefreshState::Live => ("live", "Live".into()),
        RefreshState::First => ("first", "No snapshot yet".into()),
        RefreshState::Fresh => ("fresh", "Fresh".into()),
        RefreshState::Stale { failures: 0, why: None } => ("stale", "Stale: overdue".into()),
        RefreshState::Stale { .. } if is_full(view) => {
            let word = if view.snapshot.is_some() { "Stale" } else { "No snapshot yet" };
            ("stale", format!("{word}: the source is full"))
        }
        RefreshState::Stale { failures, .. } => {
            let word = if view.snapshot.is_some() { "Stale" } else { "No snapshot" };
            ("stale", format!("{word}: {failures} of 5 failures"))
        }
        RefreshState::Disconnected | RefreshState::ReconnectRequired { .. } => {
            ("reconnect_required", "Reconnect required".into())
        }
        RefreshState::PausedByFailures { failures, .. } => {
            ("paused_by_failures", format!("Paused after {failures} failures"))
        }
        RefreshState::PausedBy { who, .. } => ("paused", format!("Paused by {who}")),
        RefreshState::ConnectionPaused { .. } => ("connection_paused", "Connection paused".into()),
        RefreshState::OverBudget { .. } => ("over_budget", "Daily budget used up".into()),
    }
}

/// What looks are served from, and of when. An answer says for itself where it came from.
fn said(view: &View) -> String {
    match &view.snapshot {
        Some(SnapshotFacts { taken_at, age_us, .. }) => {
            format!("Snapshot of {}, {} old.", numbers::moment(*taken_at), numbers::age(*age_us))
        }
        None => match view.state {
            RefreshState::Disconnected | RefreshState::ReconnectRequired { .. } => "There is no snapshot to serve.",
            RefreshState::First => "Looks ask the source until the first run has ended.",
            _ => "Looks ask the source: no run has ended well yet.",
        }
        .to_owned(),
    }
}

fn progress(running: &Running) -> String {
    if running.is_cancelling {
        return "Cancelling…".to_owned();
    }
    let rows = numbers::count(running.rows, "row", "rows");
    let per_second = u128::from(running.rows) * 1_000_000 / u128::from(running.since_us.max(1));
    let rate = numbers::grouped(u64::try_from(per_second).unwrap_or(u64::MAX));
    let left = running.left_us.map(|left| format!(", about {} left", numbers::roughly(left))).unwrap_or_default();
    match running.rows {
        0 => format!("Under way for {}; no row has arrived yet.", numbers::duration(running.since_us)),
        _ => format!("Reading: {rows}, {}, {rate} rows a second{left}.", numbers::bytes(running.bytes)),
    }
}

/// The source had no room for the last run, which is nobody's failure.
fn is_full(view: &View) -> bool {
    matches!(&view.state, RefreshState::Stale { why: Some(why), .. } if why.code == FULL)
}

/// Why the last run came to nothing, where that is what matters.
fn why(view: &View) -> Option<&Told> {
    match &view.state {
        RefreshState::Stale { why, .. }
        | RefreshState::ReconnectRequired { why }
        | RefreshState::PausedByFailures { why, .. } => why.as_ref(),
        _ => None,
    }
}

/// As `<time>` wants it.
fn machine(moment: i64) -> String {
    numbers::moment(moment).replacen(' ', "T", 1).replace(" UTC", ":00Z")
}
