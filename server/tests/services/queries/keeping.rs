//! What is kept of a query, who sees it, and for how long.

use contract::fault::Fault;
use contract::query::{Cut, HistoryFilter, QueryLimits, QueryState, RunForm};
use server::services::DEFAULT_LIMITS;

use super::Connected;
use crate::world::Plan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_is_kept_page_by_page_and_read_from_anywhere_in_it() {
    let team = Connected::new().await;
    let view = team.rows("select n, n * 2 as twice, repeat('x', 40) as text from generate_series(1, 3333) as n").await;
    assert_eq!(view.state, QueryState::Done, "{:?}", view.finding);
    let result = view.result.unwrap();
    assert_eq!((result.total, result.rows.len(), result.cut), (3_333, 100, None));
    assert_eq!(result.columns[1].type_name, "integer");
    let queries = &team.world.backend.queries;
    for (first, count, expected) in [(0, 1, 1), (499, 3, 3), (3_330, 200, 3), (3_333, 10, 0), (u64::MAX, 10, 0)] {
        let rows = queries.rows(&team.world.actor, &view.id, view.queued_at, first, count).await.unwrap();
        assert_eq!(rows.len(), expected, "{first}");
        if let Some(row) = rows.first() {
            assert_eq!(row[0].as_deref(), Some((first + 1).to_string().as_str()));
        }
    }
    let kept = view.kept_read_only.unwrap();
    assert!(kept.by_guard && kept.by_transaction && kept.can_user_write.is_none(), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_and_bytes_are_capped_and_it_is_said() {
    let limits = QueryLimits { rows: 1_000, bytes: 100_000, ..DEFAULT_LIMITS };
    let team = Connected::with(Plan { query_limits: limits, ..Plan::default() }).await;
    let view = team.rows("select generate_series(1, 1000000000) as n").await;
    assert_eq!(view.state, QueryState::Done, "{:?}", view.finding);
    let result = view.result.unwrap();
    assert_eq!((result.total, result.cut), (1_000, Some(Cut::Rows { limit: 1_000 })));
    let view = team.rows("select repeat('x', 1000), generate_series(1, 1000000000) as n").await;
    let result = view.result.unwrap();
    assert_eq!((result.total, result.cut), (100, Some(Cut::Bytes { limit: 100_000 })));
    let exact = team.rows("select n from generate_series(1, 1000) as n").await.result.unwrap();
    assert_eq!((exact.total, exact.cut), (1_000, None), "as many as there may be is not too many");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_is_its_authors_until_it_is_shared() {
    let team = Connected::new().await;
    let bob = team.world.member("bob@acme.example").await;
    let stranger = team.world.stranger().await;
    let queries = &team.world.backend.queries;
    let view = team.rows("select 'for all to see' as said").await;
    let seen = async |actor| queries.show(actor, &view.id, 0).await.map(|view| view.result.unwrap().rows);
    assert_eq!(seen(&bob).await.err(), Some(Fault::NotFound));
    queries.rename(&team.world.actor, &view.id, "  What\u{202e} was\u{200f} said\n ").await.unwrap();
    queries.share(&team.world.actor, &view.id, true).await.unwrap();
    assert_eq!(seen(&bob).await.unwrap()[0][0].as_deref(), Some("for all to see"));
    assert_eq!(seen(&stranger).await.err(), Some(Fault::NotFound));
    assert_eq!(queries.rename(&bob, &view.id, "mine").await, Err(Fault::NotFound), "shown is not given");
    let filter = HistoryFilter { of: "shared".into(), search: "WAS SAID".into(), ..HistoryFilter::default() };
    let listed = queries.history(&bob, filter.clone()).await.unwrap();
    assert_eq!((listed.entries.len(), listed.entries[0].name.as_str()), (1, "What was said"));
    assert!(queries.history(&bob, HistoryFilter::default()).await.unwrap().entries.is_empty());
    queries.share(&team.world.actor, &view.id, false).await.unwrap();
    assert_eq!(seen(&bob).await.err(), Some(Fault::NotFound));
    assert!(queries.history(&bob, filter).await.unwrap().entries.is_empty());
    let search = HistoryFilter { search: "100%_!".into(), ..HistoryFilter::default() };
    assert!(
        queries.history(&team.world.actor, search).await.unwrap().entries.is_empty(),
        "signs of a pattern are text"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_typed_is_lost() {
    let team = Connected::new().await;
    let queries = &team.world.backend.queries;
    for bad in ["", "drop table x", "select 1; select 2", "select 'a", "selct 1"] {
        let view = team.rows(bad).await;
        assert_eq!(view.finding.as_ref().map(contract::finding::Finding::code), Some("statement_refused"), "{bad}");
        assert_eq!(view.typed, bad);
    }
    let form = RunForm {
        connection_id: team.connection.clone(),
        sql: "select 1;\r\nselect 2".into(),
        selection: "select 2".into(),
    };
    let id = queries.run(&team.world.actor, form).await.unwrap();
    let view = team.ended(&id).await;
    assert_eq!((view.sql.as_str(), view.typed.as_str()), ("select 2", "select 1;\nselect 2"));
    assert_eq!(queries.history(&team.world.actor, HistoryFilter::default()).await.unwrap().entries.len(), 6);
}

/// What was read with a credential goes with it; what was typed stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disconnect_takes_the_rows_and_ends_what_runs() {
    let team = Connected::new().await;
    let done = team.rows("select 'secret rows' as said").await;
    let running = team.run(super::LONG).await;
    team.until(&running, |view| view.state == QueryState::Running).await;
    let connection = team.world.backend.connections.show(&team.world.actor, &team.connection).await.unwrap();
    let life = &team.world.backend.connection_life;
    life.disconnect(&team.world.actor, &team.connection, &connection.name).await.unwrap();
    let kept = team.show(&done.id).await;
    assert!(kept.result.is_none() && kept.sql == "select 'secret rows' as said", "{kept:?}");
    let ended = team.ended(&running).await;
    assert_eq!(ended.finding.as_ref().map(contract::finding::Finding::code), Some("cancelled_by_another"));
    assert!(team.world.shared.store.sealed_list(store::SealedKind::Query, "", 10).await.unwrap().is_empty());
}

/// The address of a query that has a name shows what it says today.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_run_again_stays_where_it_is() {
    let team = Connected::new().await;
    let bob = team.world.member("bob@acme.example").await;
    team.database.run("create table sales (id int); insert into sales select generate_series(1, 300)").await;
    let queries = &team.world.backend.queries;
    let first = team.rows("select id from sales order by id").await;
    queries.rename(&team.world.actor, &first.id, "All sales").await.unwrap();
    queries.share(&team.world.actor, &first.id, true).await.unwrap();
    team.database.run("delete from sales where id > 200").await;
    assert_eq!(queries.run_again(&bob, &first.id).await, Err(Fault::NotFound), "shown is not given");
    queries.run_again(&team.world.actor, &first.id).await.unwrap();
    let again = team.ended(&first.id).await;
    assert_eq!((again.name.as_str(), again.is_shared), ("All sales", true));
    assert_eq!((again.row_count, again.result.unwrap().total), (200, 200));
    assert!(again.queued_at > first.queued_at);
    let rows = async |run| queries.rows(&bob, &first.id, run, 150, 100).await.map(|rows| rows.len());
    assert_eq!(rows(again.queued_at).await, Ok(50));
    assert_eq!(rows(first.queued_at).await, Err(Fault::RowsGone), "rows of another run");
    // What failed, and what the guard refuses.
    team.database.run("drop table sales").await;
    queries.run_again(&team.world.actor, &first.id).await.unwrap();
    assert_eq!(team.ended(&first.id).await.state, QueryState::Failed);
    let refused = team.rows("drop table sales").await;
    queries.run_again(&team.world.actor, &refused.id).await.unwrap();
    assert_eq!(team.show(&refused.id).await.finding, refused.finding);
}

/// What is refused costs the source nothing, and is kept all the same: a script must not fill the store with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_guard_refuses_is_kept_within_reason() {
    let team = Connected::new().await;
    let long = format!("drop table \0x -- {}", "ü".repeat(100_000));
    let kept = team.rows(&long).await;
    assert!(kept.sql.len() <= 64 * 1024 && kept.sql.starts_with("drop table x -- ü"), "{}", kept.sql.len());
    let form = |number: usize| RunForm {
        connection_id: team.connection.clone(),
        sql: format!("drop table x{number}"),
        selection: String::new(),
    };
    let mut refused = 0;
    for number in 0..80 {
        match team.world.backend.queries.run(&team.world.actor, form(number)).await {
            Ok(_) => {}
            Err(Fault::TooManyTries { .. }) => refused += 1,
            Err(fault) => panic!("{fault:?}"),
        }
    }
    // Sixty a minute, of which some may pass while this runs.
    assert!((1..=21).contains(&refused), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rows_of_older_statements_make_room() {
    let team = Connected::new().await;
    let (old, named) = (team.rows("select 'old'").await, team.rows("select 'named'").await);
    team.world.backend.queries.rename(&team.world.actor, &named.id, "Kept").await.unwrap();
    let mut last = None;
    for number in 0..20 {
        last = Some(team.rows(&format!("select {number}")).await);
    }
    team.until(&old.id, |view| view.result.is_none()).await;
    assert_eq!(team.show(&old.id).await.state, QueryState::Done, "it ran, and its rows are gone");
    for id in [named.id, last.unwrap().id] {
        assert!(team.show(&id).await.result.is_some());
    }
}
