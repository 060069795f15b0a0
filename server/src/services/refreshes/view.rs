//! How a refresh stands, from the store's rows.

use contract::dataset::{Glance, Standing};
use contract::fault::Fault;
use contract::finding::Finding;
use contract::refresh::{
    Cause, ConnectionRefresh, RefreshState, RefreshView, RunState, RunView, Running, Schedule, SnapshotFacts,
};
use contract::team::Actor;
use store::{ConnectionRow, DatasetRow, RefreshRow, RunRow};

use super::{Shared, binding, place, store_fault};
use crate::refresher::{BY_BEGINNING, SLACK, Verdict, calendar, is_of_a_person, is_on_budget, schedule, verdict};
use crate::services::DAY;
use crate::services::checks::parse;

/// Runs that are shown.
const RUNS: i64 = 30;
const NEXT: usize = 3;

/// A run may wait for its turn, and takes a while.
const LATE: i64 = 2 * 60 * 1_000_000;

pub(super) async fn of(shared: &Shared, actor: &Actor, dataset: &DatasetRow) -> Result<RefreshView, Fault> {
    let connection = place::connection(shared, actor, &dataset.connection_id).await?;
    let target = place::target(&connection);
    let row = shared.store.refresh_fetch(&actor.team_id, &dataset.id).await.map_err(store_fault)?;
    let runs = match &row {
        Some(_) => shared.store.refresh_runs(&actor.team_id, &dataset.id, RUNS).await.map_err(store_fault)?,
        None => Vec::new(),
    };
    let now = shared.clock.now();
    let row = row.unwrap_or_default();
    let is_on = row.is_on == 1;
    let least = shared.refresh_limits.least_minutes;
    let schedule = schedule(&row.schedule, least);
    let used = shared.store.source_use(&connection.id, now.div_euclid(DAY)).await.map_err(store_fault)?;
    // A used-up budget ends by itself.
    let rests = connection.state != "live" || !["", "budget"].contains(&row.halt.as_str());
    let next = match &schedule {
        Some(schedule) if is_on && !rests => upcoming(schedule, &row, is_used_up(used) && row.is_first == 0, now),
        _ => Vec::new(),
    };
    let snapshot = row.taken_at.filter(|_| is_on).map(|taken_at| SnapshotFacts {
        taken_at,
        age_us: u64::try_from(now - taken_at).unwrap_or(0),
        rows: count(row.row_count.unwrap_or(0)),
        bytes: count(row.byte_count.unwrap_or(0)),
    });
    Ok(RefreshView {
        state: state(&connection, &row, &runs, used, (least, now)),
        running: running(&row, &runs, now),
        is_asked: is_on && is_asked(&row, used) && connection.state == "live",
        is_put_off: is_on && row.asked_at.is_some() && !is_asked(&row, used),
        runs: runs.into_iter().map(run).collect(),
        trigger: trigger(shared, &actor.team_id, dataset, &row),
        is_serverless: target.is_serverless(),
        least_minutes: least,
        schedule,
        is_on,
        next,
        snapshot,
    })
}

/// When it runs next, as it is planned: by its schedule, as another try, or once the day is over whose budget is used up.
fn upcoming(schedule: &Schedule, row: &RefreshRow, is_used_up: bool, now: i64) -> Vec<i64> {
    let Some(due) = row.next_at else { return Vec::new() };
    let midnight = (now.div_euclid(DAY) + 1) * DAY;
    // The schedule's own times are said without the dataset's delay.
    let is_own = calendar::is_due_at(schedule, row.set_at, &row.dataset_id, due);
    let time = if is_own { due - calendar::delay(schedule, &row.dataset_id) } else { due };
    let (first, after) = match () {
        () if is_used_up && due < midnight => (Some(midnight), midnight),
        // Its turn has come.
        () if due <= now => (None, now),
        () => (Some(if time > now { time } else { due }), time),
    };
    first.into_iter().chain(calendar::upcoming(schedule, row.set_at, after, NEXT)).take(NEXT).collect()
}

/// The source was asked as often today as it may be.
fn is_used_up((asked, budget): (i64, i64)) -> bool {
    budget > 0 && asked >= budget
}

fn state(
    connection: &ConnectionRow,
    row: &RefreshRow,
    runs: &[RunRow],
    used: (i64, i64),
    (least, now): (u32, i64),
) -> RefreshState {
    let over_budget = RefreshState::OverBudget { limit: u32::try_from(used.1).unwrap_or(u32::MAX) };
    let failures = u32::try_from(row.failures).unwrap_or(u32::MAX);
    let why = || {
        let bad = runs.iter().take_while(|run| run.state != "done");
        bad.filter(|run| matches!(run.state.as_str(), "failed" | "lost")).find_map(finding)
    };
    if row.is_on == 0 {
        return RefreshState::Live;
    }
    match (connection.state.as_str(), row.halt.as_str()) {
        ("disconnected", _) => RefreshState::Disconnected,
        ("paused", _) => RefreshState::ConnectionPaused {
            who: connection.state_by.clone(),
            reason: connection.state_reason.clone(),
            since: connection.state_at,
        },
        (_, "person") => {
            RefreshState::PausedBy { who: row.halt_by.clone(), reason: row.halt_reason.clone(), since: row.halt_at }
        }
        (_, "credential") => {
            RefreshState::ReconnectRequired { why: why().filter(|why| verdict(why) == Verdict::Credential) }
        }
        (_, "failures") => RefreshState::PausedByFailures { failures, why: why() },
        (_, "budget") => over_budget,
        // What stood in the way of a run before it was turned on says nothing of the first.
        _ if row.taken_at.is_none() && failures == 0 && is_moving(row, used) => RefreshState::First,
        _ if let Some(why) = turned_away(row) => RefreshState::Stale { failures, why: Some(why) },
        _ if failures > 0 => RefreshState::Stale { failures, why: why() },
        // Said before the next run is due and does not come.
        _ if is_used_up(used) && row.is_first == 0 && !is_moving(row, used) => over_budget,
        _ if is_late(row, least, now) => RefreshState::Stale { failures, why: None },
        _ if row.taken_at.is_none() => RefreshState::First,
        _ => RefreshState::Fresh,
    }
}

/// Why the last run that ended was not let in, where that is nobody's failure.
fn turned_away(row: &RefreshRow) -> Option<Finding> {
    serde_json::from_str(&row.last_finding).ok().filter(|why| verdict(why) == Verdict::Crowded)
}

/// A first run that waited for a way in, and is planned for now.
fn has_waited(row: &RefreshRow) -> bool {
    row.asked_at.is_none() && row.asked_by == BY_BEGINNING && row.next_at.is_some() && row.halt.is_empty()
}

/// A run is asked for, and waits neither for the day to be over nor, as what no person asks for does, for a way in.
fn is_asked(row: &RefreshRow, used: (i64, i64)) -> bool {
    let is_wanted = row.asked_at.is_some() || has_waited(row);
    let is_kept_out = row.is_refused == 1 && !is_of_a_person(&row.asked_by) && !row.asked_by.is_empty();
    is_wanted && !is_kept_out && !(is_used_up(used) && is_on_budget(row.is_first == 1, row.asked_at, &row.asked_by))
}

/// A run is asked for, or under way.
fn is_moving(row: &RefreshRow, used: (i64, i64)) -> bool {
    is_asked(row, used) || !row.run_id.is_empty()
}

/// What is served should have been replaced by now: a run did not come, was cancelled, or came too late and is not done
/// yet. One that began when it was due is in time, however long it takes. Nor can it be read later than it is now: a clock
/// that was put back does not know how old it is.
fn is_late(row: &RefreshRow, least: u32, now: i64) -> bool {
    let (Some(taken_at), Some(schedule)) = (row.taken_at, schedule(&row.schedule, least)) else { return false };
    let due = calendar::due(&schedule, row.set_at, &row.dataset_id, taken_at.max(row.set_at));
    due.is_some_and(|due| due + LATE < row.run_started_at.unwrap_or(now)) || taken_at > now + SLACK
}

/// At a glance. That its connection rests stands beside the connection.
pub(crate) fn standing(row: &RefreshRow, used: (i64, i64), (least, now): (u32, i64)) -> Standing {
    let glance = match (row.halt.as_str(), row.failures) {
        ("", _) if turned_away(row).is_some() => Glance::Crowded,
        ("", 0) if is_used_up(used) && row.is_first == 0 && !is_moving(row, used) => Glance::Resting,
        ("", 0) if is_late(row, least, now) => Glance::Late,
        ("", 0) => Glance::Good,
        ("", _) => Glance::Failing,
        ("credential", _) => Glance::Refused,
        (_, _) => Glance::Resting,
    };
    Standing { glance, age_us: row.taken_at.map(|taken_at| u64::try_from(now - taken_at).unwrap_or(0)) }
}

fn finding(run: &RunRow) -> Option<Finding> {
    serde_json::from_str(&run.finding).ok()
}

fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

fn run_state(stored: &str) -> RunState {
    match stored {
        "running" => RunState::Running,
        "cancelling" => RunState::Cancelling,
        "done" => RunState::Done,
        "cancelled" => RunState::Cancelled,
        "lost" => RunState::Lost,
        _ => RunState::Failed,
    }
}

fn running(row: &RefreshRow, runs: &[RunRow], now: i64) -> Option<Running> {
    let run = runs.iter().find(|run| run.id == row.run_id)?;
    let since_us = count(now - run.started_at);
    let (rows, last) = (count(run.row_count), count(row.row_count.unwrap_or(0)));
    let left_us = (rows > 0 && last > rows).then(|| u128::from(since_us) * u128::from(last - rows) / u128::from(rows));
    Some(Running {
        run_id: run.id.clone(),
        rows,
        bytes: count(run.byte_count),
        since_us,
        left_us: left_us.and_then(|left| u64::try_from(left).ok()),
        is_cancelling: run.state == "cancelling",
    })
}

fn run(row: RunRow) -> RunView {
    let is_of_a_person = is_of_a_person(&row.asked_by);
    RunView {
        cause: parse(&row.cause).unwrap_or(Cause::Schedule),
        state: run_state(&row.state),
        duration_us: count(row.duration_us.unwrap_or(0)),
        source_us: count(row.source_us.unwrap_or(0)),
        rows: count(row.row_count),
        bytes: count(row.byte_count),
        why: finding(&row),
        drift: serde_json::from_str(&row.drift).unwrap_or_default(),
        by: if is_of_a_person { row.asked_by } else { String::new() },
        started_at: row.started_at,
        id: row.id,
    }
}

/// The address that starts a run, as it is copied.
fn trigger(shared: &Shared, team_id: &str, dataset: &DatasetRow, row: &RefreshRow) -> Option<String> {
    let code = shared.ring.open_bytes(&binding(team_id, dataset), row.trigger_code.as_deref()?).ok()?;
    Some(format!("{}/refresh/{}", shared.origin, std::str::from_utf8(&code).ok()?))
}

pub(super) async fn of_connection(shared: &Shared, row: &ConnectionRow) -> Result<ConnectionRefresh, Fault> {
    let day = shared.clock.now().div_euclid(DAY);
    let (asked, budget) = shared.store.source_use(&row.id, day).await.map_err(store_fault)?;
    let counts = shared.store.refresh_counts(&row.id).await.map_err(store_fault)?;
    let number = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
    Ok(ConnectionRefresh {
        on: number(counts.refreshed),
        total: number(counts.datasets),
        served: number(counts.served),
        refused: number(counts.refused),
        paused: number(counts.paused),
        asked_today: number(asked),
        budget: number(budget),
        is_serverless: place::target(row).is_serverless(),
        least_minutes: shared.refresh_limits.least_minutes,
    })
}
