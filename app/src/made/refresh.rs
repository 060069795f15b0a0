//! How a dataset's refresh stands, in words: above its views, and with all runs in a view of its own.

mod connection;
mod help;
mod runs;

use contract::refresh::{RefreshState, RefreshView, RunState, Running, SnapshotFacts};
use leptos::prelude::*;

use crate::parts::{Made, made};
use crate::paths;
use crate::words::{Told, numbers};

pub use connection::of_connection;
pub use help::help;
use runs::Runs;

type View = RefreshView<Told>;

/// One line above every view. Empty where it is off: then the answer itself says that it is live.
pub fn strip(view: &View, dataset_id: &str) -> String {
    if !view.is_on {
        return String::new();
    }
    let (code, name) = state(view);
    let said = said(view);
    let why = why(view).map(|why| why.sentence.as_str()).unwrap_or_default();
    let follows = if view.is_asked { " Another run was asked for meanwhile, and follows." } else { "" };
    let progress = view.running.as_ref().map(progress);
    let progress = progress.map(|progress| view! { <span class="quiet">{progress} {follows}</span> });
    made(view! {
        <p class="refresh-strip" data-state=code>
            <a href=paths::dataset_refresh(dataset_id) class="badge" data-state=tone(&view.state) data-place="state">{name}</a>
            <span>{said} " " {why.to_owned()}</span>
            {progress}
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
        RefreshState::Stale { failures: 0, .. } => ("stale", "Stale: overdue".into()),
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

/// What is served, and of when.
fn said(view: &View) -> String {
    match &view.snapshot {
        Some(SnapshotFacts { taken_at, age_us, .. }) => {
            format!("Served from the snapshot of {}, {} old.", numbers::moment(*taken_at), numbers::age(*age_us))
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
    let left = running.left_us.map(|left| format!(", about {} left", numbers::duration(left))).unwrap_or_default();
    match running.rows {
        0 => format!("Reading for {}; no row has arrived yet.", numbers::duration(running.since_us)),
        _ => format!("Reading: {rows}, {}, {rate} rows a second{left}.", numbers::bytes(running.bytes)),
    }
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

/// The view of its own.
pub fn details(view: &View) -> String {
    let why = why(view).cloned().map(|told| {
        view! { <div class="notice" data-tone="bad" role="status" data-code=told.code><Made markup=told.hint/></div> }
    });
    let meaning = meaning(view).map(|text| view! { <p>{text}</p> });
    let snapshot = view.snapshot.map(|facts| {
        view! {
            <p>
                "The snapshot has " {numbers::count(facts.rows, "row", "rows")} " in " {numbers::bytes(facts.bytes)} ", read at "
                {numbers::moment(facts.taken_at)} "."
            </p>
        }
    });
    let schedule = view.schedule.as_ref().filter(|_| view.is_on);
    let schedule = schedule.map(|schedule| view! { <p>"Refreshed " {schedule.to_string()} "."</p> });
    let next = (!view.next.is_empty()).then(|| {
        let runs = view.next.iter().map(|next| {
            view! { <li><time datetime=machine(*next) data-local="">{numbers::moment(*next)}</time></li> }
        });
        view! { <h2>"Next runs"</h2> <ol class="next-runs">{runs.collect_view()}</ol> }
    });
    let runs = (!view.runs.is_empty()).then(|| view! { <Runs runs=view.runs.clone()/> });
    made(view! {
        <div class="refresh-details">
            {meaning} {why} {snapshot} {schedule} {next} {runs}
        </div>
    })
}

/// Since when nothing but failures came.
fn since(view: &View) -> String {
    let ended = view.runs.iter().filter(|run| !matches!(run.state, RunState::Running | RunState::Cancelling));
    let failed = ended.take_while(|run| matches!(run.state, RunState::Failed | RunState::Lost));
    failed.last().map_or_else(String::new, |first| format!(" since {}", numbers::moment(first.started_at)))
}

/// What the state means, and the way out of it.
fn meaning(view: &View) -> Option<String> {
    let served = if view.snapshot.is_some() { " The last good snapshot is served meanwhile." } else { "" };
    Some(match &view.state {
        RefreshState::Live => {
            "Off: every look at this dataset asks the source. On, it is rebuilt in the background, and \
             looks are answered from the snapshot in between."
                .to_owned()
        }
        RefreshState::First | RefreshState::Fresh => return None,
        RefreshState::Stale { failures: 0, .. } => {
            format!("A run was due and did not come, or was cancelled.{served} Refresh now makes a new one.")
        }
        RefreshState::Stale { failures, .. } => format!(
            "{failures} of 5: runs fail{}.{served} The fifth failure in a row pauses the schedule.",
            since(view)
        ),
        RefreshState::Disconnected => {
            "The connection was disconnected, and its snapshots were deleted. Once it is reconnected, refreshing goes on."
                .to_owned()
        }
        RefreshState::ReconnectRequired { .. } => format!(
            "The source refused the way in, and it is not tried again until a check of the connection passes, it is edited \
             or reconnected, or somebody resumes it.{served}"
        ),
        RefreshState::PausedByFailures { failures, .. } => {
            format!(
                "{failures} runs failed, one after another{}. Resume it once the reason is gone.{served}",
                since(view)
            )
        }
        RefreshState::PausedBy { who, reason, since } => {
            let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            format!("Paused by {who} at {}{why}.{served}", numbers::moment(*since))
        }
        RefreshState::ConnectionPaused { who, reason, since } => {
            let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            format!("The connection is paused by {who} since {}{why}.{served}", numbers::moment(*since))
        }
        RefreshState::OverBudget { limit } => format!(
            "The source was asked as often today as it may be ({}). Refreshing goes on after midnight UTC, or when \
             the connection's daily budget is raised.{served}",
            numbers::grouped(*limit)
        ),
    })
}

/// As `<time>` wants it.
fn machine(moment: i64) -> String {
    numbers::moment(moment).replacen(' ', "T", 1).replace(" UTC", ":00Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_follows_the_one_under_way_is_told() {
        let running = Running {
            run_id: String::new(),
            rows: 12,
            bytes: 34,
            since_us: 1_000_000,
            left_us: None,
            is_cancelling: false,
        };
        let mut view = View {
            state: RefreshState::Fresh,
            schedule: None,
            is_on: true,
            next: Vec::new(),
            snapshot: None,
            running: Some(running),
            is_asked: false,
            runs: Vec::new(),
            trigger: None,
            is_serverless: false,
            least_minutes: 5,
        };
        assert!(strip(&view, "id").contains("12 rows") && !strip(&view, "id").contains("follows"));
        view.is_asked = true;
        assert!(strip(&view, "id").contains("Another run was asked for meanwhile, and follows."));
        // On its own it is told as what is next.
        view.running = None;
        assert!(!strip(&view, "id").contains("follows"));
    }
}
