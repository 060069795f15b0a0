//! The view of a dataset's refresh: what its state means and the way out of it, what comes next, what has run.

use contract::refresh::{RefreshState, RunState, Unit};
use leptos::prelude::*;

use super::runs::{Runs, changed};
use super::{FULL, View, is_full, machine, why};
use crate::parts::{Made, made};
use crate::paths;
use crate::words::numbers;

/// What the state means, why, and what comes next.
pub fn details(view: &View, connection_id: &str) -> String {
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
    let served = view.runs.iter().find(|run| run.state == RunState::Done && view.snapshot.is_some());
    let served = served.filter(|run| !run.drift.is_empty());
    let drift = served.map(|run| {
        let when = numbers::moment(run.started_at);
        view! { <p class="run-drift">{format!("What is served since {when}: {}", changed(&run.drift))}</p> }
    });
    // Where the way out leads through its connection.
    let is_cut_off = matches!(
        view.state,
        RefreshState::Disconnected | RefreshState::ReconnectRequired { .. } | RefreshState::ConnectionPaused { .. }
    );
    let connection = is_cut_off.then(|| {
        view! { <p><a href=paths::connection(connection_id) data-place="connection">"Open the connection"</a></p> }
    });
    made(view! {
        <div class="refresh-details">
            {meaning} {why} {connection} {snapshot} {drift} {schedule} {next}
        </div>
    })
}

/// What has run, the newest first. Empty where nothing has.
pub fn runs(view: &View) -> String {
    if view.runs.is_empty() { String::new() } else { made(view! { <Runs runs=view.runs.clone()/> }) }
}

/// Since when nothing but so many failures came.
fn since(view: &View, failures: u32) -> String {
    let ended = view.runs.iter().filter(|run| !matches!(run.state, RunState::Running | RunState::Cancelling));
    let failed = ended
        .take_while(|run| matches!(run.state, RunState::Failed | RunState::Lost))
        .filter(|run| run.why.as_ref().is_none_or(|why| why.code != FULL));
    failed
        .take(failures as usize)
        .last()
        .map_or_else(String::new, |first| format!(" since {}", numbers::moment(first.started_at)))
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
        RefreshState::Stale { failures: 0, why: None } => {
            let next = if view.is_moving() { "A newer one is on its way." } else { "Refresh now makes a new one." };
            format!("A run was due and did not come in time, or was cancelled.{served} {next}")
        }
        RefreshState::Stale { failures, .. } if is_full(view) => {
            let again = match () {
                () if view.is_moving() => "Another try is under way",
                () if view.next.is_empty() => "Refresh now tries again",
                () => "It is tried again every minute",
            };
            let before = if *failures > 0 { format!(" Before it, {failures} of 5 runs failed.") } else { String::new() };
            format!("The source had no room for the last run, which counts as no failure. {again}.{before}{served}")
        }
        RefreshState::Stale { failures, .. } => {
            let what = if view.schedule.as_ref().is_some_and(|schedule| schedule.unit == Unit::Asked) {
                "it"
            } else {
                "the schedule"
            };
            format!("{failures} of 5: runs fail{}.{served} The fifth failure in a row pauses {what}.", since(view, *failures))
        }
        RefreshState::Disconnected => {
            "The connection was disconnected, and its snapshots were deleted. Once it is reconnected, refreshing goes on."
                .to_owned()
        }
        RefreshState::ReconnectRequired { why } => {
            // One refusal rests all datasets of a connection.
            let when = if why.is_some() { "" } else { " when another dataset of this connection was refreshed" };
            format!(
                "The source refused the way in{when}, and it is not tried again until a check of the connection passes, \
                 it is edited or reconnected, or somebody resumes it.{served}"
            )
        }
        RefreshState::PausedByFailures { failures, .. } => {
            format!(
                "{failures} runs failed, one after another{}. Resume it once the reason is gone.{served}",
                since(view, *failures)
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
             the connection's daily budget is raised{then}.{served}",
            numbers::grouped(*limit),
            then = if view.is_put_off { "; a run that another system asked for starts then" } else { "" },
        ),
    })
}
