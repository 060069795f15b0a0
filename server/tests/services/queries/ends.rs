//! Six ways to end before the end, each with its own word.

use std::time::{Duration, Instant};

use contract::finding::Finding;
use contract::query::{QueryLimits, QueryState, RunForm};
use server::services::DEFAULT_LIMITS;

use super::{Connected, LONG};
use crate::world::Plan;

fn code(finding: &Option<Finding>) -> &'static str {
    finding.as_ref().map_or("none", Finding::code)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_ends_it_is_named() {
    let team = Connected::new().await;
    let queries = &team.world.backend.queries;
    let bob = team.world.member("bob@acme.example").await;

    let own = team.run(LONG).await;
    team.until(&own, |view| view.state == QueryState::Running).await;
    assert_eq!(
        queries.cancel(&bob, &own).await,
        Err(contract::fault::Fault::NotFound),
        "a member ends no other's query"
    );
    let asked = Instant::now();
    queries.cancel(&team.world.actor, &own).await.unwrap();
    let view = team.ended(&own).await;
    assert_eq!(code(&view.finding), "cancelled");
    assert!(view.result.is_none() && asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    assert_eq!(team.running().await, 0, "nor does it run on at the source");
    queries.cancel(&team.world.actor, &own).await.unwrap();

    // By an admin.
    let bobs = team.run_as(&bob, LONG).await;
    while queries.show(&bob, &bobs, 0).await.unwrap().state != QueryState::Running {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    queries.cancel(&team.world.actor, &bobs).await.unwrap();
    let view = loop {
        let view = queries.show(&bob, &bobs, 0).await.unwrap();
        if !view.state.is_running() {
            break view;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let Some(Finding::CancelledByAnother { who, .. }) = &view.finding else { panic!("{view:?}") };
    assert_eq!(who, &team.world.actor.email);

    // At the server, by somebody there, who may have to ask twice: what has only begun does not hear it.
    for (function, codes) in [
        ("pg_cancel_backend", &["ended_by_administrator"][..]),
        ("pg_terminate_backend", &["ended_by_administrator", "connection_lost"]),
    ] {
        let id = team.run(LONG).await;
        let view = loop {
            let view = team.show(&id).await;
            if !view.state.is_running() {
                break view;
            }
            let flitchs = "datname = current_database() and query like '/* flitch%'";
            team.database.run(&format!("select {function}(pid) from pg_stat_activity where {flitchs}")).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        assert!(codes.contains(&code(&view.finding)), "{function}: {view:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mistake_is_shown_where_it_was_typed() {
    let team = Connected::new().await;
    let all = "select 1;\n-- größer\nselect 2,\n  nope\nfrom generate_series(1, 2);";
    let selection = "select 2,\n  nope\nfrom generate_series(1, 2)";
    let form = RunForm { connection_id: team.connection.clone(), sql: all.into(), selection: selection.into() };
    let id = team.world.backend.queries.run(&team.world.actor, form).await.unwrap();
    let view = team.ended(&id).await;
    let before = all[..all.find("nope").unwrap()].chars().count();
    let Some(Finding::ServerSaid { at: Some(spot), sqlstate, .. }) = view.finding else { panic!("{:?}", view.finding) };
    assert_eq!((sqlstate.as_str(), spot.line, spot.at as usize), ("42703", 4, before));
    assert_eq!(view.wrong_at, Some(spot.at));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flitchs_own_limit_is_called_that() {
    let limits = QueryLimits { seconds: 1, ..DEFAULT_LIMITS };
    let team = Connected::with(Plan { query_limits: limits, ..Plan::default() }).await;
    let view = team.rows(LONG).await;
    assert_eq!(view.finding, Some(Finding::OverOurLimit { seconds: 1 }));
    assert_eq!(team.running().await, 0);
}

/// Rows came, and then the end: none of them is shown as a result.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_partial_is_left_of_what_failed() {
    let team = Connected::new().await;
    let view = team.rows("select 1000 / (5000 - n) as x from generate_series(1, 6000) as n").await;
    assert_eq!(code(&view.finding), "server_said");
    assert!(view.result.is_none());
    let rows = team.world.backend.queries.rows(&team.world.actor, &view.id, view.queued_at, 0, 10).await.unwrap();
    assert!(rows.is_empty(), "{rows:?}");
}
