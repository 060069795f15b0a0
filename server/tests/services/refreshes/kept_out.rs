//! A refused way in, and who asks nevertheless: a person tries it knowingly, and nobody else does.

use std::sync::atomic::Ordering;
use std::time::Duration;

use contract::finding::Finding;
use contract::refresh::{Cause, RefreshState, RunState, Triggered};
use server::services::RefreshLimits;

use super::{DAY, HOUR, MINUTE, Refreshed, every, states};
use crate::world::Plan;

impl Refreshed {
    async fn change(&self, user: &str, password: &str) {
        self.team.database.run(&format!("alter role {user} password '{password}'")).await;
    }

    /// What another system hears that has not asked for a while.
    async fn triggered(&self, code: &str) -> Triggered {
        self.shift(2 * MINUTE);
        self.team.world.backend.refreshes.trigger(code, "10.1.1.1").await.unwrap()
    }
}

/// `sales`, which five failures paused, and `other`, which is read well by the same user.
async fn paused_by_failures(plan: Plan) -> (Refreshed, String, String) {
    let mut data = Refreshed::planned(plan, 10, "create table other (id int)").await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    let user = data.reads_as("reader", "first-password", "first-password").await;
    let other = data.datasets.iter().find(|dataset| **dataset != data.dataset).unwrap().clone();
    for dataset in [&data.dataset, &other] {
        refreshes.set(&actor, dataset, every(1, "hours")).await.unwrap();
    }
    for _ in 0..2 {
        data.turn().await;
    }
    data.fail_five_times().await;
    (data, user, other)
}

/// A source that refused a password is not asked again because another system wants rows: it is told, and what it wanted
/// comes once the way is mended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trigger_does_not_try_a_refused_password_again() {
    let mut data = Refreshed::new(10).await;
    let user = data.reads_as("late", "some-password", "some-password").await;
    data.set(every(1, "asked")).await;
    assert_eq!(data.turn().await, 1);
    let refreshes = data.team.world.backend.refreshes.clone();
    let code = &data.code().await;
    data.team.database.run(&format!("alter role {user} password 'another-password'")).await;
    assert_eq!(refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::Started));
    assert_eq!(data.turn().await, 2);
    assert!(matches!(
        data.state().await,
        RefreshState::ReconnectRequired { why: Some(Finding::PasswordRefused { .. }) }
    ));
    data.shift(2 * MINUTE);
    assert_eq!(refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::Refused));
    data.shift(DAY);
    assert_eq!(data.turn().await, 2);
    data.team.edit(data.team.string(&user, "another-password")).await;
    assert_eq!(data.turn().await, 3);
    assert_eq!(data.state().await, RefreshState::Fresh);
    data.shift(2 * MINUTE);
    assert_eq!(refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::Started));
    assert_eq!(data.turn().await, 4);
}

/// Nor does a person who tries it with the refused password try it for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_after_five_failures_is_not_lifted_by_another_password() {
    let (mut data, user, other) = paused_by_failures(Plan::default()).await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    data.team.database.run(&format!("alter role {user} password 'second-password'")).await;
    refreshes.ask(&actor, &other).await.unwrap();
    data.turn().await;
    let told = refreshes.show(&actor, &other).await.unwrap().state;
    assert!(matches!(told, RefreshState::ReconnectRequired { .. }), "{told:?}");
    assert!(matches!(data.state().await, RefreshState::PausedByFailures { failures: 5, .. }));
    data.ask().await;
    let tried = data.turn().await;
    assert_eq!((tried, data.turn().await), (7, 7), "refused once");
    assert!(matches!(data.state().await, RefreshState::PausedByFailures { failures: 5, .. }));
    data.team.database.run("alter table gone rename to sales").await;
    data.team.edit(data.team.string(&user, "second-password")).await;
    data.shift(2 * HOUR);
    assert_eq!(data.turn().await, 7, "nobody resumed it");
    assert_eq!(refreshes.show(&actor, &other).await.unwrap().state, RefreshState::Fresh);
    refreshes.resume(&actor, &data.dataset).await.unwrap();
    assert_eq!(data.turn().await, 8);
}

/// What five failures paused is tried again where another system asks, but not by a way in that was refused meanwhile, to it or
/// to another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_a_trigger_does_not_try_a_refused_password_for_what_five_failures_paused() {
    let (mut data, user, other) = paused_by_failures(Plan::default()).await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    let code = data.code().await;
    data.change(&user, "second-password").await;
    refreshes.ask(&actor, &other).await.unwrap();
    data.turn().await;
    let state = refreshes.show(&actor, &other).await.unwrap().state;
    assert!(matches!(state, RefreshState::ReconnectRequired { .. }), "{state:?}");
    assert_eq!(data.triggered(&code).await, Triggered::Refused, "to another");
    data.ask().await;
    assert_eq!(data.turn().await, 7, "a person knows");
    assert_eq!(data.triggered(&code).await, Triggered::Refused, "to itself");
    assert_eq!(data.turn().await, 7);
    // It is let in again: for a check, for a run of another, or with another password.
    data.change(&user, "first-password").await;
    data.team.world.check_again(&data.team.connection).await;
    assert_eq!(data.triggered(&code).await, Triggered::Started);
    assert_eq!(data.turn().await, 8);
    data.change(&user, "second-password").await;
    refreshes.ask(&actor, &other).await.unwrap();
    data.turn().await;
    assert_eq!(data.triggered(&code).await, Triggered::Refused);
    data.change(&user, "first-password").await;
    data.shift(MINUTE);
    refreshes.ask(&actor, &other).await.unwrap();
    data.turn().await;
    assert_eq!(data.triggered(&code).await, Triggered::Started);
    assert_eq!(data.turn().await, 9);
    data.change(&user, "second-password").await;
    refreshes.ask(&actor, &other).await.unwrap();
    data.turn().await;
    data.team.edit(data.team.string(&user, "second-password")).await;
    assert_eq!(data.triggered(&code).await, Triggered::Started);
    assert_eq!(data.turn().await, 10);
    assert!(matches!(data.state().await, RefreshState::PausedByFailures { .. }));
}

/// A budget that is used up is so until the day is over, and a refused way in for longer: whichever is found later.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_a_refusal_outlasts_a_budget() {
    let mut data = Refreshed::new(10).await;
    data.reads_as("reader", "right-password", "wrong-password").await;
    data.set(every(1, "hours")).await;
    assert_eq!(data.turn().await, 1);
    let (store, now) = (data.team.world.shared.store.clone(), data.team.world.shared.clock.now());
    assert!(!store.refresh_halt_budget(&data.dataset, now).await.unwrap());
    data.shift(DAY);
    assert_eq!(data.turn().await, 1);
    assert!(matches!(data.state().await, RefreshState::ReconnectRequired { .. }));
}

/// Nor does it try a refused password for having been lost with its server meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_a_first_run_that_was_lost_meanwhile_waits_for_another_password() {
    let mut data = Refreshed::with(10, "create table other (n int)").await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    let user = data.reads_as("reader", "right-password", "wrong-password").await;
    let [lost, refused] = <[String; 2]>::try_from(data.datasets.clone()).unwrap();
    backend.refreshes.set(&actor, &lost, every(1, "asked")).await.unwrap();
    data.claimed().await;
    backend.refreshes.set(&actor, &refused, every(1, "asked")).await.unwrap();
    data.turn().await;
    data.lose().await;
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

/// Nor for a person, who asked before it was refused to another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_what_a_person_asked_for_and_was_lost_meanwhile_waits_for_another_password() {
    for is_handed_over in [false, true] {
        let mut data = Refreshed::with(10, "create table other (n int)").await;
        let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
        let user = data.reads_as("reader", "first-password", "first-password").await;
        let other = data.datasets.iter().find(|dataset| **dataset != data.dataset).unwrap().clone();
        for dataset in [&data.dataset, &other] {
            backend.refreshes.set(&actor, dataset, every(1, "asked")).await.unwrap();
        }
        data.turn().await;
        data.team.database.run(&format!("alter role {user} password 'second-password'")).await;
        data.ask().await;
        let claimed = data.claimed().await;
        backend.refreshes.ask(&actor, &other).await.unwrap();
        data.turn().await;
        match is_handed_over {
            true => data.hand_over(&claimed).await,
            false => data.lose().await,
        }
        data.turn().await;
        let view = data.view().await;
        assert_eq!((states(&view), view.is_asked), (vec![RunState::Lost, RunState::Done], false), "no second try");
        assert!(matches!(view.state, RefreshState::ReconnectRequired { .. }));
        data.team.edit(data.team.string(&user, "second-password")).await;
        for _ in 0..3 {
            data.turn().await;
        }
        for dataset in [&data.dataset, &other] {
            assert_eq!(backend.refreshes.show(&actor, dataset).await.unwrap().state, RefreshState::Fresh);
        }
    }
}

/// A person tried again what is refused, and did not come as far as that: nobody else tries it for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_a_try_that_does_not_reach_the_source_takes_back_no_refusal() {
    let mut data = Refreshed::new(10).await;
    let user = data.reads_as("reader", "first-password", "first-password").await;
    data.set(every(1, "hours")).await;
    assert_eq!(data.turn().await, 1);
    let code = data.code().await;
    data.change(&user, "second-password").await;
    data.shift(HOUR + MINUTE);
    assert_eq!(data.turn().await, 2);
    data.team.is_turned.store(true, Ordering::Relaxed);
    data.ask().await;
    assert_eq!(data.turn().await, 3);
    let why = data.view().await.runs.remove(0).why;
    assert!(matches!(why, Some(Finding::AddressForbidden { .. })), "{why:?}");
    data.team.is_turned.store(false, Ordering::Relaxed);
    assert!(matches!(data.state().await, RefreshState::ReconnectRequired { .. }));
    data.shift(2 * HOUR);
    assert_eq!(data.turn().await, 3);
    assert_eq!(data.triggered(&code).await, Triggered::Refused);
    // Whoever mends it at the source, and is turned away because that is full, has mended it for good.
    data.change(&user, "first-password").await;
    data.team.database.run(&format!("alter role {user} connection limit 0")).await;
    data.ask().await;
    assert_eq!(data.turn().await, 4);
    data.team.database.run(&format!("alter role {user} connection limit 5")).await;
    data.shift(2 * MINUTE);
    assert_eq!(data.turn().await, 5);
    assert_eq!(data.state().await, RefreshState::Fresh);
    data.team.is_turned.store(true, Ordering::Relaxed);
    data.shift(HOUR + MINUTE);
    assert_eq!(data.turn().await, 6);
    let state = data.state().await;
    assert!(matches!(state, RefreshState::Stale { failures: 1, .. }), "{state:?}");
}

/// Of what five failures paused: a run that was let in before another was refused lifts the pause, and not the refusal.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_a_run_that_ends_well_takes_back_no_later_refusal() {
    let (mut data, user, other) = paused_by_failures(Plan::default()).await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    data.team.database.run("alter table gone rename to sales").await;
    let held = data.team.database.hold("sales").await;
    data.ask().await;
    data.refresher.turn().await;
    while data.team.running().await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    data.change(&user, "second-password").await;
    refreshes.ask(&actor, &other).await.unwrap();
    data.refresher.turn().await;
    while !matches!(refreshes.show(&actor, &other).await.unwrap().state, RefreshState::ReconnectRequired { .. }) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    held.let_go().await;
    data.refresher.settle().await;
    let view = data.view().await;
    assert_eq!(view.runs[0].state, RunState::Done);
    assert!(matches!(view.state, RefreshState::ReconnectRequired { .. }), "{:?}", view.state);
    data.shift(2 * HOUR);
    assert_eq!(data.turn().await, 7);
}

/// Who pressed before it was refused to another did not mean to try that; who pressed since did, and gets it also where the
/// server stops in between.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_what_five_failures_paused_is_tried_for_whoever_knew_of_the_refusal() {
    let plan = Plan::default();
    let refresh_limits = RefreshLimits { per_connection: 1, ..plan.refresh_limits };
    let (mut data, user, other) = paused_by_failures(Plan { refresh_limits, ..plan }).await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    let runs = data.view().await.runs.len();
    data.change(&user, "second-password").await;
    refreshes.ask(&actor, &other).await.unwrap();
    data.shift(1);
    data.ask().await;
    assert_eq!((data.turn().await, data.turn().await), (runs, runs), "it was the other one's turn");
    assert!(!data.view().await.is_asked);
    data.ask().await;
    let claimed = data.claimed().await;
    data.hand_over(&claimed).await;
    assert!(data.view().await.is_asked);
    assert_eq!((data.turn().await, data.turn().await), (runs + 2, runs + 2), "refused once");
}
