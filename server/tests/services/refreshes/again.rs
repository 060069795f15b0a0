//! Runs that were asked for, and did not come or were cut short: they come once nothing is in their way.

use std::time::{Duration, Instant};

use contract::refresh::{Cause, RefreshState, RunState};
use server::services::RefreshLimits;
use store::{AskedRun, BY_TRIGGER, Claim, Claimed, RefreshEnd, RunCost, RunRef, Wish};

use super::{HOUR, MINUTE, QUICK, Refreshed, SLOW, every, states};
use crate::world::Plan;

/// What waited for its turn when the way in was refused has never been tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_what_waited_when_a_password_was_refused_comes_with_another() {
    let tables: String = (0..5).map(|n| format!("create table t{n} as select {n} as n;")).collect();
    let mut data = Refreshed::with(10, &tables).await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    let user = data.team.database.user("reader", "right-password").await;
    data.team.database.run(&format!("grant select on all tables in schema public to {user}")).await;
    data.team.edit(data.team.string(&user, "wrong-password")).await;
    for (at, dataset) in data.datasets.iter().enumerate() {
        let unit = if at % 2 == 0 { "asked" } else { "days" };
        backend.refreshes.set(&actor, dataset, every(1, unit)).await.unwrap();
    }
    for _ in 0..4 {
        data.turn().await;
    }
    assert_eq!(backend.refreshes.of_connection(&actor, &data.team.connection).await.unwrap().refused, 6);
    data.team.edit(data.team.string(&user, "right-password")).await;
    for _ in 0..4 {
        data.turn().await;
    }
    let mut tried = 0;
    for dataset in &data.datasets {
        let view = backend.refreshes.show(&actor, dataset).await.unwrap();
        assert_eq!((view.state, view.runs[0].state), (RefreshState::Fresh, RunState::Done));
        tried += view.runs.len();
    }
    assert!(tried <= 6 + 2, "{tried} runs, of which two began before the first was refused");
}

/// Nor is a refused password tried for what is turned on meanwhile, for the first time or once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_what_is_turned_on_after_a_refusal_waits_for_another_password() {
    let mut data = Refreshed::with(10, "create table once (n int); create table never (n int)").await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    let user = data.team.database.user("reader", "first-password").await;
    data.team.database.run(&format!("grant select on all tables in schema public to {user}")).await;
    data.team.edit(data.team.string(&user, "first-password")).await;
    let [a, b, c] = <[String; 3]>::try_from(data.datasets.clone()).unwrap();
    for dataset in [&a, &b] {
        backend.refreshes.set(&actor, dataset, every(1, "hours")).await.unwrap();
    }
    data.to_hour(6);
    data.turn().await;
    backend.refreshes.turn_off(&actor, &b).await.unwrap();
    data.team.database.run(&format!("alter role {user} password 'second-password'")).await;
    data.shift(HOUR + MINUTE);
    data.turn().await;
    let shown = async |dataset: &str| backend.refreshes.show(&actor, dataset).await.unwrap();
    let is_refused = |state: &RefreshState| matches!(state, RefreshState::ReconnectRequired { .. });
    assert!(is_refused(&shown(&a).await.state));
    assert_eq!(shown(&a).await.runs[0].source_us, 0, "it was sent no statement");
    let before = shown(&b).await.runs.len();
    for (dataset, unit) in [(&b, "asked"), (&c, "days")] {
        backend.refreshes.set(&actor, dataset, every(1, unit)).await.unwrap();
    }
    for _ in 0..3 {
        data.turn().await;
    }
    for (dataset, runs) in [(&b, before), (&c, 0)] {
        let view = shown(dataset).await;
        assert!(is_refused(&view.state), "{:?}", view.state);
        assert_eq!((view.runs.len(), view.is_asked), (runs, false), "no second try");
    }
    // A budget that is used up rests what has run before, and no first run.
    backend.refreshes.budget(&actor, &data.team.connection, 1).await.unwrap();
    data.team.edit(data.team.string(&user, "second-password")).await;
    for dataset in [&b, &c] {
        let view = shown(dataset).await;
        assert_eq!((view.state, view.is_asked), (RefreshState::First, true));
    }
    for _ in 0..3 {
        data.turn().await;
    }
    assert_eq!(shown(&a).await.state, RefreshState::OverBudget { limit: 1 });
    for dataset in [&b, &c] {
        let view = shown(dataset).await;
        assert_eq!((view.runs[0].state, view.runs[0].cause), (RunState::Done, Cause::Beginning));
    }
    backend.refreshes.budget(&actor, &data.team.connection, 0).await.unwrap();
    for _ in 0..3 {
        data.turn().await;
    }
    for dataset in [&a, &b, &c] {
        let view = shown(dataset).await;
        assert_eq!((view.state, view.runs[0].state), (RefreshState::Fresh, RunState::Done));
    }
}

/// A first run that was refused is one still: no budget rests it, and who asks from outside meanwhile gets the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_a_first_run_that_was_refused_comes_whatever_the_budget_is() {
    let mut data = Refreshed::new(10).await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    data.to_hour(6);
    let user = data.team.database.user("reader", "right-password").await;
    data.team.database.run(&format!("grant select on sales to {user}")).await;
    data.team.edit(data.team.string(&user, "wrong-password")).await;
    backend.refreshes.budget(&actor, &data.team.connection, 1).await.unwrap();
    data.set(every(1, "days")).await;
    assert_eq!(data.turn().await, 1);
    assert!(matches!(data.state().await, RefreshState::ReconnectRequired { .. }));
    assert_eq!(data.turn().await, 1, "no second try");
    data.team.edit(data.team.string(&user, "right-password")).await;
    let view = data.view().await;
    assert_eq!((view.state, view.is_asked), (RefreshState::First, true));
    let (store, now) = (data.team.world.shared.store.clone(), data.team.world.shared.clock.now());
    let wish = Wish { by: BY_TRIGGER, since: Some(now - MINUTE), now };
    assert_eq!(store.refresh_ask(&actor.team_id, &data.dataset, wish).await.unwrap(), AskedRun::Joined);
    data.turn().await;
    let runs = data.view().await.runs;
    assert_eq!((runs.len(), runs[0].state, runs[0].cause), (2, RunState::Done, Cause::Beginning));
}

/// Nor does it try a refused password for having been lost with its server meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_a_first_run_that_was_lost_meanwhile_waits_for_another_password() {
    let mut data = Refreshed::with(10, "create table other (n int)").await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    let user = data.team.database.user("reader", "right-password").await;
    data.team.database.run(&format!("grant select on all tables in schema public to {user}")).await;
    data.team.edit(data.team.string(&user, "wrong-password")).await;
    let [lost, refused] = <[String; 2]>::try_from(data.datasets.clone()).unwrap();
    backend.refreshes.set(&actor, &lost, every(1, "asked")).await.unwrap();
    let (store, now) = (data.team.world.shared.store.clone(), data.team.world.shared.clock.now());
    let due = store.refresh_due(now, HOUR, 1, 2).await.unwrap().remove(0);
    let claim = Claim {
        run_id: "run",
        due: &due,
        cause: "beginning",
        now,
        next_at: None,
        per_connection: 2,
        is_on_budget: false,
    };
    assert!(matches!(store.refresh_claim(claim).await.unwrap(), Claimed::Yes { .. }));
    backend.refreshes.set(&actor, &refused, every(1, "asked")).await.unwrap();
    data.turn().await;
    let seen = store.refresh_running().await.unwrap().remove(0);
    assert!(store.refresh_take_over(&seen, "", now).await.unwrap());
    data.turn().await;
    let shown = async |dataset: &str| backend.refreshes.show(&actor, dataset).await.unwrap();
    let view = shown(&lost).await;
    assert_eq!((states(&view), view.is_asked), (vec![RunState::Lost], false), "no second try");
    assert!(matches!(view.state, RefreshState::ReconnectRequired { .. }));
    data.team.edit(data.team.string(&user, "right-password")).await;
    data.turn().await;
    for dataset in [&lost, &refused] {
        let view = shown(dataset).await;
        assert_eq!((view.runs[0].state, view.runs[0].cause), (RunState::Done, Cause::Beginning));
    }
}

/// Whatever the schedule is: nobody cancelled it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_short_by_a_pause_of_its_connection_begins_anew_after_it() {
    let mut data = Refreshed::new(10).await;
    let (lives, actor) = (data.team.world.backend.connection_life.clone(), data.team.world.actor.clone());
    data.team.database.run(SLOW).await;
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
    data.set(every(1, "asked")).await;
    let (store, now) = (data.team.world.shared.store.clone(), data.team.world.shared.clock.now());
    let due = store.refresh_due(now, HOUR, 1, 2).await.unwrap().remove(0);
    let claim =
        Claim { run_id: "run", due: &due, cause: "person", now, next_at: None, per_connection: 2, is_on_budget: false };
    assert!(matches!(store.refresh_claim(claim).await.unwrap(), Claimed::Yes { .. }));
    lives.pause(&actor, &data.team.connection, "moving").await.unwrap();
    let seen = store.refresh_running().await.unwrap().remove(0);
    assert!(store.refresh_take_over(&seen, "", now).await.unwrap());
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
    let (store, now) = (data.team.world.shared.store.clone(), data.team.world.shared.clock.now());
    let due = store.refresh_due(now, HOUR, 1, 2).await.unwrap().remove(0);
    lives.pause(&actor, &data.team.connection, "").await.unwrap();
    let claim =
        Claim { run_id: "run", due: &due, cause: "person", now, next_at: None, per_connection: 2, is_on_budget: false };
    assert_eq!(store.refresh_claim(claim).await.unwrap(), Claimed::No);
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
    let (store, now) = (data.team.world.shared.store.clone(), data.team.world.shared.clock.now());
    let due = store.refresh_due(now, HOUR, 1, 2).await.unwrap().remove(0);
    let next_at = Some(now + HOUR);
    let claim =
        Claim { run_id: "run", due: &due, cause: "person", now, next_at, per_connection: 2, is_on_budget: false };
    let Claimed::Yes { fence, .. } = store.refresh_claim(claim).await.unwrap() else { panic!("not claimed") };
    let end = RefreshEnd {
        state: "lost",
        cost: RunCost { duration_us: 1, ..RunCost::default() },
        finding: "\"run_lost\"",
        is_failure: false,
        refused_version: None,
        retry_at: Some(now),
        asked_by: &due.asked_by,
        now,
    };
    let run = RunRef { dataset_id: &data.dataset, run_id: "run", fence };
    assert!(store.refresh_fail(run, end).await.unwrap());
    assert_eq!(data.turn().await, 3);
    let runs = data.view().await.runs;
    assert_eq!((runs[0].state, runs[0].cause, &runs[0].by), (RunState::Done, Cause::Person, &runs[1].by));
    assert_eq!(data.turn().await, 3, "once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_are_due_at_once_none_goes_beyond_the_budget() {
    let mut data = Refreshed::with(10, "create table other (id int)").await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    data.to_hour(1);
    for dataset in &data.datasets {
        backend.refreshes.set(&actor, dataset, every(1, "hours")).await.unwrap();
    }
    data.turn().await;
    let used = async || backend.refreshes.of_connection(&actor, &data.team.connection).await.unwrap().asked_today;
    let before = used().await;
    backend.refreshes.budget(&actor, &data.team.connection, before + 1).await.unwrap();
    data.shift(2 * HOUR);
    data.refresher.turn().await;
    data.refresher.settle().await;
    assert_eq!(used().await, before + 1);
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
