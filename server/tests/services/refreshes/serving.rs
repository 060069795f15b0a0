//! What is served between runs: every view of a dataset, and its files, without the source.

use std::time::Duration;

use contract::explore::{Explore, Filter, Function, Group, Measure, Operator};
use contract::fault::Fault;
use contract::query::{Ask, FileFormat, HistoryFilter, Purpose, QueryState};
use contract::refresh::Cause;
use server::services::ExportLimits;
use server::services::snapshots::sweep;

use super::{HOUR, MINUTE, Refreshed, every};
use crate::world::{EXPORTS, Plan};

impl Refreshed {
    async fn asked(&self, ask: &Ask) -> contract::query::QueryView {
        self.team.asked(&self.dataset, ask).await
    }

    /// Nothing can be read there any more.
    async fn close_source(&self) {
        self.team.database.run("alter table sales rename to gone").await;
    }

    async fn file(&self, id: &str) -> Result<String, Fault> {
        let exports = &self.team.world.backend.exports;
        let mut export = exports.export(&self.team.world.actor, id, FileFormat::Csv).await?;
        let mut bytes = Vec::new();
        while let Some(piece) = export.chunks.next().await {
            bytes.extend(piece?);
        }
        Ok(String::from_utf8(bytes).unwrap())
    }
}

/// Text has another order than numbers: "10000000000" comes before "2.25", and 7 would be the largest.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_snapshot_has_only_as_text_is_asked_of_the_source() {
    let caps = "alter table sales rename to plain; create table sales (w text, amount numeric, doc jsonb, late timetz);
                insert into sales values ('a', 1.5, '2', '10:00+02'), ('b', 1e10, '10', '09:00+00'), ('c', 7, '1', '23:00-01')";
    let mut data = Refreshed::with(4, caps).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let sorted = |sort: &str| Ask::Preview { sort: sort.into(), is_descending: true, page: 1 };
    for (sort, is_kept) in [("", true), ("w", true), ("amount", false), ("doc", false), ("late", false)] {
        let view = data.asked(&sorted(sort)).await;
        assert_eq!(view.snapshot.is_some(), is_kept, "{sort}");
        if sort == "amount" {
            let first = view.result.unwrap().rows.remove(0);
            assert_eq!(first[1].as_deref(), Some("10000000000"));
        }
    }
    assert_eq!(data.asked(&Ask::Profile).await.snapshot, None);
    // A column that nobody has is the source's to say.
    let gone = data.asked(&sorted("gone")).await;
    assert!(gone.snapshot.is_none() && gone.finding.is_some(), "{:?}", gone.finding);
}

/// Redshift takes blanks at the end of a VARCHAR for nothing where it compares; a snapshot knows nothing of that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_that_ends_in_blanks_is_compared_by_the_source_alone() {
    let padded = "alter table sales rename to plain; create table sales (city varchar(20), plain varchar(20), code char(4));
                  insert into sales values ('Bonn', 'a', 'x'), ('Bonn  ', 'b', 'x'), ('Köln', 'c', 'y'), (null, null, null)";
    let mut data = Refreshed::with(1, padded).await;
    data.set(every(1, "hours")).await;
    let group = |column: &str| Explore {
        groups: vec![Group { column: column.into(), bucket: None }],
        measures: vec![Measure::default(), Measure { function: Function::Distinct, column: Some("city".into()) }],
        ..Explore::default()
    };
    let filtered = |column: &str, operator, value: &str| Explore {
        filters: vec![Filter { column: column.into(), operator, value: value.into() }],
        ..Explore::default()
    };
    let live = data.asked(&Ask::Explore(group("city"))).await;
    // In whatever order: the page reads them by their first cells.
    let facts = |view: contract::query::QueryView| {
        let mut rows = view.result.unwrap().rows;
        rows.sort();
        rows
    };
    let profile = facts(data.asked(&Ask::Profile).await);
    data.turn().await;
    let kept = data.asked(&Ask::Explore(group("city"))).await;
    assert!(live.snapshot.is_none() && kept.snapshot.is_some());
    let rows = kept.result.unwrap().rows;
    assert_eq!(rows, live.result.unwrap().rows);
    let cell = |text: &str| Some(text.to_owned());
    assert_eq!(rows[0], [cell("Bonn"), cell("2"), cell("1")]);
    let kept = data.asked(&Ask::Profile).await;
    assert!(kept.snapshot.is_some());
    assert_eq!(facts(kept), profile);
    for (column, operator, value, is_kept) in [
        ("city", Operator::Eq, "Bonn", false),
        ("city", Operator::Ne, "Bonn", false),
        ("city", Operator::OneOf, "Bonn", false),
        ("city", Operator::Ge, "Bonn", false),
        ("city", Operator::Contains, "onn", true),
        ("city", Operator::IsNull, "", true),
        ("plain", Operator::Eq, "a", true),
        ("code", Operator::Eq, "x", true),
    ] {
        let view = data.asked(&Ask::Explore(filtered(column, operator, value))).await;
        assert_eq!(view.snapshot.is_some(), is_kept, "{column} {operator:?}");
    }
}

fn by_kind() -> Explore {
    Explore {
        measures: vec![Measure { function: Function::Sum, column: Some("price".into()) }, Measure::default()],
        groups: vec![Group { column: "kind".into(), bucket: None }],
        ..Explore::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_view_is_served_while_the_source_is_gone() {
    let mut data = Refreshed::new(1_000).await;
    let live = data.asked(&Ask::rows()).await;
    assert_eq!(live.snapshot, None);
    let live_answer = data.asked(&Ask::Explore(by_kind())).await.result.unwrap();
    data.set(every(1, "hours")).await;
    data.turn().await;
    data.close_source().await;
    let rows = data.asked(&Ask::rows()).await;
    let served = rows.snapshot.expect("from the snapshot");
    assert_eq!(served.taken_at, data.view().await.snapshot.unwrap().taken_at);
    let (kept, first) = (rows.result.unwrap(), live.result.unwrap());
    assert_eq!((&kept.rows, &kept.columns, kept.cut), (&first.rows, &first.columns, first.cut));
    let sorted = Ask::Preview { sort: "id".into(), is_descending: true, page: 2 };
    let page = data.asked(&sorted).await;
    assert_eq!(page.result.unwrap().rows[0][0].as_deref(), Some("900"));
    let explored = data.asked(&Ask::Explore(by_kind())).await;
    assert!(
        explored.snapshot.is_some() && explored.sql.contains("\"public\".\"sales\""),
        "as the source would be asked"
    );
    assert_eq!(explored.result.unwrap().rows, live_answer.rows);
    let profile = data.asked_for_profile().await;
    assert!(profile.snapshot.is_some() && profile.result.unwrap().rows.len() > 3);
    // Files: all rows, in the order of the page.
    let csv = data.file(&rows.id).await.unwrap();
    assert_eq!(csv.lines().count(), 1_001);
    let csv = data.file(&page.id).await.unwrap();
    assert_eq!((csv.lines().count(), csv.lines().nth(1)), (1_001, Some("1000,kind 6,333.33")));
    assert_eq!(data.file(&explored.id).await.unwrap().lines().count(), 8);
    // Which says so where it is looked up.
    let history =
        data.team.world.backend.queries.history(&data.team.world.actor, HistoryFilter::default()).await.unwrap();
    for file in history.entries.iter().filter(|entry| entry.purpose == Purpose::Export) {
        let shown = data.team.world.backend.queries.show(&data.team.world.actor, &file.id, 0).await.unwrap();
        assert_eq!((shown.was_sent, shown.snapshot.map(|from| from.taken_at)), (false, Some(served.taken_at)));
    }
    // The source can still be asked, by somebody who wants that.
    data.team.world.backend.queries.ask_again(&data.team.world.actor, &data.dataset, Ask::rows()).await.unwrap();
    let live = data.asked(&Ask::rows()).await;
    assert_eq!((live.snapshot, live.finding.unwrap().code()), (None, "table_gone"));
    // What was read before is a step away, and that step asks the source nothing.
    assert_eq!(live.snapshot_instead.map(|from| from.taken_at), Some(served.taken_at));
    data.team.world.backend.queries.ask_snapshot(&data.team.world.actor, &data.dataset, Ask::rows()).await.unwrap();
    let back = data.asked(&Ask::rows()).await;
    assert_eq!((back.snapshot.map(|from| from.taken_at), back.snapshot_instead), (Some(served.taken_at), None));
    assert_eq!(back.result.unwrap().rows, kept.rows);
    // And that does not come back once the snapshot is newer.
    data.team.database.run("alter table gone rename to sales").await;
    data.shift(2 * HOUR);
    data.turn().await;
    assert!(data.asked(&Ask::rows()).await.snapshot.is_some());
}

/// Four files are made at once. Whoever stops to take theirs, as a browser whose download is paused, gives up the place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn downloads_that_are_paused_keep_nobody_from_another() {
    let export_limits = ExportLimits { patience: Duration::from_secs(1), ..EXPORTS };
    let plan = Plan { export_limits, ..Plan::default() };
    let (data, view) = looked_at_large(plan).await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    let mut paused = Vec::new();
    for _ in 0..4 {
        let mut export = backend.exports.export(&actor, &view.id, FileFormat::Csv).await.unwrap();
        assert!(export.chunks.next().await.unwrap().is_ok());
        paused.push(export);
    }
    assert_eq!(data.file(&view.id).await.unwrap().lines().count(), 400_001);
    // What there is of a paused one ends in an error, and its row says that nobody took it.
    for mut export in paused {
        let mut is_cut_off = false;
        while let Some(piece) = export.chunks.next().await {
            is_cut_off = piece.is_err();
        }
        assert!(is_cut_off);
    }
    let history = backend.queries.history(&actor, HistoryFilter::default()).await.unwrap();
    let files = history.entries.into_iter().filter(|entry| entry.purpose == Purpose::Export);
    let (done, failed): (Vec<_>, Vec<_>) = files.partition(|entry| entry.state == QueryState::Done);
    assert_eq!((done.len(), failed.len()), (1, 4));
    assert!(failed.iter().all(|entry| entry.state == QueryState::Failed));
}

/// A page may be open all day. Its rows are not kept so long, and its snapshot is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_is_open_for_long_still_leads_to_its_file() {
    let mut data = Refreshed::new(1_000).await;
    data.set(every(1, "asked")).await;
    data.turn().await;
    let rows = data.asked(&Ask::rows()).await;
    let explored = data.asked(&Ask::Explore(by_kind())).await;
    let (store, now) = (data.team.world.shared.store.clone(), rows.queued_at + HOUR);
    store.query_purge(now, rows.queued_at, 0).await.unwrap();
    data.close_source().await;
    assert_eq!(data.file(&rows.id).await.unwrap().lines().count(), 1_001);
    assert_eq!(data.file(&explored.id).await, Err(Fault::RowsGone), "the source is not asked for what it did not tell");
    assert_eq!(data.asked(&Ask::Explore(by_kind())).await.result.unwrap().rows.len(), 7, "asked anew");
}

/// The operator's limits hold for files from snapshots as for those from a source.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_a_snapshot_ends_where_exports_do() {
    for (export_limits, code) in [
        (ExportLimits { bytes: 1_000_000, ..EXPORTS }, "file_too_large"),
        (ExportLimits { seconds: 0, ..EXPORTS }, "file_too_slow"),
    ] {
        let (data, view) = looked_at_large(Plan { export_limits, ..Plan::default() }).await;
        assert_eq!(data.file(&view.id).await, Err(Fault::ExportFailed), "no part looks like the whole");
        let actor = &data.team.world.actor;
        let history = data.team.world.backend.queries.history(actor, HistoryFilter::default()).await.unwrap();
        let file = history.entries.into_iter().find(|entry| entry.purpose == Purpose::Export).unwrap();
        assert_eq!((file.state, file.code.as_str()), (QueryState::Failed, code));
    }
}

/// A file of what is kept ends with its download; a wish for its end would be heard by nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_a_snapshot_is_not_there_to_be_cancelled() {
    let (data, view) = looked_at_large(Plan::default()).await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    let mut export = backend.exports.export(&actor, &view.id, FileFormat::Csv).await.unwrap();
    assert!(export.chunks.next().await.unwrap().is_ok());
    let history = backend.queries.history(&actor, HistoryFilter::default()).await.unwrap();
    let file = history.entries.into_iter().find(|entry| entry.purpose == Purpose::Export).unwrap();
    let seen = async || backend.queries.show(&actor, &file.id, 0).await.unwrap();
    assert!(!seen().await.can_cancel);
    backend.queries.cancel(&actor, &file.id).await.unwrap();
    assert_eq!(seen().await.state, QueryState::Running);
    while let Some(piece) = export.chunks.next().await {
        piece.unwrap();
    }
    while seen().await.state != QueryState::Done {
        tokio::task::yield_now().await;
    }
}

impl Refreshed {
    async fn asked_for_profile(&self) -> contract::query::QueryView {
        let view = self.asked(&Ask::Profile).await;
        assert_eq!(view.purpose, Purpose::Profile);
        view
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_whose_file_is_gone_says_so_and_the_source_still_answers() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    std::fs::remove_file(&data.files()[0]).unwrap();
    assert_eq!(data.asked(&Ask::rows()).await.finding.unwrap().code(), "snapshot_gone");
    data.team.world.backend.queries.ask_again(&data.team.world.actor, &data.dataset, Ask::rows()).await.unwrap();
    assert_eq!(data.asked(&Ask::rows()).await.result.unwrap().rows.len(), 10);
    // That it was missed makes it anew.
    assert_eq!(data.turn().await, 2);
    assert_eq!(data.view().await.runs[0].cause, Cause::Absence);
    assert!(data.asked(&Ask::rows()).await.snapshot.is_some());
}

/// With a snapshot of so many rows that a file of them takes a while, and a look at it.
async fn looked_at_large(plan: Plan) -> (Refreshed, contract::query::QueryView) {
    let mut data = Refreshed::planned(plan, 400_000, "").await;
    data.set(every(1, "asked")).await;
    data.turn().await;
    let view = data.asked(&Ask::rows()).await;
    (data, view)
}

/// Somebody may have it open for longer than it is served.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_file_is_made_of_stays_until_it_is_made() {
    let (mut data, view) = looked_at_large(Plan::default()).await;
    let (exports, actor) = (data.team.world.backend.exports.clone(), data.team.world.actor.clone());
    let mut export = exports.export(&actor, &view.id, FileFormat::Csv).await.unwrap();
    let mut bytes = export.chunks.next().await.unwrap().unwrap().len();
    data.ask().await;
    data.turn().await;
    data.shift(16 * MINUTE);
    sweep(&data.team.world.shared).await;
    assert_eq!(data.files().len(), 2);
    while let Some(piece) = export.chunks.next().await {
        bytes += piece.unwrap().len();
    }
    assert!(bytes > 400_000 * 10, "{bytes}");
    while data.files().len() > 1 {
        sweep(&data.team.world.shared).await;
    }
}

/// A run reads the source as it was when its statement was sent. Who looked there since has seen something newer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_source_told_meanwhile_does_not_give_way_to_an_older_snapshot() {
    let slow = "drop table sales; create table wait (seconds int); insert into wait values (6);
                create view sales as select seconds, case when seconds > 0 then pg_sleep(seconds) end::text as x from wait";
    let mut data = Refreshed::with(1, slow).await;
    data.set(every(1, "hours")).await;
    data.refresher.turn().await;
    let waits =
        "select count(*)::text from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
    while data.team.database.ask(waits).await != "1" {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    data.team.database.run("update wait set seconds = 0").await;
    let first = |view: contract::query::QueryView| view.result.unwrap().rows[0][0].clone().unwrap();
    assert_eq!(first(data.asked(&Ask::rows()).await), "0");
    assert_eq!(data.view().await.snapshot, None, "the run is still under way");
    data.refresher.settle().await;
    assert!(data.view().await.snapshot.is_some());
    let seen = data.asked(&Ask::rows()).await;
    assert_eq!((seen.snapshot, first(seen)), (None, "0".to_owned()));
    // Another question is the snapshot's to answer.
    let sorted = Ask::Preview { sort: "seconds".into(), is_descending: true, page: 1 };
    assert_eq!(first(data.asked(&sorted).await), "6");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_source_is_asked_though_the_snapshot_is_answering() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let served = data.asked(&Ask::rows()).await;
    let world = &data.team.world;
    let (team, member) = (&world.actor.team_id, &world.actor.member_id);
    let row = world.shared.store.query_fetch(team, member, &served.id).await.unwrap().unwrap();
    let answering = store::QueryRow {
        id: store::new_id(),
        state: "running".into(),
        queued_at: row.queued_at + 1,
        alive_until: row.queued_at + 60_000_000,
        ..row
    };
    world.shared.store.query_insert(&answering).await.unwrap();
    let looked = world.backend.queries.ask(&world.actor, &data.dataset, Ask::rows()).await.unwrap();
    assert!(looked.state.is_running() && looked.id == answering.id);
    world.backend.queries.ask_again(&world.actor, &data.dataset, Ask::rows()).await.unwrap();
    let live = data.asked(&Ask::rows()).await;
    assert_eq!((live.snapshot, live.result.unwrap().rows.len()), (None, 10));
}

/// What a person reads from a snapshot is theirs alone, and gone with the snapshot's connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_of_elsewhere_is_not_shown() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let stranger = data.team.world.stranger().await;
    let queries = &data.team.world.backend.queries;
    assert_eq!(queries.ask(&stranger, &data.dataset, Ask::rows()).await.err(), Some(Fault::NotFound));
    let rows = data.asked(&Ask::rows()).await;
    assert_eq!(queries.show(&stranger, &rows.id, 0).await.err(), Some(Fault::NotFound));
    // The connection is edited to lead to another database.
    let other = testkit::postgres::Database::fresh().await;
    other.run("create table sales (other text); insert into sales values ('x')").await;
    data.team.edit(format!("postgresql://flitch:flitch@localhost:{}/{}", other.port, other.name)).await;
    assert!(data.files().is_empty(), "what was read elsewhere is gone");
    assert_eq!(data.file(&rows.id).await.err(), Some(Fault::NotFound));
    assert_eq!(data.asked(&Ask::rows()).await.snapshot, None);
    assert_eq!(data.turn().await, 2);
    let rows = data.asked(&Ask::rows()).await;
    assert_eq!(rows.result.unwrap().rows, [[Some("x".to_owned())]]);
}
