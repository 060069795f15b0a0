//! The runs of a dataset: a small timeline, and each with its cost.

use contract::refresh::{Cause, Drift, RunState, RunView};
use leptos::prelude::*;

use crate::parts::Made;
use crate::words::{Told, numbers};

/// Bars of the timeline: a graphic beside the table, which says the same in words.
const HEIGHT: u64 = 40;
const WIDTH: usize = 8;
const GAP: usize = 3;

#[component]
pub fn Runs(runs: Vec<RunView<Told>>) -> impl IntoView {
    let rows = runs.iter().map(|run| view! { <Run run=run.clone()/> }).collect_view();
    view! {
        <div class="refresh-runs">
            <h2>"Runs"</h2>
            {timeline(&runs)}
            <div class="table-scroll" tabindex="0" role="group" aria-label="Runs">
                <table class="plain-table runs">
                    <thead>
                        <tr>
                            <th scope="col">"Began"</th>
                            <th scope="col">"Because of"</th>
                            <th scope="col">"Outcome"</th>
                            <th scope="col" class="number">"Took"</th>
                            <th scope="col" class="number">"Rows"</th>
                            <th scope="col" class="number">"Read at the source"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

fn state(state: RunState) -> (&'static str, &'static str) {
    match state {
        RunState::Running => ("running", "Running"),
        RunState::Cancelling => ("running", "Cancelling"),
        RunState::Done => ("done", "Done"),
        RunState::Failed => ("failed", "Failed"),
        RunState::Cancelled => ("cancelled", "Cancelled"),
        RunState::Lost => ("failed", "Lost with its server"),
    }
}

/// The oldest first; as high as it took, beside the longest.
fn timeline(runs: &[RunView<Told>]) -> impl IntoView + use<> {
    let longest = runs.iter().map(|run| run.duration_us).max().unwrap_or(1).max(1);
    let bars: Vec<_> = runs
        .iter()
        .rev()
        .enumerate()
        .map(|(at, run)| {
            let height = (run.duration_us * (HEIGHT - 4) / longest + 4).min(HEIGHT);
            view! {
                <rect
                    class="run-bar"
                    data-state=state(run.state).0
                    x=(at * (WIDTH + GAP)).to_string()
                    y=(HEIGHT - height).to_string()
                    width=WIDTH.to_string()
                    height=height.to_string()
                    rx="1.5"
                />
            }
        })
        .collect();
    let width = runs.len() * (WIDTH + GAP);
    view! {
        <svg class="runs-line" viewBox=format!("0 0 {width} {HEIGHT}") width=width.to_string() height=HEIGHT.to_string()
            role="img" aria-label="How long each run took, the newest last">
            {bars}
        </svg>
    }
}

#[component]
fn Run(run: RunView<Told>) -> impl IntoView {
    let (code, outcome) = state(run.state);
    let cause = match (run.cause, run.by.as_str()) {
        (Cause::Person, who) => who.to_owned(),
        (Cause::Beginning, _) => "turning it on".to_owned(),
        (Cause::Absence, _) => "no snapshot being left".to_owned(),
        (Cause::Schedule, _) => "the schedule".to_owned(),
        (Cause::Retry, _) => "another try".to_owned(),
        (Cause::Trigger, _) => "its address".to_owned(),
        (Cause::Command, _) => "the operator".to_owned(),
    };
    let is_over = !matches!(run.state, RunState::Running | RunState::Cancelling);
    // How far one under way is stands above: what is open or marked here stays while that moves.
    let [took, rows, bytes] = if is_over {
        // Nobody was there when a run ended that was lost with its server.
        let took = if run.duration_us > 0 { numbers::duration(run.duration_us) } else { "–".to_owned() };
        let open = (run.source_us > 0).then(|| format!(" in {}", numbers::duration(run.source_us)));
        [took, numbers::grouped(run.rows), numbers::bytes(run.bytes) + &open.unwrap_or_default()]
    } else {
        ["–"; 3].map(str::to_owned)
    };
    let drift = (!run.drift.is_empty()).then(|| view! { <p class="run-drift">{changed(&run.drift)}</p> });
    let why = run.why.map(|told| {
        view! {
            <details class="more" data-opened=run.id.clone()><summary data-code=told.code>"Why"</summary><Made markup=told.hint/></details>
        }
    });
    view! {
        <tr>
            <td><time datetime=super::machine(run.started_at) data-local="">{numbers::moment(run.started_at)}</time></td>
            <td>{cause}</td>
            <td><span class="run-state" data-state=code>{outcome}</span>{drift}{why}</td>
            <td class="number" data-label="Took">{took}</td>
            <td class="number" data-label="Rows">{rows}</td>
            <td class="number" data-label="Read at the source">{bytes}</td>
        </tr>
    }
}

/// How the columns changed, in one sentence.
pub(super) fn changed(drift: &Drift) -> String {
    let mut parts = Vec::new();
    if !drift.added.is_empty() {
        parts.push(format!("new: {}", drift.added.join(", ")));
    }
    if !drift.removed.is_empty() {
        parts.push(format!("gone: {}", drift.removed.join(", ")));
    }
    for (name, before, now) in &drift.retyped {
        parts.push(format!("{name} was {before} and is {now}"));
    }
    format!("Columns changed: {}.", parts.join("; "))
}
