//! How much a snapshot answers at once, and what one that cannot be removed keeps from others: nothing.

use contract::query::{Ask, Cut, QueryLimits};
use server::services::snapshots::sweep;

use super::{Refreshed, every};
use crate::world::Plan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_large_values_is_cut_by_size_as_the_source_s_is() {
    let plan = Plan::default();
    let query_limits = QueryLimits { bytes: 65_000, ..plan.query_limits };
    let more =
        "drop table sales; create table sales as select n, repeat('x', 10000) as x from generate_series(1, 20) n";
    let mut data = Refreshed::planned(Plan { query_limits, ..plan }, 1, more).await;
    let live = data.team.asked(&data.dataset, &Ask::rows()).await.result.unwrap();
    data.set(every(1, "hours")).await;
    data.turn().await;
    let view = data.team.asked(&data.dataset, &Ask::rows()).await;
    assert!(view.snapshot.is_some());
    let kept = view.result.unwrap();
    let cut = Some(Cut::Bytes { limit: 65_000 });
    assert_eq!((live.cut, kept.cut, kept.total), (cut, cut, 6));
    assert!(kept.total.abs_diff(live.total) <= 1, "{} and {}", kept.total, live.total);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_that_cannot_be_removed_keeps_no_other() {
    let mut data = Refreshed::with(10, "create table other (id int)").await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    for dataset in &data.datasets {
        backend.refreshes.set(&actor, dataset, every(1, "hours")).await.unwrap();
    }
    data.turn().await;
    let shared = data.team.world.shared.clone();
    let now = shared.clock.now();
    for dataset in &data.datasets {
        assert!(shared.store.refresh_turn_off(&actor.team_id, dataset, now).await.unwrap());
    }
    let unserved = async || shared.store.snapshot_unserved(now, now, "", 10).await.unwrap();
    let first = unserved().await.remove(0);
    // No file any more, and nothing that a file can be removed as.
    let file = data.team.world.folder.join("snapshots").join(&first.object_key);
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    sweep(&shared).await;
    assert_eq!((data.files().len(), unserved().await), (0, vec![first]));
    std::fs::remove_dir(&file).unwrap();
    sweep(&shared).await;
    assert_eq!(unserved().await, []);
}
