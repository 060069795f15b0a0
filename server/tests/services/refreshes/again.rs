//! Runs that were asked for, and did not come or were cut short: they come once nothing is in their way.

use std::time::{Duration, Instant};

use contract::refresh::{Cause, RefreshState, RunState};
use server::services::RefreshLimits;
use store::Claimed;

use super::{HOUR, MINUTE, QUICK, Refreshed, SLOW, every, states};
use crate::world::Plan;

/// Whatever the schedule is: nobody cancelled it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_short_by_a_pause_of_its_connection_begins_anew_after_it() {
    let mut data = Refreshed::new(10).await;
    let (lives, actor) = (data.team.world.backend.connection_life.clone(), data.team.world.actor.clone());
    data.to_hour(1);
    data.team.database.run(SLOW).await;
    // A first run is one still.
    data.use_up().await;
    data.set(every(1, "asked")).await;
    data.refresher.turn().await;
    while data.team.running().await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    lives.pause(&actor, &data.team.connection, "moving").await.unwrap();
    data.refresher.settle().await;
    data.team.database.run(QUICK).await;
    assert_eq!(data.turn().await, 1, "not while it rests");
    assert_eq!(states(&data.view().await), [RunState::Cancelled]);
    lives.resume(&actor, &data.team.connection).await.unwrap();
    data.turn().await;
    assert_eq!(states(&data.view().await), [RunState::Done, RunState::Cancelled]);
}

/// Also where the server that was to end it died before it had.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_short_by_a_pause_and_lost_begins_anew_after_it() {
    let mut data = Refreshed::new(10).await;
    let (lives, actor) = (data.team.world.backend.connection_life.clone(), data.team.world.actor.clone());
    data.to_hour(1);
    data.use_up().await;
    data.set(every(1, "asked")).await;
    data.claimed().await;
    lives.pause(&actor, &data.team.connection, "moving").await.unwrap();
    data.lose().await;
    assert_eq!((data.turn().await, states(&data.view().await)), (1, vec![RunState::Cancelled]), "not while it rests");
    lives.resume(&actor, &data.team.connection).await.unwrap();
    data.turn().await;
    assert_eq!(states(&data.view().await), [RunState::Done, RunState::Cancelled]);
}

/// A pause may come between the look at what is due and the claim of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_claimed_of_a_connection_that_rests_by_now() {
    let mut data = Refreshed::new(10).await;
    let (lives, actor) = (data.team.world.backend.connection_life.clone(), data.team.world.actor.clone());
    data.set(every(1, "asked")).await;
    let due = data.due().await;
    lives.pause(&actor, &data.team.connection, "").await.unwrap();
    assert_eq!(data.claim(&due).await, Claimed::No);
    lives.resume(&actor, &data.team.connection).await.unwrap();
    assert_eq!(data.turn().await, 1);
    assert_eq!(data.state().await, RefreshState::Fresh);
}

/// Whoever comes next runs it for the same person: also where nothing runs by itself for want of a budget.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stopping_server_hands_over_is_still_of_whoever_asked() {
    let mut data = Refreshed::new(10).await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    data.to_hour(1);
    data.set(every(1, "hours")).await;
    data.turn().await;
    backend.refreshes.budget(&actor, &data.team.connection, 1).await.unwrap();
    data.shift(HOUR + MINUTE);
    assert_eq!(data.turn().await, 1);
    assert!(matches!(data.state().await, RefreshState::OverBudget { .. }));
    data.ask().await;
    let claimed = data.claimed().await;
    data.hand_over(&claimed).await;
    assert_eq!(data.turn().await, 3);
    let runs = data.view().await.runs;
    assert_eq!((runs[0].state, runs[0].cause, &runs[0].by), (RunState::Done, Cause::Person, &runs[1].by));
    assert_eq!(data.turn().await, 3, "once");
}

/// While the store takes no beat from them, as it does for a while where another process holds it, they go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_runs_here_is_never_taken_over_from_here() {
    let plan = Plan::default();
    // Shorter than from beat to beat, and longer than a beat takes on a machine that is busy.
    let lease = Duration::from_millis(600);
    let refresh_limits = RefreshLimits { lease, ..plan.refresh_limits };
    let mut data = Refreshed::planned(Plan { refresh_limits, ..plan }, 10, SLOW).await;
    data.set(every(1, "hours")).await;
    data.refresher.turn().await;
    while data.team.running().await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let began = Instant::now();
    while began.elapsed() < 2 * lease {
        data.refresher.turn().await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(states(&data.view().await), [RunState::Running]);
}
