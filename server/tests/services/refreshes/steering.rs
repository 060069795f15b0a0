//! Turning it on and off, pausing, asking, addresses.

use contract::audit::{Action, AuditQuery};
use contract::dataset::{Glance, Picks};
use contract::fault::Fault;
use contract::finding::Finding;
use contract::object_name::ObjectName;
use contract::refresh::{Cause, RefreshState, ScheduleFault, ScheduleFields, Triggered};

use super::{DAY, HOUR, MINUTE, Refreshed, every};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_turned_off_is_gone_from_the_disk() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    assert_eq!(data.files().len(), 1);
    let (refreshes, actor) = (&data.team.world.backend.refreshes, &data.team.world.actor);
    refreshes.turn_off(actor, &data.dataset).await.unwrap();
    let view = data.view().await;
    assert_eq!((view.state, view.snapshot, view.next.len(), data.files().len()), (RefreshState::Live, None, 0, 0));
    assert_eq!(view.schedule.unwrap().every, 1, "the form remembers");
    assert_eq!(refreshes.ask(actor, &data.dataset).await, Err(Fault::RefreshOff));
    data.shift(2 * HOUR);
    assert_eq!(data.turn().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_a_dataset_already_keeps_its_schedule_when_its_schema_is_added() {
    let data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    let (backend, actor) = (&data.team.world.backend, &data.team.world.actor);
    let (connection_id, schedule) = (data.team.connection.clone(), every(2, "days"));
    let picks =
        Picks { connection_id, whole_schema: "public".into(), is_refreshed: true, schedule, ..Picks::default() };
    assert_eq!(backend.datasets.add(actor, picks.clone()).await, Ok(0));
    assert_eq!(data.view().await.schedule.unwrap().to_string(), "every hour");
    // Nor is it turned on where somebody turned it off.
    backend.refreshes.turn_off(actor, &data.dataset).await.unwrap();
    assert_eq!(backend.datasets.add(actor, picks).await, Ok(0));
    assert_eq!(data.state().await, RefreshState::Live);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_runs_while_it_is_paused() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    refreshes.pause(&actor, &data.dataset, " load is\u{7} late ").await.unwrap();
    assert!(matches!(data.state().await, RefreshState::PausedBy { who, reason, .. }
        if who == "ann@acme.example" && reason == "load is late"));
    assert_eq!(refreshes.ask(&actor, &data.dataset).await, Err(Fault::RefreshPaused));
    // Pressed twice it is one pause; a reason that would be lost is refused.
    assert_eq!(refreshes.pause(&actor, &data.dataset, "load is late").await, Ok(()));
    assert_eq!(refreshes.pause(&actor, &data.dataset, "another").await, Err(Fault::RefreshPaused));
    data.shift(5 * HOUR);
    assert_eq!(data.turn().await, 1);
    assert!(data.view().await.snapshot.is_some(), "it is served, with its age");
    refreshes.resume(&actor, &data.dataset).await.unwrap();
    assert_eq!(data.turn().await, 2);
    assert_eq!(data.view().await.runs[0].cause, Cause::Person);
    // And the whole connection.
    let lives = &data.team.world.backend.connection_life;
    lives.pause(&actor, &data.team.connection, "moving").await.unwrap();
    assert!(matches!(data.state().await, RefreshState::ConnectionPaused { reason, .. } if reason == "moving"));
    data.shift(5 * HOUR);
    assert_eq!(data.turn().await, 2);
    data.team.world.backend.connection_life.resume(&actor, &data.team.connection).await.unwrap();
    assert_eq!(data.turn().await, 3);
}

/// The log says what was set, and not only that something was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_log_has_schedules_reasons_and_budgets() {
    let data = Refreshed::new(1).await;
    let (backend, actor) = (&data.team.world.backend, &data.team.world.actor);
    data.set(every(6, "hours")).await;
    backend.refreshes.pause(actor, &data.dataset, "moving house").await.unwrap();
    backend.refreshes.budget(actor, &data.team.connection, 70).await.unwrap();
    backend.refreshes.budget(actor, &data.team.connection, 0).await.unwrap();
    let fields = ScheduleFields { zone: "europe/berlin".into(), at: "04:30".into(), ..every(1, "days") };
    backend.refreshes.set_all(actor, &data.team.connection, fields).await.unwrap();
    let log = backend.audit.page(actor, AuditQuery::default()).await.unwrap().entries;
    let named: Vec<_> = log.iter().take(5).map(|entry| (entry.action, entry.named.split_once(": "))).collect();
    let connection = backend.connections.show(actor, &data.team.connection).await.unwrap().name;
    let all = format!("{connection}, datasets: 1, each day at 04:30 (Europe/Berlin)");
    let expected = [
        (Action::RefreshSet, all.split_once(": ")),
        (Action::BudgetSet, Some((connection.as_str(), "no limit"))),
        (Action::BudgetSet, Some((connection.as_str(), "70 times a day"))),
        (Action::RefreshPaused, Some(("public.sales", "moving house"))),
        (Action::RefreshSet, Some(("public.sales", "every 6 hours"))),
    ];
    assert_eq!(named, expected);
}

/// Another system asks once, when its load is done: what failed by chance is tried again for it, and for no person.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_trigger_asked_for_is_tried_again_where_nothing_runs_by_itself() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "asked")).await;
    assert_eq!(data.turn().await, 1);
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    let code = &data.code().await;
    let user = data.reads_as("few", "some-password", "some-password").await;
    assert_eq!(data.turn().await, 2, "what was read through another way in is gone");
    data.team.database.run(&format!("alter role {user} connection limit 0")).await;
    data.ask().await;
    assert_eq!(data.turn().await, 3);
    let view = data.view().await;
    assert_eq!(view.state, RefreshState::Stale { failures: 0, why: Some(Finding::TooManyConnections) });
    assert!(view.next.is_empty(), "{view:?}");
    data.shift(DAY);
    assert_eq!(data.turn().await, 3, "a person has seen it");
    assert_eq!(refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::Started));
    assert_eq!(data.turn().await, 4);
    // A person that comes between, and one that saves the form as it is, take nothing away.
    data.ask().await;
    assert_eq!(data.turn().await, 5);
    data.set(every(1, "asked")).await;
    for runs in 6..8 {
        assert_eq!(data.view().await.next.len(), 1);
        data.shift(2 * MINUTE);
        assert_eq!(data.turn().await, runs);
    }
    let list = data.team.world.backend.datasets.list(&actor).await.unwrap();
    let glances: Vec<_> = list.iter().filter_map(|dataset| dataset.standing.map(|standing| standing.glance)).collect();
    assert_eq!(glances, [Glance::Crowded]);
    data.shift(2 * MINUTE);
    data.team.database.run(&format!("alter role {user} connection limit 5")).await;
    assert_eq!(data.turn().await, 8);
    let view = data.view().await;
    assert_eq!(view.state, RefreshState::Fresh);
    let causes: Vec<_> = view.runs.iter().map(|run| run.cause).collect();
    use Cause::{Absence, Beginning, Person, Retry};
    assert_eq!(causes, [Retry, Retry, Retry, Person, Cause::Trigger, Person, Absence, Beginning]);
    data.shift(DAY);
    assert_eq!(data.turn().await, 8, "it came to its end");
}

/// Who takes back a pause while a run is under way wants no second one after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_resumed_during_a_run_does_not_run_twice() {
    let mut data = Refreshed::with(1, "alter table sales rename to quick; create view sales as select n, pg_sleep(0.1)::text from generate_series(1, 8) n").await;
    data.set(every(1, "hours")).await;
    data.refresher.turn().await;
    data.until(|view| view.running.is_some()).await;
    let (refreshes, actor) = (&data.team.world.backend.refreshes, &data.team.world.actor);
    refreshes.pause(actor, &data.dataset, "").await.unwrap();
    refreshes.resume(actor, &data.dataset).await.unwrap();
    assert!(!data.view().await.is_asked);
    data.refresher.settle().await;
    assert_eq!(data.turn().await, 1);
    assert_eq!(data.state().await, RefreshState::Fresh);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_starts_one_run_a_minute_and_a_new_one_takes_its_place() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "asked")).await;
    data.turn().await;
    data.shift(30 * DAY);
    assert_eq!(data.turn().await, 1, "never by itself");
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    refreshes.address(&actor, &data.dataset).await.unwrap();
    let first = data.view().await.trigger.unwrap();
    assert!(first.starts_with("https://flitch.example/refresh/"));
    let code = |address: &str| address.rsplit('/').next().unwrap().to_owned();
    assert_eq!(refreshes.trigger(&code(&first), "10.1.1.1").await, Ok(Triggered::Started));
    assert_eq!(refreshes.trigger(&code(&first), "10.1.1.1").await, Ok(Triggered::Joined));
    assert_eq!(data.turn().await, 2);
    assert_eq!(refreshes.trigger(&code(&first), "10.1.1.1").await, Ok(Triggered::Recent), "within the window");
    assert_eq!(data.turn().await, 2);
    data.shift(2 * MINUTE);
    refreshes.address(&actor, &data.dataset).await.unwrap();
    assert_eq!(refreshes.trigger(&code(&first), "10.1.1.1").await, Err(Fault::NotFound));
    let second = data.view().await.trigger.unwrap();
    // Guesses are slowed down; whoever has the address is not, also from where somebody guesses.
    let mut guesses = 0;
    while !matches!(refreshes.trigger("guess", "10.1.1.1").await, Err(Fault::TooManyTries { .. })) {
        guesses += 1;
        assert!(guesses < 200);
    }
    assert_eq!(refreshes.trigger(&code(&second), "10.1.1.1").await, Ok(Triggered::Started));
    while refreshes.trigger(&code(&second), "10.1.1.3").await.is_ok() {
        guesses += 1;
        assert!(guesses < 400, "one address is called so often a minute, from wherever");
    }
    assert_eq!(data.turn().await, 3);
    assert_eq!(data.view().await.runs[0].cause, contract::refresh::Cause::Trigger);
    refreshes.turn_off(&actor, &data.dataset).await.unwrap();
    assert_eq!(refreshes.trigger(&code(&second), "10.1.1.2").await, Err(Fault::NotFound));
}

/// Nobody is promised a run through a connection that rests.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_rests_starts_nothing_and_says_so() {
    let data = Refreshed::new(10).await;
    let (backend, actor) = (&data.team.world.backend, &data.team.world.actor);
    data.set(every(1, "hours")).await;
    backend.refreshes.address(actor, &data.dataset).await.unwrap();
    let trigger = data.view().await.trigger.unwrap();
    let code = trigger.rsplit('/').next().unwrap();
    let connection = &data.team.connection;
    backend.connection_life.pause(actor, connection, "").await.unwrap();
    assert_eq!(backend.refreshes.ask(actor, &data.dataset).await, Err(Fault::ConnectionRests));
    assert_eq!(backend.refreshes.resume(actor, &data.dataset).await, Err(Fault::ConnectionRests));
    assert_eq!(backend.refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::CutOff));
    backend.connection_life.resume(actor, connection).await.unwrap();
    assert_eq!(backend.refreshes.ask(actor, &data.dataset).await, Ok(()));
    let name = backend.connections.show(actor, connection).await.unwrap().name;
    backend.connection_life.disconnect(actor, connection, &name).await.unwrap();
    assert_eq!(backend.refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::CutOff));
    let list = backend.datasets.list(actor).await.unwrap();
    assert!(list.iter().all(|dataset| dataset.standing.is_none_or(|standing| standing.glance == Glance::Refused)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schedules_that_cannot_be_are_refused() {
    let data = Refreshed::new(10).await;
    let (refreshes, actor) = (&data.team.world.backend.refreshes, &data.team.world.actor);
    let zone = ScheduleFields { zone: "Mars/Olympus".into(), ..every(1, "days") };
    for (fields, fault) in [
        (every(4, "minutes"), ScheduleFault::TooOften { minutes: 5 }),
        (every(0, "days"), ScheduleFault::EveryInvalid),
        (zone, ScheduleFault::ZoneUnknown),
    ] {
        let typed = Box::new(fields.clone());
        assert_eq!(
            refreshes.set(actor, &data.dataset, fields).await,
            Err(Fault::Schedule { fault, typed, picked: Vec::new() })
        );
    }
    // What was ticked goes back with it, as much of it as an address may hold; nothing is added.
    let names = ["a".to_owned(), "x".repeat(5_000), "b".to_owned()];
    let picked = names.map(|name| ObjectName::new("public", name).to_string()).to_vec();
    let short = [picked[0].clone(), picked[2].clone()];
    let connection_id = data.team.connection.clone();
    let schedule = every(0, "days");
    let picks = Picks { connection_id, is_refreshed: true, schedule, picked, ..Picks::default() };
    let refused = data.team.world.backend.datasets.add(actor, picks).await;
    let Err(Fault::Schedule { fault: ScheduleFault::EveryInvalid, picked, .. }) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(picked, short);
    assert_eq!(data.state().await, RefreshState::Live);
    let stranger = data.team.world.stranger().await;
    assert_eq!(refreshes.set(&stranger, &data.dataset, every(1, "days")).await, Err(Fault::NotFound));
    assert_eq!(refreshes.show(&stranger, &data.dataset).await, Err(Fault::NotFound));
    for all in [
        refreshes.set_all(&stranger, &data.team.connection, every(1, "days")).await,
        refreshes.turn_off_all(&stranger, &data.team.connection).await,
        refreshes.ask(&stranger, &data.dataset).await,
        refreshes.pause(&stranger, &data.dataset, "").await,
        refreshes.resume(&stranger, &data.dataset).await,
        refreshes.address(&stranger, &data.dataset).await,
        refreshes.budget(&stranger, &data.team.connection, 1).await,
        refreshes.of_connection(&stranger, &data.team.connection).await.map(|_| ()),
        refreshes.cancel(&stranger, &store::new_id()).await,
    ] {
        assert_eq!(all, Err(Fault::NotFound));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_that_ends_while_a_run_reads_is_read_by_another() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "asked")).await;
    data.turn().await;
    let refreshes = data.team.world.backend.refreshes.clone();
    let code = &data.code().await;
    data.ask().await;
    // It has its statement sent, and would not see what is loaded now.
    data.refresher.turn().await;
    assert_eq!(refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::Started));
    assert_eq!(refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::Joined));
    data.refresher.settle().await;
    assert_eq!(data.turn().await, 3, "the one under way, and one after it");
    assert_eq!(data.turn().await, 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_was_answered_paused_counts_once_it_goes_on() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "asked")).await;
    data.turn().await;
    let (refreshes, actor) = (data.team.world.backend.refreshes.clone(), data.team.world.actor.clone());
    let code = &data.code().await;
    refreshes.pause(&actor, &data.dataset, "a move").await.unwrap();
    assert_eq!(refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::Paused));
    refreshes.resume(&actor, &data.dataset).await.unwrap();
    data.turn().await;
    assert_eq!(refreshes.trigger(code, "10.1.1.1").await, Ok(Triggered::Started));
}
