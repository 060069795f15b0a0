//! A refused way in: it is tried once, and all that it kept from running comes with another.

use contract::dataset::Glance;
use contract::refresh::{Cause, RefreshState, RunState};
use server::refresher::Refresher;
use store::{AskedRun, BY_TRIGGER, Wish};

use super::{DAY, HOUR, MINUTE, Refreshed, every};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_a_refused_password_is_tried_once_for_all_of_its_datasets() {
    let data = Refreshed::with(10, "create table other (id int); create table third (id int)").await;
    let datasets = data.datasets.clone();
    let user = data.team.database.user("reader", "first-password").await;
    data.team.database.run(&format!("grant select on all tables in schema public to {user}")).await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    let reconnect = async |password: &str| data.team.edit(data.team.string(&user, password)).await;
    reconnect("first-password").await;
    for dataset in &datasets {
        backend.refreshes.set(&actor, dataset, every(1, "hours")).await.unwrap();
    }
    let mut refresher = Refresher::new(data.team.world.shared.clone());
    let runs = async |refresher: &mut Refresher| {
        // As many turns as it takes: two run at once through a connection.
        for _ in 0..4 {
            refresher.turn().await;
            refresher.settle().await;
        }
        let mut runs = 0;
        for dataset in &datasets {
            runs += backend.refreshes.show(&actor, dataset).await.unwrap().runs.len();
        }
        runs
    };
    assert_eq!(runs(&mut refresher).await, 3);
    data.team.database.run(&format!("alter role {user} password 'second-password'")).await;
    data.shift(HOUR + MINUTE);
    let tried = runs(&mut refresher).await - 3;
    assert!((1..=2).contains(&tried), "{tried} runs began before the first was refused");
    for dataset in &datasets {
        let view = backend.refreshes.show(&actor, dataset).await.unwrap();
        assert!(matches!(view.state, RefreshState::ReconnectRequired { .. }), "{:?}", view.state);
        assert!(view.snapshot.is_some(), "served with its age");
    }
    // It is said where the connection is looked at, and in every list.
    let refused = async || backend.refreshes.of_connection(&actor, &data.team.connection).await.unwrap().refused;
    assert_eq!(refused().await, 3);
    let list = backend.datasets.list(&actor).await.unwrap();
    let glances: Vec<_> = list.iter().filter_map(|dataset| dataset.standing).map(|standing| standing.glance).collect();
    assert_eq!(glances, [Glance::Refused; 3]);
    data.shift(DAY);
    assert_eq!(runs(&mut refresher).await, 3 + tried, "no second try");
    // Whoever mends it at the source resumes one, and all of them go on.
    data.team.database.run(&format!("alter role {user} password 'first-password'")).await;
    backend.refreshes.resume(&actor, &datasets[0]).await.unwrap();
    assert_eq!(runs(&mut refresher).await, 6 + tried);
    data.team.database.run(&format!("alter role {user} password 'second-password'")).await;
    data.shift(HOUR + MINUTE);
    assert!(runs(&mut refresher).await > 6 + tried);
    assert_eq!(refused().await, 3);
    // Or whoever mends it checks the connection; as long as it is not mended, that changes nothing.
    data.team.world.check_again(&data.team.connection).await;
    assert_eq!(refused().await, 3);
    data.team.database.run(&format!("alter role {user} password 'first-password'")).await;
    data.team.world.check_again(&data.team.connection).await;
    assert_eq!(refused().await, 0);
    runs(&mut refresher).await;
    for dataset in &datasets {
        assert_eq!(backend.refreshes.show(&actor, dataset).await.unwrap().state, RefreshState::Fresh);
    }
    data.team.database.run(&format!("alter role {user} password 'second-password'")).await;
    data.shift(HOUR + MINUTE);
    runs(&mut refresher).await;
    assert_eq!(refused().await, 3);
    // Another password is another way in: nobody has to resume each of them.
    reconnect("second-password").await;
    data.shift(HOUR);
    runs(&mut refresher).await;
    for dataset in &datasets {
        assert_eq!(backend.refreshes.show(&actor, dataset).await.unwrap().state, RefreshState::Fresh);
    }
    assert_eq!(refused().await, 0);
}

/// A user that may not sign in any more: SQLSTATE 28000, as Redshift has it for a wrong password too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_a_user_that_is_not_let_in_is_tried_once() {
    let mut data = Refreshed::new(10).await;
    let user = data.reads_as("guest", "a-password", "a-password").await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    data.team.database.run(&format!("alter role {user} nologin")).await;
    data.shift(HOUR + MINUTE);
    assert_eq!(data.turn().await, 2);
    let view = data.view().await;
    assert!(matches!(view.state, RefreshState::ReconnectRequired { .. }), "{:?}", view.state);
    assert_eq!(view.runs[0].why.as_ref().map(|why| why.code()), Some("password_refused"));
    assert!(view.snapshot.is_some() && view.next.is_empty());
    data.shift(DAY);
    assert_eq!(data.turn().await, 2, "no second try");
}

/// What waited for its turn when the way in was refused has never been tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_22_what_waited_when_a_password_was_refused_comes_with_another() {
    let tables: String = (0..5).map(|n| format!("create table t{n} as select {n} as n;")).collect();
    let mut data = Refreshed::with(10, &tables).await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    let user = data.reads_as("reader", "right-password", "wrong-password").await;
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
    let user = data.reads_as("reader", "first-password", "first-password").await;
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
    let user = data.reads_as("reader", "right-password", "wrong-password").await;
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

/// The way in that was refused is the one that the run began with: another one that came meanwhile is tried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_of_the_way_in_that_the_run_began_with() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    let user = data.team.database.user("reader", "a-password").await;
    data.team.database.run(&format!("grant select on all tables in schema public to {user}")).await;
    let store = data.team.world.shared.store.clone();
    data.team.edit(data.team.string(&user, "wrong")).await;
    data.shift(2 * HOUR);
    let now = data.team.world.shared.clock.now();
    let due = data.due().await;
    let store::Claimed::Yes { fence, version } = data.claim(&due).await else { panic!("not claimed") };
    // Somebody mends it while the run is refused.
    data.team.edit(data.team.string(&user, "a-password")).await;
    let end = store::RefreshEnd {
        state: "failed",
        cost: store::RunCost { duration_us: 1, ..store::RunCost::default() },
        finding: "",
        is_let_in: false,
        is_failure: false,
        refused_version: Some(version),
        retry_at: None,
        asked_by: "",
        is_unfinished: true,
        now,
    };
    let run = store::RunRef { dataset_id: &data.dataset, run_id: "run", fence };
    assert!(store.refresh_fail(run, end).await.unwrap());
    data.turn().await;
    assert_eq!(data.state().await, RefreshState::Fresh, "the new password was tried, at once");
    // And where nothing was mended, another name mends nothing.
    data.team.database.run(&format!("alter role {user} password 'another'")).await;
    data.shift(2 * HOUR);
    let runs = data.turn().await;
    assert!(matches!(data.state().await, RefreshState::ReconnectRequired { .. }));
    backend.connection_life.rename(&actor, &data.team.connection, "Another name").await.unwrap();
    data.shift(2 * HOUR);
    assert_eq!(data.turn().await, runs);
}
