//! How often a source is asked in a day.

use std::time::Duration;

use contract::audit::{Action, AuditQuery};
use contract::finding::Finding;
use contract::refresh::{Cause, RefreshState, RunState, ScheduleFields, Triggered};

use super::{DAY, HOUR, MINUTE, Refreshed, every};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_budget_rests_refreshes_until_the_next_day() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    let (connection, used) = (data.team.connection.clone(), 3);
    data.to_hour(0);
    refreshes.budget(&actor, &connection, used).await.unwrap();
    let mut runs = 1;
    for _ in 0..20 {
        data.shift(HOUR + MINUTE);
        let now = data.turn().await;
        if now == runs {
            break;
        }
        runs = now;
    }
    assert_eq!(data.state().await, RefreshState::OverBudget { limit: used });
    assert_eq!(runs, 1 + used as usize, "as many as it may");
    let midnight = (data.team.world.shared.clock.now().div_euclid(DAY) + 1) * DAY;
    let next = data.view().await.next;
    assert!(next.len() == 3 && next.iter().all(|next| *next >= midnight), "{next:?}");
    data.ask().await;
    assert_eq!(data.turn().await, runs + 1, "a person may still ask");
    data.shift(DAY);
    assert_eq!(data.turn().await, runs + 2, "the next day goes on");
    assert_eq!(data.state().await, RefreshState::Fresh);
    // Said as soon as it is so, not only when a run was due and did not come.
    data.use_up().await;
    assert_eq!(data.state().await, RefreshState::OverBudget { limit: 1 });
}

/// What another system asks for counts like what runs by itself: it rests too, and is not forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trigger_beyond_the_budget_runs_when_the_day_is_over() {
    let mut data = Refreshed::new(10).await;
    data.to_hour(1);
    data.set(every(1, "asked")).await;
    assert_eq!(data.turn().await, 1);
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    let code = &data.code().await;
    data.use_up().await;
    for _ in 0..2 {
        assert_eq!(refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::OverBudget));
    }
    let log = data.team.world.backend.audit.page(&actor, AuditQuery::default()).await.unwrap().entries;
    assert_eq!(log.iter().filter(|entry| entry.action == Action::RefreshAsked).count(), 1, "a run comes of them");
    assert_eq!(data.turn().await, 1);
    let view = data.view().await;
    assert_eq!((view.state, view.is_asked), (RefreshState::OverBudget { limit: 1 }, false));
    // Also where somebody saves the schedule meanwhile.
    data.set(every(1, "asked")).await;
    data.shift(DAY);
    assert_eq!(data.turn().await, 2);
    assert_eq!(data.turn().await, 2, "once");
    assert_eq!(data.view().await.runs[0].cause, Cause::Trigger);
    // Or when somebody raises it.
    data.use_up().await;
    assert_eq!(refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::OverBudget));
    refreshes.budget(&actor, &data.team.connection, 0).await.unwrap();
    assert_eq!(data.turn().await, 3);
    // A person does not wait for what waits.
    refreshes.budget(&actor, &data.team.connection, 1).await.unwrap();
    data.shift(2 * MINUTE);
    assert_eq!(refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::OverBudget));
    data.ask().await;
    assert_eq!(data.turn().await, 4);
    assert_eq!(data.view().await.runs[0].cause, Cause::Person);
}

/// Beyond the budget a trigger neither takes back a pause after five failures nor tries again what the source refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trigger_beyond_the_budget_leaves_standing_why_it_rests() {
    let mut data = Refreshed::new(10).await;
    data.to_hour(1);
    data.set(every(1, "hours")).await;
    data.turn().await;
    data.fail_five_times().await;
    let refreshes = data.team.world.backend.refreshes.clone();
    let code = data.code().await;
    data.use_up().await;
    assert_eq!(refreshes.trigger(&code, "10.1.1.1").await, Ok(Triggered::OverBudget));
    assert_eq!(data.turn().await, 6);
    assert!(matches!(data.state().await, RefreshState::PausedByFailures { failures: 5, .. }));
    data.shift(DAY);
    assert_eq!(data.turn().await, 7, "as a trigger within the budget is tried");
    assert!(matches!(data.state().await, RefreshState::PausedByFailures { failures: 6, .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_counts_as_a_look_at_the_source() {
    let data = Refreshed::new(10).await;
    data.to_hour(1);
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    let asked = async || refreshes.of_connection(&actor, &data.team.connection).await.unwrap().asked_today;
    let mut before = asked().await;
    // What came before is counted by now.
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        match asked().await {
            same if same == before => break,
            more => before = more,
        }
    }
    data.team.world.check_again(&data.team.connection).await;
    while asked().await == before {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(asked().await, before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_budget_that_is_used_up_ends_at_midnight_and_so_does_the_wait() {
    let mut data = Refreshed::new(10).await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    data.to_hour(1);
    let midnight = (data.team.world.shared.clock.now().div_euclid(DAY) + 1) * DAY;
    data.set(ScheduleFields { at: "12:00".into(), ..every(1, "days") }).await;
    data.turn().await;
    let noon = midnight - DAY / 2;
    assert_eq!(data.view().await.next, [noon, noon + DAY, noon + 2 * DAY]);
    refreshes.budget(&actor, &data.team.connection, 1).await.unwrap();
    data.shift(12 * HOUR);
    assert_eq!(data.turn().await, 1);
    assert_eq!(data.state().await, RefreshState::OverBudget { limit: 1 });
    assert_eq!(data.view().await.next, [midnight, midnight + DAY / 2, midnight + DAY + DAY / 2]);
    data.shift(11 * HOUR);
    assert_eq!(data.turn().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fifth_failure_pauses_also_where_a_budget_is_used_up() {
    let mut data = Refreshed::new(10).await;
    data.to_hour(1);
    data.set(every(1, "hours")).await;
    data.turn().await;
    data.team.world.backend.refreshes.budget(&data.team.world.actor, &data.team.connection, 1).await.unwrap();
    data.shift(HOUR + MINUTE);
    assert_eq!(data.turn().await, 1);
    data.fail_five_times().await;
    data.shift(DAY);
    assert_eq!(data.turn().await, 6);
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

/// The first run is of whoever turned it on, however often it has to be tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_run_that_fails_by_chance_is_tried_again_beyond_the_budget() {
    let mut data = Refreshed::new(10).await;
    data.to_hour(1);
    let user = data.reads_as("few", "some-password", "some-password").await;
    data.team.database.run(&format!("alter role {user} connection limit 0")).await;
    data.use_up().await;
    data.set(every(1, "hours")).await;
    assert_eq!(data.turn().await, 1);
    assert_eq!(data.state().await, RefreshState::Stale { failures: 0, why: Some(Finding::TooManyConnections) });
    data.team.database.run(&format!("alter role {user} connection limit 5")).await;
    data.shift(2 * MINUTE);
    assert_eq!(data.turn().await, 2);
    let view = data.view().await;
    assert_eq!((view.state, view.runs[0].state), (RefreshState::OverBudget { limit: 1 }, RunState::Done));
    data.shift(HOUR + MINUTE);
    assert_eq!(data.turn().await, 2, "the second is nobody's");
}

/// Also where a person tried it meanwhile, and was refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_run_that_a_person_tried_meanwhile_comes_beyond_the_budget() {
    let mut data = Refreshed::new(10).await;
    data.to_hour(1);
    let user = data.reads_as("reader", "right-password", "wrong-password").await;
    data.use_up().await;
    data.set(every(1, "hours")).await;
    assert_eq!(data.turn().await, 1);
    data.ask().await;
    assert_eq!(data.turn().await, 2);
    assert!(matches!(data.state().await, RefreshState::ReconnectRequired { .. }));
    data.team.edit(data.team.string(&user, "right-password")).await;
    assert_eq!(data.turn().await, 3);
    assert_eq!(data.view().await.runs[0].state, RunState::Done);
}

/// A person that comes between takes nothing away: where their run fails by chance, another comes when the day is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_trigger_could_not_have_yet_is_tried_again_though_a_person_came_between() {
    let mut data = Refreshed::new(10).await;
    data.to_hour(1);
    let user = data.reads_as("few", "some-password", "some-password").await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    data.set(every(1, "asked")).await;
    let mut runs = data.turn().await;
    for (is_paused, is_lost) in [(false, false), (false, true), (true, false)] {
        refreshes.budget(&actor, &data.team.connection, 0).await.unwrap();
        if is_paused {
            data.fail_five_times().await;
            runs += 5;
            data.team.database.run("alter table gone rename to sales").await;
        }
        let code = data.code().await;
        data.use_up().await;
        data.shift(2 * MINUTE);
        assert_eq!(refreshes.trigger(&code, "10.1.1.1").await, Ok(Triggered::OverBudget));
        data.team.database.run(&format!("alter role {user} connection limit 0")).await;
        match is_paused {
            true => refreshes.resume(&actor, &data.dataset).await.unwrap(),
            false => data.ask().await,
        }
        if is_lost {
            data.claimed().await;
            data.lose().await;
            runs += 1;
        }
        assert_eq!(data.turn().await, runs + 1);
        let state = data.state().await;
        assert!(matches!(state, RefreshState::Stale { why: Some(Finding::TooManyConnections), .. }), "{state:?}");
        data.team.database.run(&format!("alter role {user} connection limit 5")).await;
        data.shift(DAY);
        assert_eq!(data.turn().await, runs + 2);
        runs = data.turn().await;
        let newest = data.view().await.runs.remove(0);
        assert_eq!((newest.state, newest.cause), (RunState::Done, Cause::Retry));
    }
}

/// Also where the connection leads elsewhere by the time that it has read, or it was turned off and on meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_run_whose_place_another_took_comes_beyond_the_budget() {
    for is_turned_off in [false, true] {
        let mut data = Refreshed::new(10).await;
        let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
        data.to_hour(1);
        let user = data.reads_as("reader", "first-password", "first-password").await;
        data.use_up().await;
        data.set(every(1, "hours")).await;
        let held = data.team.database.hold("sales").await;
        data.refresher.turn().await;
        while data.team.running().await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        data.team.database.run(&format!("alter role {user} password 'second-password'")).await;
        if is_turned_off {
            refreshes.turn_off(&actor, &data.dataset).await.unwrap();
            data.set(every(1, "hours")).await;
            data.refresher.settle().await;
        } else {
            data.reads_as("another", "a-password", "a-password").await;
        }
        held.let_go().await;
        data.refresher.settle().await;
        let ended = data.view().await.runs[0].state;
        assert_eq!(ended, if is_turned_off { RunState::Cancelled } else { RunState::Failed });
        data.turn().await;
        if is_turned_off {
            assert!(matches!(data.state().await, RefreshState::ReconnectRequired { .. }));
            data.team.edit(data.team.string(&user, "second-password")).await;
            data.turn().await;
        }
        assert_eq!(data.view().await.runs[0].state, RunState::Done, "{is_turned_off}");
    }
}
