//! Runs whose worker is gone, and what a worker that is gone has left behind.

use std::time::{Duration, Instant};

use contract::refresh::{RefreshState, RunState};
use server::refresher::Refresher;
use server::services::snapshots::{sweep, sweep_orphans};

use super::{DAY, HOUR, MINUTE, QUICK, Refreshed, SLOW, every, states};

impl Refreshed {
    /// A run that reads, and whose worker is gone in the middle of it, as with its process.
    async fn left_running(&mut self) {
        self.team.database.run(SLOW).await;
        self.ask().await;
        self.refresher.turn().await;
        while self.team.running().await == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.refresher = Refresher::new(self.team.world.shared.clone());
        self.team.database.run(QUICK).await;
    }

    async fn taken_over(&self) {
        let store = &self.team.world.shared.store;
        for lost in store.refresh_running().await.unwrap() {
            assert!(store.refresh_take_over(&lost, "\"run_lost\"", self.team.world.shared.clock.now()).await.unwrap());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_stopped_server_left_running_is_taken_over_within_a_lease() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.left_running().await;
    let lease = data.team.world.shared.refresh_limits.lease;
    let began = Instant::now();
    while states(&data.view().await).last() != Some(&RunState::Lost) {
        data.refresher.turn().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(began.elapsed() >= lease, "not before");
    assert!(began.elapsed() < lease + Duration::from_secs(10), "{:?}", began.elapsed());
    data.refresher.settle().await;
    assert_eq!(states(&data.view().await), [RunState::Done, RunState::Lost]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_asked_for_is_made_anew_for_them() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "asked")).await;
    data.turn().await;
    data.left_running().await;
    data.taken_over().await;
    assert_eq!(data.turn().await, 3, "though nothing runs by itself");
    let view = data.view().await;
    assert_eq!(states(&view), [RunState::Done, RunState::Lost, RunState::Done]);
    assert_eq!((view.runs[0].cause, &view.runs[0].by), (view.runs[1].cause, &view.runs[1].by));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_wanted_to_end_is_not_made_anew() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    data.left_running().await;
    let run = data.view().await.running.unwrap().run_id;
    data.team.world.backend.refreshes.cancel(&data.team.world.actor, &run).await.unwrap();
    data.taken_over().await;
    assert_eq!(data.turn().await, 2);
    let view = data.view().await;
    assert_eq!((states(&view), view.state), (vec![RunState::Cancelled, RunState::Done], RefreshState::Fresh));
    data.shift(HOUR + MINUTE);
    assert_eq!(data.turn().await, 3, "its schedule goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn objects_of_nobody_are_removed_and_those_of_a_run_are_not() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let served = data.files();
    data.team.database.run(SLOW).await;
    data.ask().await;
    data.refresher.turn().await;
    let run = data.until(|view| view.running.is_some()).await.running.unwrap().run_id;
    let folder = std::path::Path::new(&served[0]).parent().unwrap();
    // Whole, and not switched to yet; begun; and the same of a run that nobody knows.
    let own = [format!("{run}.parquet"), format!("{run}.parquet#1")];
    let gone = format!("{}.parquet", store::new_id());
    let nobodys = [gone.clone(), format!("{gone}#1")].map(|name| folder.join(name));
    // Of another installation that shares the place, and nobody's snapshot at all.
    let snapshots = data.team.world.folder.join("snapshots");
    let another = snapshots.join(store::new_id()).join(store::new_id());
    std::fs::create_dir_all(&another).unwrap();
    let others = [another.join(&gone), another.join(format!("{gone}#1")), folder.join("sales.parquet")];
    let others = others.into_iter().chain([snapshots.join("payroll.csv"), snapshots.join(&gone)]);
    let others: Vec<_> = others.chain(own.iter().map(|name| folder.join(name))).collect();
    for path in nobodys.iter().chain(&others) {
        std::fs::write(path, "rows").unwrap();
    }
    sweep_orphans(&data.team.world.shared, Duration::from_secs(60)).await;
    assert!(nobodys.iter().all(|path| path.exists()), "not at once");
    sweep_orphans(&data.team.world.shared, Duration::ZERO).await;
    assert!(nobodys.iter().all(|path| !path.exists()));
    assert!(others.iter().all(|path| path.exists()), "{others:?}");
    assert!(std::path::Path::new(&served[0]).exists());
}

/// Whoever reads what was served a moment ago may read on, for a quarter of an hour.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_took_the_place_of_goes_after_a_quarter_of_an_hour() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "asked")).await;
    data.turn().await;
    let first = data.files();
    data.ask().await;
    data.turn().await;
    assert_eq!(data.files().len(), 2);
    data.shift(14 * MINUTE);
    sweep(&data.team.world.shared).await;
    assert_eq!(data.files().len(), 2, "not yet");
    data.shift(2 * MINUTE);
    sweep(&data.team.world.shared).await;
    let left = data.files();
    assert!(left.len() == 1 && !left.contains(&first[0]), "{left:?}");
    data.shift(DAY);
    sweep(&data.team.world.shared).await;
    assert_eq!(data.files(), left, "what is served stays");
}
