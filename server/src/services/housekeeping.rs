//! Removes what has had its time: drafts, ended sessions, the rows of old previews.

use std::sync::Arc;
use std::time::Duration;

use super::sessions::{AGE, IDLE};
use super::{DAY, SECOND, Shared, log_failure, now};

const DRAFT_AGE: i64 = DAY;
/// The rows of looks at datasets are the customer's; they are kept for a look, not for a day.
const LOOK_AGE: i64 = 10 * 60 * SECOND;
/// The rows of a typed statement's result, and that a dataset was looked at.
const RESULT_AGE: i64 = DAY;
/// Its text, and how it went. One with a name, or shared, stays.
const HISTORY_AGE: i64 = 90 * DAY;
/// Mints are counted by the day.
const MINT_AGE: i64 = 30 * DAY;
const EVERY: Duration = Duration::from_secs(5 * 60);

/// Runs until the process ends.
pub async fn run(shared: Arc<Shared>) {
    loop {
        let now = now();
        let store = &shared.store;
        for purged in [
            store.query_purge(now - LOOK_AGE, now - RESULT_AGE, now - HISTORY_AGE).await,
            store.draft_purge(now - DRAFT_AGE).await,
            store.session_purge(now - AGE, now - IDLE).await,
            store.mint_purge(now - MINT_AGE).await,
            store.refresh_run_purge(now - HISTORY_AGE).await,
            store.source_use_purge((now - MINT_AGE).div_euclid(DAY)).await,
        ] {
            if let Err(error) = purged {
                log_failure("old rows could not be removed", &error);
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}
