//! Refreshing by the team credential.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use contract::credential::RotationOutcome;
use contract::dataset::Picks;
use contract::explore::{Explore, Group};
use contract::query::Ask;
use contract::refresh::RunState;
use server::refresher::Refresher;

use super::every;
use crate::credential::{Lent, PASSWORD};

const ROWS: u32 = 2_000;

/// Each snapshot is entirely of before or entirely of after, and in the end all are of after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_cred_06_twenty_refreshes_run_through_a_replacement() {
    let lent = Lent::new().await;
    let other = lent.database.user("other", PASSWORD).await;
    let view = |n| {
        format!(
            "create view public.v{n} as select current_user::text as who,
                    pg_sleep(case when n % 500 = 0 then 0.05 end)::text as slow
             from generate_series(1, {ROWS}) n;"
        )
    };
    let views: String = (0..20).map(view).collect();
    let rights = format!("grant select on all tables in schema public to {other}, {}", lent.reader);
    lent.database.run(&format!("{views} {rights}")).await;
    let (backend, bob) = (&lent.world.backend, &lent.member);
    let picks = Picks { connection_id: lent.id.clone(), whole_schema: "public".into(), ..Picks::default() };
    backend.datasets.catalog_read(bob, &lent.id, "").await.unwrap();
    while backend.datasets.add(bob, picks.clone()).await.unwrap_or(0) != 20 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let all = backend.datasets.list(bob).await.unwrap();
    let views: Vec<_> = all.into_iter().filter(|dataset| dataset.name.starts_with('v')).map(|view| view.id).collect();
    for dataset in &views {
        backend.refreshes.set(bob, dataset, every(1, "hours")).await.unwrap();
    }
    let refreshing = tokio::spawn({
        let shared = Arc::clone(&lent.world.shared);
        async move {
            let mut refresher = Refresher::new(shared);
            loop {
                refresher.turn().await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    });
    let asked = AtomicU32::new(0);
    let served_by = async |dataset: &str| -> Option<String> {
        // Each time another question: an answer that the source gave a moment ago would be shown again, as newer.
        let limit = 1 + asked.fetch_add(1, Ordering::Relaxed) % 900;
        let who = Explore { groups: vec![Group { column: "who".into(), bucket: None }], limit, ..Explore::default() };
        let answer = loop {
            // Nothing is known of it before its first run.
            let answer = backend.queries.ask(bob, dataset, Ask::Explore(who.clone())).await.ok()?;
            if !answer.state.is_running() {
                break answer;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        answer.snapshot?;
        let rows = answer.result.unwrap().rows;
        assert_eq!((rows.len(), rows[0][1].as_deref()), (1, Some("2000")), "never a mix: {rows:?}");
        rows[0][0].clone()
    };
    let served = async || {
        let mut by = Vec::new();
        for dataset in &views {
            by.extend(served_by(dataset).await);
        }
        by
    };
    while served().await.len() < 5 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let draft = lent.replacement(&other, PASSWORD).await;
    assert_eq!(lent.tried(&draft).await.outcome, RotationOutcome::Good);
    lent.save(&draft).await.unwrap();
    for _ in 0..600 {
        if served().await == vec![other.clone(); 20] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for dataset in &views {
        let view = backend.refreshes.show(bob, dataset).await.unwrap();
        assert_eq!(served_by(dataset).await, Some(other.clone()), "those that come next use the new one: {view:?}");
    }
    refreshing.abort();
    for dataset in &views {
        let runs = backend.refreshes.show(bob, dataset).await.unwrap().runs;
        assert_eq!(runs[0].state, RunState::Done);
        // Of those that were under way some were overtaken, and some found that the credential leads elsewhere now.
        assert!(runs.iter().all(|run| run.state != RunState::Lost), "{runs:?}");
    }
}
