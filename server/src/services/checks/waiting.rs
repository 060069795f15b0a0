//! Steps that may have to wait for a Serverless workgroup to wake up, and say so while they do.

use std::time::{Duration, Instant};

use contract::check::Stage;
use contract::finding::Finding;
use redshift::deadlines::milliseconds;
use redshift::{Error, Means};

use super::progress::Progress;

/// An answer that takes longer than this is said to be on its way, where it may be waking up.
const PATIENCE: Duration = Duration::from_secs(3);

/// A step that may have had to wait for a workgroup to wake up.
pub(super) struct Awaited<T> {
    pub outcome: Result<T, Error>,
    woke_after: Option<Duration>,
}

impl<T> Awaited<T> {
    /// The findings of the step: its own, and that the workgroup woke up.
    pub fn said(&self, fail: impl Fn(&Error) -> Finding, done: impl Fn(&T) -> Vec<Finding>) -> Vec<Finding> {
        match &self.outcome {
            Err(error) => vec![fail(error)],
            Ok(value) => {
                let woke = self.woke_after.map(|after| Finding::WokeUp { after_ms: milliseconds(after) });
                woke.into_iter().chain(done(value)).collect()
            }
        }
    }
}

/// Waits for the step, and says in the check that it waits, where the workgroup may be waking up.
pub(super) async fn awaken<T>(
    progress: &mut Progress,
    stage: Stage,
    means: &Means,
    step: impl Future<Output = Result<T, Error>>,
) -> Awaited<T> {
    let started = Instant::now();
    let patience = PATIENCE.min(means.deadlines.wake / 9);
    let mut step = std::pin::pin!(step);
    let outcome = loop {
        match tokio::time::timeout(patience, &mut step).await {
            Ok(outcome) => break outcome,
            Err(_) if means.deadlines.is_waking => {
                let waiting = Finding::WakingUp { waited_ms: milliseconds(started.elapsed()) };
                progress.note(stage, &[waiting]).await;
            }
            Err(_) => {}
        }
    };
    let has_waited = means.deadlines.is_waking && started.elapsed() >= patience;
    Awaited { outcome, woke_after: has_waited.then(|| started.elapsed()) }
}
