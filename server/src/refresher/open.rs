//! Signing in for a run, which was counted when it was claimed: tried again while what is in the way may pass, and no longer
//! than a minute.

use std::time::{Duration, Instant};

use contract::connection::Target;
use contract::finding::Finding;
use redshift::Session;
use store::ConnectionRow;

use super::verdict::{Verdict, verdict};
use crate::services::{Shared, entry};

/// No try begins later than this, so that the last, with the 15 s that AWS has, ends within the minute.
const LONGEST: Duration = Duration::from_secs(45);

pub(super) async fn open(shared: &Shared, row: &ConnectionRow, member_id: &str) -> Result<(Session, Target), Finding> {
    entry::admit(row)?;
    let started = Instant::now();
    let limits = shared.refresh_limits;
    let mut wait = limits.first_wait;
    let mut tries = 0;
    loop {
        tries += 1;
        let finding = match entry::open_counted(shared, row, member_id).await {
            Err(finding) if matches!(verdict(&finding), Verdict::Passing | Verdict::Crowded) => finding,
            opened => return opened,
        };
        // Others that wait for the same do not all come back at once.
        let wait_now = wait.mul_f64(rand::random_range(0.5..1.5));
        if tries >= limits.sign_ins || started.elapsed() + wait_now >= LONGEST {
            return Err(finding);
        }
        tokio::time::sleep(wait_now).await;
        wait *= 3;
    }
}
