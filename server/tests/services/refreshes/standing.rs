//! How a dataset stands while something else is on its way, and when it runs next.

use contract::refresh::{Cause, RefreshState, RunState, Schedule, Triggered, Unit};
use server::services::RefreshLimits;
use store::NewRefresh;

use super::{DAY, HOUR, MINUTE, QUICK, Refreshed, SLOW, every, states};
use crate::world::Plan;

/// So many rows, a tenth of a second each.
const BRIEF: &str = "alter table sales rename to quick;
                     create view sales as select n, pg_sleep(0.1)::text from generate_series(1, 8) n";

const OVERDUE: RefreshState = RefreshState::Stale { failures: 0, why: None };

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_rows_are_not_fresh_because_a_run_is_on_its_way() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    refreshes.pause(&actor, &data.dataset, "").await.unwrap();
    data.shift(5 * DAY);
    refreshes.resume(&actor, &data.dataset).await.unwrap();
    let view = data.view().await;
    assert_eq!((view.state, view.is_asked), (OVERDUE, true));
    data.team.database.run(SLOW).await;
    data.refresher.turn().await;
    let view = data.until(|view| view.running.is_some()).await;
    assert_eq!(view.state, OVERDUE, "nor because one is under way");
    refreshes.cancel(&actor, &view.running.unwrap().run_id).await.unwrap();
    data.refresher.settle().await;
    data.team.database.run(QUICK).await;
    data.ask().await;
    data.turn().await;
    assert_eq!(data.state().await, RefreshState::Fresh);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_began_in_time_takes_as_long_as_it_takes() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    data.team.database.run(SLOW).await;
    data.shift(HOUR + MINUTE);
    data.refresher.turn().await;
    let running = data.until(|view| view.running.is_some()).await.running.unwrap();
    data.shift(20 * MINUTE);
    assert_eq!(data.state().await, RefreshState::Fresh);
    data.team.world.backend.refreshes.cancel(&data.team.world.actor, &running.run_id).await.unwrap();
    data.refresher.settle().await;
    assert_eq!(data.state().await, OVERDUE, "it came to nothing");
}

/// What was read later than it is now has no age that anybody knows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_from_the_future_are_not_fresh() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "asked")).await;
    data.turn().await;
    data.shift(-MINUTE);
    assert_eq!(data.state().await, RefreshState::Fresh, "clocks of servers differ a little");
    data.shift(-HOUR);
    assert_eq!(data.state().await, OVERDUE);
    // The order of runs is that of their claims.
    data.team.database.run("alter table sales rename to gone").await;
    data.ask().await;
    data.turn().await;
    let view = data.view().await;
    assert_eq!(states(&view), [RunState::Failed, RunState::Done]);
    assert!(matches!(view.state, RefreshState::Stale { failures: 1, why: Some(_) }), "{:?}", view.state);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_set_more_often_than_may_be_runs_as_often_as_may_be() {
    let plan = Plan::default();
    let refresh_limits = RefreshLimits { least_minutes: 60, ..plan.refresh_limits };
    let mut data = Refreshed::planned(Plan { refresh_limits, ..plan }, 10, "").await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let (shared, actor) = (data.team.world.shared.clone(), data.team.world.actor.clone());
    let schedule = Schedule { every: 5, unit: Unit::Minutes, ..Schedule::default() };
    let now = shared.clock.now();
    let before = NewRefresh {
        team_id: &actor.team_id,
        dataset_id: &data.dataset,
        member_id: &actor.member_id,
        schedule: &serde_json::to_string(&schedule).unwrap(),
        next_at: Some(now + 5 * MINUTE),
        now,
    };
    assert!(shared.store.refresh_set(before).await.unwrap());
    assert_eq!(data.view().await.schedule.unwrap().minutes(), Some(60), "and says so");
    data.shift(6 * MINUTE);
    assert_eq!(data.turn().await, 2, "as it was planned");
    for (minutes, runs) in [(10, 2), (30, 2), (17, 3)] {
        data.shift(minutes * MINUTE);
        assert_eq!(data.turn().await, runs, "after {minutes} more");
    }
}

/// Of a first run that the source refused: "only when asked" is about those to come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_owed_comes_after_another_schedule_was_set() {
    let mut data = Refreshed::new(10).await;
    let user = data.reads_as("reader", "right-password", "wrong-password").await;
    data.set(every(1, "weeks")).await;
    assert_eq!(data.turn().await, 1);
    assert!(matches!(data.state().await, RefreshState::ReconnectRequired { .. }));
    data.set(every(1, "asked")).await;
    assert_eq!(data.turn().await, 1);
    data.team.edit(data.team.string(&user, "right-password")).await;
    assert_eq!(data.turn().await, 2);
    assert_eq!(data.state().await, RefreshState::Fresh);
    data.shift(30 * DAY);
    assert_eq!(data.turn().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schedule_that_is_set_during_the_first_run_wants_no_second() {
    let mut data = Refreshed::with(1, BRIEF).await;
    data.set(every(1, "hours")).await;
    data.refresher.turn().await;
    data.until(|view| view.running.is_some()).await;
    data.set(every(2, "hours")).await;
    assert!(!data.view().await.is_asked);
    data.refresher.settle().await;
    assert_eq!(data.turn().await, 1);
}

/// A load that was told of during a run is in the next one, whoever paused in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_trigger_told_of_during_a_run_survives_a_pause() {
    let mut data = Refreshed::with(1, BRIEF).await;
    data.set(every(1, "asked")).await;
    let code = data.code().await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    data.refresher.turn().await;
    data.until(|view| view.running.is_some()).await;
    assert_eq!(refreshes.trigger(&code, "10.1.1.1").await, Ok(Triggered::Started));
    refreshes.pause(&actor, &data.dataset, "").await.unwrap();
    refreshes.resume(&actor, &data.dataset).await.unwrap();
    data.refresher.settle().await;
    assert_eq!(data.turn().await, 2);
    assert_eq!(data.view().await.runs[0].cause, Cause::Person);
}
