//! Faults of refreshing (the catalogue's §4), each under its id.

use std::sync::Arc;
use std::time::Duration;

use contract::refresh::{RefreshState, RunState};
use contract::team::Actor;
use server::refresher::Refresher;

use super::{DAY, HOUR, MINUTE, Refreshed, every, states};

/// What fails is shown as such, five times; then it rests, with the reason, until somebody resumes it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_failures_pause_and_the_last_good_snapshot_stays() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    data.team.database.run("alter table sales rename to gone").await;
    for failures in 1..=4 {
        data.shift(HOUR + MINUTE);
        data.turn().await;
        match data.state().await {
            RefreshState::Stale { failures: told, why } => {
                assert_eq!((told, why.unwrap().code()), (failures, "table_gone"));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(data.view().await.snapshot.unwrap().rows, 10);
    }
    data.shift(HOUR + MINUTE);
    data.turn().await;
    assert!(matches!(data.state().await, RefreshState::PausedByFailures { failures: 5, why: Some(_) }));
    assert_eq!((data.view().await.snapshot.unwrap().rows, data.view().await.next.len()), (10, 0));
    data.shift(7 * DAY);
    assert_eq!(data.turn().await, 6, "it rests");
    data.team.database.run("alter table gone rename to sales").await;
    data.team.world.backend.refreshes.resume(&data.team.world.actor, &data.dataset).await.unwrap();
    data.turn().await;
    assert_eq!(data.state().await, RefreshState::Fresh);
}

/// How many statements have begun to read the table, as PostgreSQL counts them when their session ends.
async fn reads(data: &Refreshed) -> i64 {
    let asked = "select coalesce(sum(seq_scan), 0)::text from pg_stat_user_tables where relname = 'sales'";
    data.team.database.ask(asked).await.parse().unwrap()
}

/// Waits until PostgreSQL has counted so many, and a moment longer: another one would be counted by then.
async fn reads_are(data: &Refreshed, expected: i64) {
    let waited = async {
        while reads(data).await < expected {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        while data.team.running().await > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waited).await.unwrap();
    assert_eq!(reads(data).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_14_of_fifty_that_press_at_once_one_reaches_the_source() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    let before = reads(&data).await;
    data.turn().await;
    reads_are(&data, before + 1).await;
    let actor = data.team.world.actor.clone();
    let fifty: Vec<_> = (0..50).map(|n| Actor { email: format!("member-{n}@acme.example"), ..actor.clone() }).collect();
    let press = async |data: &Refreshed| {
        let presses = fifty.iter().cloned().map(|actor| {
            let (refreshes, dataset) = (data.team.world.backend.refreshes.clone(), data.dataset.clone());
            tokio::spawn(async move { refreshes.ask(&actor, &dataset).await })
        });
        for press in presses.collect::<Vec<_>>() {
            assert_eq!(press.await.unwrap(), Ok(()));
        }
    };
    press(&data).await;
    let held = data.team.database.hold("sales").await;
    data.refresher.turn().await;
    while data.team.running().await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Also while it reads.
    press(&data).await;
    held.let_go().await;
    data.refresher.settle().await;
    for actor in &fifty {
        let view = data.team.world.backend.refreshes.show(actor, &data.dataset).await.unwrap();
        assert_eq!((states(&view), view.is_asked), (vec![RunState::Done, RunState::Done], false));
    }
    assert_eq!(data.turn().await, 2);
    reads_are(&data, before + 2).await;
}

/// Two servers of one store: nothing runs twice, nothing is missed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_13_two_servers_share_what_is_due() {
    let tables: String = (0..49).map(|n| format!("create table t{n} as select {n} as n;")).collect();
    let data = Refreshed::with(10, &tables).await;
    let datasets = data.datasets.clone();
    assert_eq!(datasets.len(), 50);
    for dataset in &datasets {
        data.team.world.backend.refreshes.set(&data.team.world.actor, dataset, every(1, "hours")).await.unwrap();
    }
    let one = Arc::clone(&data.team.world.shared);
    let server = async |shared| {
        let mut refresher = Refresher::new(shared);
        for _ in 0..200 {
            refresher.turn().await;
            refresher.settle().await;
        }
    };
    let two = Arc::clone(&one);
    tokio::join!(server(one), server(two));
    for dataset in &datasets {
        let view = data.team.world.backend.refreshes.show(&data.team.world.actor, dataset).await.unwrap();
        assert_eq!(states(&view), [RunState::Done]);
    }
}

/// A worker that slept through its lease finds another's run in its place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_12_what_was_taken_over_is_not_switched_to() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    data.team
        .database
        .run("drop table sales; create view sales as select n as id, pg_sleep(0.3)::text as x from generate_series(1, 10) n")
        .await;
    data.ask().await;
    data.refresher.turn().await;
    data.until(|view| view.running.is_some()).await;
    // Another server takes the run for lost, and reads something else in its place.
    let store = &data.team.world.shared.store;
    let lost = store.refresh_running().await.unwrap().remove(0);
    assert!(store.refresh_take_over(&lost, "\"run_lost\"", data.team.world.shared.clock.now()).await.unwrap());
    assert!(!store.refresh_take_over(&lost, "\"run_lost\"", 0).await.unwrap(), "once");
    data.team.database.run("alter view sales rename to slow; create table sales as select 1 as quick").await;
    let mut other = Refresher::new(data.team.world.shared.clone());
    other.turn().await;
    other.settle().await;
    let files = data.files();
    data.refresher.settle().await;
    let view = data.view().await;
    assert_eq!(states(&view), [RunState::Done, RunState::Lost, RunState::Done]);
    assert_eq!((view.snapshot.unwrap().rows, view.state), (1, RefreshState::Fresh));
    assert_eq!(data.files(), files, "the late one left nothing behind");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disconnecting_erases_and_reconnecting_restores() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    let name = backend.connections.show(&actor, &data.team.connection).await.unwrap().name;
    backend.connection_life.disconnect(&actor, &data.team.connection, &name).await.unwrap();
    assert!(data.files().is_empty(), "{:?}", data.files());
    let view = data.view().await;
    assert!(view.state == RefreshState::Disconnected && view.snapshot.is_none());
    assert_eq!(data.turn().await, 1);
    data.team.edit(data.team.string("flitch", "flitch")).await;
    assert_eq!(data.turn().await, 2, "at once, and not at its next time");
    assert_eq!(data.state().await, RefreshState::Fresh);
}
