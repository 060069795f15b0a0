//! How states read.

use contract::refresh::{Cause, Drift, RunState, RunView, Schedule, SnapshotFacts, Unit};

use super::*;
use crate::words::Tone;

fn view(state: RefreshState<Told>) -> View {
    View {
        state,
        schedule: None,
        is_on: true,
        next: Vec::new(),
        snapshot: None,
        running: None,
        is_asked: false,
        is_put_off: false,
        runs: Vec::new(),
        trigger: None,
        is_serverless: false,
        least_minutes: 5,
    }
}

fn run(started_at: i64, state: RunState) -> RunView<Told> {
    RunView {
        id: String::new(),
        cause: Cause::Schedule,
        by: String::new(),
        state,
        started_at,
        duration_us: 0,
        source_us: 0,
        rows: 0,
        bytes: 0,
        why: None,
        drift: Drift::default(),
    }
}

#[test]
fn a_source_that_is_full_is_no_failure_and_is_said() {
    let told =
        Told { code: "too_many_connections".into(), tone: Tone::Bad, sentence: "No room.".into(), hint: String::new() };
    let mut view = view(RefreshState::Stale { failures: 0, why: Some(told) });
    assert!(strip(&view, "id").contains("No snapshot yet: the source is full"));
    view.snapshot = Some(SnapshotFacts { taken_at: 0, age_us: 60_000_000, rows: 1, bytes: 1 });
    let strip = strip(&view, "id");
    assert!(strip.contains("Stale: the source is full") && strip.contains("No room."), "{strip}");
    assert!(details(&view, "id").contains("counts as no failure. Refresh now tries again."));
    view.next = vec![0];
    assert!(details(&view, "id").contains("It is tried again every minute"));
}

#[test]
fn only_the_failures_that_count_say_since_when() {
    let mut view = view(RefreshState::Stale { failures: 1, why: None });
    view.runs = vec![run(60_000_000, RunState::Failed), run(0, RunState::Failed)];
    assert!(details(&view, "id").contains("1 of 5: runs fail since 1970-01-01 00:01 UTC."));
    assert!(details(&view, "id").contains("pauses the schedule."));
    view.schedule = Some(Schedule { unit: Unit::Asked, ..Schedule::default() });
    assert!(details(&view, "id").contains("pauses it."));
}

#[test]
fn changed_columns_are_told_above_while_they_are_read_and_after() {
    let drift = Drift { added: vec!["note".into()], ..Drift::default() };
    let run = |state, drift| RunView { drift, ..run(60_000_000, state) };
    let mut view = view(RefreshState::Fresh);
    view.runs = vec![run(RunState::Running, drift.clone()), run(RunState::Done, Drift::default())];
    assert!(strip(&view, "id").contains("Columns changed: new: note."));
    assert!(!details(&view, "id").contains("Columns changed"), "they are not served yet");
    view.runs = vec![run(RunState::Failed, Drift::default()), run(RunState::Done, drift)];
    assert!(!strip(&view, "id").contains("Columns changed"));
    assert!(!details(&view, "id").contains("Columns changed"), "nothing is served");
    view.snapshot = Some(SnapshotFacts { taken_at: 0, age_us: 0, rows: 1, bytes: 1 });
    assert!(details(&view, "id").contains("What is served since 1970-01-01 00:01 UTC: Columns changed: new: note."));
}

#[test]
fn what_was_cut_off_leads_to_its_connection() {
    let view = view(RefreshState::ReconnectRequired { why: None });
    let details = details(&view, "one");
    assert!(details.contains("when another dataset of this connection was refreshed"));
    assert!(details.contains("/data/connections/one"));
}

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
    let mut view = View { running: Some(running), ..view(RefreshState::Fresh) };
    assert!(strip(&view, "id").contains("12 rows") && !strip(&view, "id").contains("follows"));
    view.is_asked = true;
    assert!(strip(&view, "id").contains("Another run was asked for meanwhile, and follows."));
    // On its own it is told as what is next.
    view.running = None;
    assert!(!strip(&view, "id").contains("follows"));
}

#[test]
fn what_is_overdue_says_whether_a_newer_one_comes() {
    let mut view = view(RefreshState::Stale { failures: 0, why: None });
    view.snapshot = Some(SnapshotFacts { taken_at: 0, age_us: 60_000_000, rows: 1, bytes: 1 });
    assert!(strip(&view, "id").contains("Stale: overdue"));
    assert!(details(&view, "id").contains("Refresh now makes a new one."));
    view.is_asked = true;
    assert!(strip(&view, "id").contains("Stale: overdue"), "an old one is no younger for that");
    assert!(details(&view, "id").contains("A newer one is on its way."));
}

#[test]
fn a_run_that_nobody_saw_the_end_of_has_no_time_that_it_took() {
    let mut view = view(RefreshState::Fresh);
    view.runs = vec![run(0, RunState::Lost)];
    assert!(runs(&view).contains("data-label=\"Took\" class=\"number\">–<"));
}
