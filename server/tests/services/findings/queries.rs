//! What only typed statements and files meet.

use contract::finding::Finding;
use contract::query::{FileFormat, HistoryFilter, Purpose, QueryLimits, QueryState};
use server::services::{DEFAULT_LIMITS, ExportLimits};

use super::{Seen, claim};
use crate::queries::{Connected, LONG};
use crate::world::{EXPORTS, Plan};

pub const PROVOKED: &[&str] = &[
    "cancelled_by_another",
    "file_left",
    "file_too_large",
    "file_too_slow",
    "rows_replaced",
    "statement_refused",
    "value_unfit",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_and_files_say_their_own() {
    let seen = &mut Seen::new();
    let limits = QueryLimits { rows: 1, ..DEFAULT_LIMITS };
    let team = Connected::with(Plan { query_limits: limits, ..Plan::default() }).await;
    let mut see = |finding: &Option<Finding>| seen.extend(finding.as_ref().map(Finding::code));
    see(&team.rows("vacuum").await.finding);

    let bob = team.world.member("bob@acme.example").await;
    let queries = &team.world.backend.queries;
    let bobs = team.run_as(&bob, LONG).await;
    while queries.show(&bob, &bobs, 0).await.unwrap().state != QueryState::Running {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    queries.cancel(&team.world.actor, &bobs).await.unwrap();
    let view = loop {
        let view = queries.show(&bob, &bobs, 0).await.unwrap();
        if !view.state.is_running() {
            break view;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    };
    see(&view.finding);

    // Parquet has no day that is infinitely far away.
    let odd = team.rows("select date 'infinity' as day union all select date '2026-01-01'").await;
    let export = team.world.backend.exports.export(&team.world.actor, &odd.id, FileFormat::Parquet).await;
    let mut export = export.unwrap();
    while let Some(piece) = export.chunks.next().await {
        if piece.is_err() {
            break;
        }
    }
    let newest = queries.history(&team.world.actor, HistoryFilter::default()).await.unwrap().entries.remove(0);
    see(&team.ended(&newest.id).await.finding);

    let team = Connected::new().await;
    let view = team.rows("select n, md5(n::text) from generate_series(1, 60000) as n").await;
    drop(team.world.backend.exports.export(&team.world.actor, &view.id, FileFormat::Csv).await.unwrap());
    let history = team.world.backend.queries.history(&team.world.actor, HistoryFilter::default()).await.unwrap();
    let file = history.entries.into_iter().find(|entry| entry.purpose == Purpose::Export).unwrap();
    see(&team.ended(&file.id).await.finding);

    // Run again while a file is made of what it brought before.
    let export = team.world.backend.exports.export(&team.world.actor, &view.id, FileFormat::Csv).await;
    let mut export = export.unwrap();
    export.chunks.next().await.unwrap().unwrap();
    team.world.backend.queries.run_again(&team.world.actor, &view.id).await.unwrap();
    while export.chunks.next().await.is_some() {}
    let history = team.world.backend.queries.history(&team.world.actor, HistoryFilter::default()).await.unwrap();
    let file = history.entries.into_iter().find(|entry| entry.purpose == Purpose::Export).unwrap();
    see(&team.ended(&file.id).await.finding);

    for export_limits in [ExportLimits { bytes: 1_000, ..EXPORTS }, ExportLimits { seconds: 1, ..EXPORTS }] {
        let team = Connected::with(Plan { query_limits: limits, export_limits, ..Plan::default() }).await;
        let nap = "create view nap as select n, case when n > 5000 then pg_sleep(60)::text end from generate_series(1, 6000) as n";
        team.database.run(nap).await;
        let view = team.rows("select * from nap").await;
        let export = team.world.backend.exports.export(&team.world.actor, &view.id, FileFormat::Csv).await;
        let mut export = export.unwrap();
        while export.chunks.next().await.is_some() {}
        let newest = team
            .world
            .backend
            .queries
            .history(&team.world.actor, HistoryFilter::default())
            .await
            .unwrap()
            .entries
            .remove(0);
        see(&team.ended(&newest.id).await.finding);
    }
    claim(seen, PROVOKED);
}
