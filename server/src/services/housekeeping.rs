//! Removes what has had its time: drafts, ended sessions, the rows of old previews.

use std::sync::Arc;
use std::time::Duration;

use super::sessions::{AGE, IDLE};
use super::{SECOND, Shared, log_failure, now};

const DRAFT_AGE: i64 = 24 * 60 * 60 * SECOND;
/// Previews hold rows of the customer's; they are kept for a look, not for a day.
const QUERY_AGE: i64 = 10 * 60 * SECOND;
/// Mints are counted by the day.
const MINT_AGE: i64 = 30 * 24 * 60 * 60 * SECOND;
const EVERY: Duration = Duration::from_secs(5 * 60);

/// Runs until the process ends.
pub async fn run(shared: Arc<Shared>) {
    loop {
        let now = now();
        let store = &shared.store;
        for purged in [
            store.query_purge(now - QUERY_AGE).await,
            store.draft_purge(now - DRAFT_AGE).await,
            store.session_purge(now - AGE, now - IDLE).await,
            store.mint_purge(now - MINT_AGE).await,
        ] {
            if let Err(error) = purged {
                log_failure("old rows could not be removed", &error);
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}
