//! A run from its start to the snapshot that is served.

use std::time::Duration;

use contract::audit::{Action, AuditQuery};
use contract::dataset::Glance;
use contract::fault::Fault;
use contract::refresh::{Cause, Drift, RefreshState, RunState};

use super::{HOUR, MINUTE, Refreshed, every, states};
use crate::queries::Connected;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dataset_is_read_when_it_is_turned_on_and_when_its_time_comes() {
    let mut data = Refreshed::new(5_000).await;
    assert_eq!(data.state().await, RefreshState::Live);
    assert_eq!(data.turn().await, 0, "off by default");
    data.set(every(1, "hours")).await;
    let view = data.view().await;
    assert_eq!((view.state, view.is_asked, view.is_on, view.next.len()), (RefreshState::First, true, true, 3));
    assert_eq!(data.turn().await, 1);
    let view = data.view().await;
    assert_eq!(view.state, RefreshState::Fresh);
    let facts = view.snapshot.unwrap();
    assert_eq!((facts.rows, data.files().len()), (5_000, 1));
    assert_eq!(facts.bytes, std::fs::metadata(&data.files()[0]).unwrap().len());
    let run = &view.runs[0];
    assert_eq!((run.cause, run.state, run.rows, run.by.as_str()), (Cause::Beginning, RunState::Done, 5_000, ""));
    assert!(run.bytes > 50_000, "what it cost is known: {run:?}");
    assert!(0 < run.source_us && run.source_us < run.duration_us, "{run:?}");
    assert_eq!(data.turn().await, 1, "not before its time");
    data.shift(59 * MINUTE);
    assert_eq!(data.turn().await, 1);
    assert!(data.view().await.snapshot.unwrap().age_us >= 59 * 60_000_000);
    data.shift(2 * MINUTE);
    assert_eq!(data.turn().await, 2);
    assert!(data.view().await.snapshot.unwrap().age_us < 60_000_000);
    assert_eq!(data.files().len(), 2, "whoever reads the one before may go on");
    data.shift(5 * HOUR);
    assert_eq!(data.turn().await, 3, "missed runs are one");
    data.ask().await;
    assert_eq!(data.turn().await, 4);
    let view = data.view().await;
    assert_eq!((view.runs[0].cause, view.runs[0].by.as_str()), (Cause::Person, "ann@acme.example"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_without_rows_and_one_of_every_type_have_snapshots_too() {
    let team = Connected::new().await;
    team.database.run("create table empty (id int, \"odd \"\"name\" text)").await;
    team.database.run(testkit::postgres::TYPES).await;
    let datasets = team.datasets().await;
    let (refreshes, actor) = (&team.world.backend.refreshes, &team.world.actor);
    for dataset in &datasets {
        refreshes.set(actor, dataset, every(1, "days")).await.unwrap();
    }
    let mut refresher = server::refresher::Refresher::new(team.world.shared.clone());
    refresher.turn().await;
    refresher.settle().await;
    for (dataset, rows) in datasets.iter().zip([0, 3]) {
        let view = refreshes.show(actor, dataset).await.unwrap();
        assert_eq!((view.snapshot.map(|facts| facts.rows), &view.runs[0].why), (Some(rows), &None));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn progress_and_changed_columns_are_told_before_the_new_rows_are_served() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    // Slow enough to be watched, once a first batch has told of its columns: so far a run is told about once a second.
    data.team
        .database
        .run(
            "alter table sales rename to sales_of_old;
             create view sales as
               select id::bigint as id, kind, pg_sleep(case when id > 17500 and id % 500 = 0 then 0.7 end)::text as note
               from generate_series(1, 20000) as id, (select 'x' as kind) k",
        )
        .await;
    data.ask().await;
    data.refresher.turn().await;
    let view = data
        .until(|view| !view.runs[0].drift.is_empty() && view.running.as_ref().is_some_and(|run| run.rows > 0))
        .await;
    let running = view.running.clone().unwrap();
    assert!(running.rows < 20_000 && running.bytes > 0 && view.is_moving());
    let retyped = vec![("id".to_owned(), "integer".to_owned(), "bigint".to_owned())];
    let drift = Drift { added: vec!["note".into()], removed: vec!["price".into()], retyped };
    assert_eq!(view.runs[0].drift, drift);
    assert_eq!(view.snapshot.unwrap().rows, 10, "what is served is of before");
    data.refresher.settle().await;
    let view = data.view().await;
    assert_eq!((view.snapshot.unwrap().rows, &view.runs[0].drift), (20_000, &drift));
    assert!(view.runs[0].source_us > 5 * 700_000, "the source took its time: {:?}", view.runs[0]);
    let columns = data.team.world.backend.datasets.show(&data.team.world.actor, &data.dataset).await.unwrap().columns;
    assert_eq!(columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["id", "kind", "note"]);
    // Also where no row is left.
    data.team.database.run("drop view sales; create table sales (id bigint, kind text)").await;
    data.ask().await;
    data.turn().await;
    let view = data.view().await;
    let drift = Drift { removed: vec!["note".into()], ..Drift::default() };
    assert_eq!((view.snapshot.unwrap().rows, &view.runs[0].drift), (0, &drift));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_somebody_cancels_ends_at_the_source_and_what_is_served_stays() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    data.team
        .database
        .run("drop table sales; create view sales as select n as id, pg_sleep(0.001)::text as x from generate_series(1, 1000000) n")
        .await;
    data.ask().await;
    data.refresher.turn().await;
    let view = data.until(|view| view.running.is_some()).await;
    while data.team.running().await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let refreshes = &data.team.world.backend.refreshes;
    let run_id = view.running.unwrap().run_id;
    // It is there, and still nobody else's.
    let stranger = data.team.world.stranger().await;
    assert_eq!(refreshes.cancel(&stranger, &run_id).await, Err(Fault::NotFound));
    assert!(data.view().await.running.is_some_and(|running| !running.is_cancelling));
    refreshes.cancel(&data.team.world.actor, &run_id).await.unwrap();
    let log = data.team.world.backend.audit.page(&data.team.world.actor, AuditQuery::default()).await.unwrap().entries;
    let cancelled = log.iter().find(|entry| entry.action == Action::RefreshCancelled).unwrap();
    assert_eq!(cancelled.named, "public.sales");
    data.refresher.settle().await;
    let view = data.view().await;
    assert_eq!((states(&view), view.state.clone()), (vec![RunState::Cancelled, RunState::Done], RefreshState::Fresh));
    assert!(0 < view.runs[0].source_us && view.runs[0].source_us < view.runs[0].duration_us, "{:?}", view.runs[0]);
    assert_eq!((view.snapshot.unwrap().rows, data.files().len(), data.team.running().await), (10, 1, 0));
    assert_eq!(data.turn().await, 2, "a cancel is no failure, and nothing is tried again before its time");
    // Nor is it fresh for ever.
    data.shift(HOUR + 5 * MINUTE);
    assert_eq!(data.view().await.state, RefreshState::Stale { failures: 0, why: None });
    let list = data.team.world.backend.datasets.list(&data.team.world.actor).await.unwrap();
    assert!(list.iter().any(|dataset| dataset.standing.is_some_and(|standing| standing.glance == Glance::Late)));
    // Whoever pauses the connection wants nothing to be read through it.
    data.refresher.turn().await;
    while data.team.running().await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let lives = &data.team.world.backend.connection_life;
    lives.pause(&data.team.world.actor, &data.team.connection, "moving").await.unwrap();
    data.refresher.settle().await;
    assert_eq!(data.view().await.runs[0].state, RunState::Cancelled);
    assert_eq!((data.team.running().await, data.files().len()), (0, 1));
}
