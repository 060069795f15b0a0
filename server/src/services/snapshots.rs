//! Removing snapshots that nobody is shown any more, and objects that nobody knows of.

use std::time::{Duration, SystemTime};

use super::{SECOND, Shared, log_failure};

/// What another snapshot took the place of is kept for whoever is reading it.
const GRACE: i64 = 15 * 60 * SECOND;

/// An object that no row tells of was left by a process that was killed, once it is so old that no run can be about to
/// write it down.
const ORPHAN_AGE: Duration = Duration::from_secs(3 * 60 * 60);

const AT_ONCE: i64 = 200;

/// Removes what is not served any more: at once where its connection was cut off, leads elsewhere or is gone.
pub(crate) async fn sweep(shared: &Shared) {
    loop {
        let unserved = match shared.store.snapshot_unserved(shared.clock.now() - GRACE, AT_ONCE).await {
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
                return;
            }
            if let Err(error) = shared.store.snapshot_delete(&row.id, shared.clock.now()).await {
                log_failure("a snapshot's row could not be removed", &error);
                return;
            }
        }
        if (unserved.len() as i64) < AT_ONCE {
            return;
        }
    }
}

/// Removes what no row tells of.
pub(crate) async fn sweep_orphans(shared: &Shared) {
    let age = ORPHAN_AGE;
    if let Err(error) = shared.snapshots.sweep_begun(age).await {
        log_failure("unfinished snapshots could not be removed", &error);
    }
    let listed = match shared.snapshots.list().await {
        Ok(listed) => listed,
        Err(error) => {
            log_failure("snapshots could not be listed", &error);
            return;
        }
    };
    for object in listed {
        let is_old = SystemTime::now().duration_since(object.written_at).is_ok_and(|since| since >= age);
        if is_old
            && matches!(shared.store.snapshot_is_known(&object.key).await, Ok(false))
            && let Err(error) = shared.snapshots.remove(&object.key).await
        {
            log_failure("an object that nobody knows of could not be removed", &error);
        }
    }
}
