//! Removing snapshots that nobody is shown any more, and objects that nobody knows of.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use super::{SECOND, Shared, log_failure, now};

/// What another snapshot took the place of is kept for whoever is reading it.
const GRACE: i64 = 15 * 60 * SECOND;

/// An object that no row and no run under way tells of was left by a process that was killed. Not at once: it may be the
/// work of one that lost its run a moment ago, and removes it itself.
pub(crate) const ORPHAN_AGE: Duration = Duration::from_secs(60 * 60);

const AT_ONCE: i64 = 200;

/// Somebody waits for it: what takes longer, as where a bucket is away, is done by the next sweep in the background.
const WAITED_FOR: Duration = Duration::from_secs(5);

/// Removes what must not be served any more since whoever waits changed something.
pub async fn sweep_now(shared: &Shared) {
    if tokio::time::timeout(WAITED_FOR, sweep(shared)).await.is_err() {
        tracing::warn!("snapshots that are not served any more are still to be removed");
    }
}

/// Removes what is not served any more: at once where its connection was cut off, leads elsewhere or is gone. What cannot be
/// removed is tried again with the next sweep, and keeps nothing else.
pub async fn sweep(shared: &Shared) {
    let mut after = String::new();
    loop {
        let retired_before = shared.clock.now() - GRACE;
        let unserved = match shared.store.snapshot_unserved(retired_before, now(), &after, AT_ONCE).await {
            Ok(unserved) => unserved,
            Err(error) => {
                log_failure("snapshots to remove could not be looked up", &error);
                return;
            }
        };
        for row in &unserved {
            // The row goes last: while it is there, the object is known.
            if let Err(error) = shared.snapshots.remove(&row.object_key).await {
                log_failure("a snapshot could not be removed", &error);
                continue;
            }
            if let Err(error) = shared.store.snapshot_delete(&row.id, shared.clock.now()).await {
                log_failure("a snapshot's row could not be removed", &error);
                return;
            }
        }
        match unserved.last() {
            Some(last) if unserved.len() as i64 == AT_ONCE => after.clone_from(&last.id),
            _ => return,
        }
    }
}

/// Removes what no row tells of, of what can only be a snapshot of this installation: a bucket may hold other things, and
/// what other installations keep there is theirs.
pub async fn sweep_orphans(shared: &Shared, age: Duration) {
    let teams: HashSet<String> = match shared.store.team_ids().await {
        Ok(teams) => teams.into_iter().collect(),
        Err(error) => {
            log_failure("teams could not be looked up", &error);
            return;
        }
    };
    // Listed before it is asked what runs: of a run that has ended in between, a row tells.
    let listed = shared.snapshots.list().await;
    let running = match shared.store.refresh_running().await {
        Ok(running) => running,
        Err(error) => {
            log_failure("what is running could not be looked up", &error);
            return;
        }
    };
    let running: HashSet<String> = running.into_iter().map(|row| format!("{}.parquet", row.run_id)).collect();
    let is_of_a_run = move |key: &str| running.contains(key.rsplit('/').next().unwrap_or(key));
    let is_orphan = move |key: &str| is_a_snapshot_of(&teams, key) && !is_of_a_run(key);
    if let Err(error) = shared.snapshots.sweep_begun(age, is_orphan.clone()).await {
        log_failure("unfinished snapshots could not be removed", &error);
    }
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => {
            log_failure("snapshots could not be listed", &error);
            return;
        }
    };
    for object in listed {
        let is_old = SystemTime::now().duration_since(object.written_at).is_ok_and(|since| since >= age);
        if is_old
            && is_orphan(&object.key)
            && matches!(shared.store.snapshot_is_known(&object.key).await, Ok(false))
            && let Err(error) = shared.snapshots.remove(&object.key).await
        {
            log_failure("an object that nobody knows of could not be removed", &error);
        }
    }
}

/// Whether a key is one that a run of one of these teams has: `<team>/<dataset>/<run>.parquet`.
fn is_a_snapshot_of(teams: &HashSet<String>, key: &str) -> bool {
    let mut parts = key.split('/');
    let (team, dataset, run) = (parts.next(), parts.next(), parts.next());
    let run = run.and_then(|run| run.strip_suffix(".parquet"));
    parts.next().is_none()
        && team.is_some_and(|team| teams.contains(team))
        && dataset.is_some_and(store::is_id)
        && run.is_some_and(store::is_id)
}
