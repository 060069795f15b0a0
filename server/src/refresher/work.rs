//! One run: read from the source, written aside, checked, switched in the transaction that records it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use contract::finding::Finding;
use contract::refresh::Schedule;
use redshift::arrow::Drained;
use store::{DueRow, RefreshEnd, RunCost, RunRef, SnapshotRow};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::at_source::AtSource;
use super::verdict::{Verdict, verdict, wait_minutes};
use super::{BY_BEGINNING, is_of_a_person};
use crate::metrics;
use crate::services::queries::Cancel;
use crate::services::{SECOND, Shared, log_failure, to_json};

/// How often the store hears that a run lives.
const BEAT: Duration = Duration::from_secs(1);

/// How long the store may be away before what has to be read or written there is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Tries again for a while: what was read for an hour is not given up because the metadata was away for a moment.
pub(super) async fn patiently<T, F>(what: &str, mut ask: impl FnMut() -> F) -> store::Result<T>
where
    F: Future<Output = store::Result<T>>,
{
    let until = Instant::now() + PATIENCE;
    loop {
        match ask().await {
            Err(error) if Instant::now() < until => {
                log_failure(what, &error);
                tokio::time::sleep(BEAT).await;
            }
            answer => return answer,
        }
    }
}

/// Why a run ends that nobody cancelled.
#[derive(Default)]
struct Fate {
    /// Another server has it by now.
    is_overtaken: AtomicBool,
    /// The store has not heard from it for so long that another server may have it soon.
    is_apart: AtomicBool,
}

/// A run that was claimed.
pub(super) struct Work {
    pub shared: Arc<Shared>,
    pub due: DueRow,
    pub run_id: String,
    pub fence: i64,
    /// Of the way in that it signs in by.
    pub version: i64,
    pub at_source: AtSource,
    pub cancel: Cancel,
    /// True once this server stops.
    pub end: watch::Receiver<bool>,
}

/// However it ends.
impl Drop for Work {
    fn drop(&mut self) {
        self.shared.live.leave(&self.run_id);
    }
}

impl Work {
    fn run_ref(&self) -> RunRef<'_> {
        RunRef { dataset_id: &self.due.dataset_id, run_id: &self.run_id, fence: self.fence }
    }

    /// For whoever follows a run in the log.
    pub(super) fn reached(&self, point: &str) {
        tracing::trace!("run {}: {point}", self.run_id);
    }

    pub async fn run(self: Arc<Self>) {
        self.reached("claimed");
        let started = Instant::now();
        let drained = Arc::new(OnceLock::new());
        let fate = Arc::new(Fate::default());
        // In a task of its own, which ends with this one: nothing that reading waits for may keep it from beating.
        let mut beating = JoinSet::new();
        beating.spawn(Arc::clone(&self).beat(Arc::clone(&drained), Arc::clone(&fate)));
        let read = self.read(&drained).await;
        beating.shutdown().await;
        let outcome = match read {
            Ok(snapshot) => self.switch(snapshot, self.cost(started.elapsed(), drained.get())).await,
            Err(Finding::Cancelled { .. }) if fate.is_apart.load(Ordering::Relaxed) => Err(Finding::RunLost),
            Err(finding) => Err(finding),
        };
        let finding = outcome.as_ref().err();
        let took = started.elapsed();
        let rows = drained.get().map_or(0, |drained: &Arc<Drained>| drained.rows());
        tracing::info!(
            run.id = self.run_id,
            dataset.id = self.due.dataset_id,
            duration_ms = took.as_millis() as u64,
            rows,
            finding = finding.map_or("", Finding::code),
            "refresh ended"
        );
        metrics::refresh_ended(finding.map_or("", Finding::code), took);
        if let Some(finding) = finding
            && !fate.is_overtaken.load(Ordering::Relaxed)
        {
            self.fail(finding, self.cost(took, drained.get())).await;
        }
        self.reached("ended");
        // The next one may have waited for this one's place.
        self.shared.nudge.notify_one();
    }

    /// Says that it lives, hears whether somebody wants its end, and asks for it where the run is not its own any more, or
    /// will not be for long: a server that cannot say that its run lives would soon read beside the one that took it over.
    async fn beat(self: Arc<Self>, drained: Arc<OnceLock<Arc<Drained>>>, fate: Arc<Fate>) {
        let mut end = self.end.clone();
        let lease = self.shared.refresh_limits.lease;
        let mut heard = Instant::now();
        loop {
            // This server stops: the statement ends at the source too.
            let is_end = tokio::time::timeout(BEAT, async { end.wait_for(|end| *end).await.is_ok() }).await;
            if is_end == Ok(true) {
                self.cancel.ask();
                tokio::time::sleep(BEAT).await;
            }
            let (rows, bytes) = drained.get().map_or((0, 0), |drained| (drained.rows() as i64, drained.bytes() as i64));
            let beat = tokio::time::timeout(lease / 3, self.shared.store.refresh_beat(self.run_ref(), rows, bytes));
            let beat = beat.await;
            let failure: &dyn std::error::Error = match &beat {
                Ok(Ok(Some(state))) => {
                    heard = Instant::now();
                    if state == "cancelling" {
                        self.cancel.ask();
                    }
                    continue;
                }
                Ok(Ok(None)) => {
                    fate.is_overtaken.store(true, Ordering::Relaxed);
                    self.cancel.ask();
                    continue;
                }
                Ok(Err(error)) => error,
                Err(elapsed) => elapsed,
            };
            log_failure("a refresh could not say that it lives", failure);
            // In the embedded store nobody else could take it over.
            if heard.elapsed() >= lease * 2 / 3 && !self.shared.store.is_embedded() {
                fate.is_apart.store(true, Ordering::Relaxed);
                self.cancel.ask();
            }
        }
    }

    /// From here on the new snapshot is served, or it is removed.
    async fn switch(&self, snapshot: SnapshotRow, cost: RunCost) -> Result<(), Finding> {
        self.reached("before the switch");
        let switch = || self.shared.store.refresh_done(self.run_ref(), &snapshot, cost, self.shared.clock.now());
        let switched = patiently("a snapshot could not be switched to yet", switch).await;
        self.reached("after the switch");
        // An answer may be lost while what it answered was done: only what is surely not served is removed.
        let is_known = async || self.shared.store.snapshot_is_known(&snapshot.object_key).await;
        match switched {
            Ok(true) => Ok(()),
            Ok(false) => match is_known().await {
                Ok(true) => Ok(()),
                Ok(false) => {
                    if let Err(error) = self.shared.snapshots.remove(&snapshot.object_key).await {
                        log_failure("a snapshot that is not served could not be removed", &error);
                    }
                    Err(Finding::RefreshOvertaken)
                }
                Err(_) => Err(Finding::RefreshOvertaken),
            },
            Err(error) => {
                let reference = log_failure("a snapshot could not be switched to", &error);
                Err(Finding::Internal { reference })
            }
        }
    }

    fn cost(&self, took: Duration, drained: Option<&Arc<Drained>>) -> RunCost {
        RunCost {
            duration_us: took.as_micros() as i64,
            source_us: self.at_source.took().map(|took| took.as_micros() as i64),
            rows: drained.map_or(0, |drained| drained.rows() as i64),
            bytes: drained.map_or(0, |drained| drained.bytes() as i64),
        }
    }

    async fn fail(&self, finding: &Finding, cost: RunCost) {
        let now = self.shared.clock.now();
        let is_cancelled = matches!(finding, Finding::Cancelled { .. });
        // Nobody wanted its end but this server.
        let is_end = (is_cancelled && *self.end.borrow()) || *finding == Finding::RunLost;
        let verdict = verdict(finding);
        let failures = match self.shared.store.refresh_fetch(&self.due.team_id, &self.due.dataset_id).await {
            Ok(row) => row.map_or(0, |row| row.failures),
            Err(_) => 0,
        };
        // To be turned away counts as none, and is soon over.
        let failed = if verdict == Verdict::Crowded { 0 } else { u32::try_from(failures).unwrap_or(0) + 1 };
        let wait = i64::from(wait_minutes(failed)) * 60 * SECOND;
        let retry_at = match verdict {
            // Whoever comes next begins at once.
            _ if is_end || *finding == Finding::RefreshOvertaken => Some(now),
            Verdict::Passing | Verdict::Crowded => Some(now + wait),
            // As soon as there is another way in, or this one is open again.
            Verdict::Credential => Some(now),
            Verdict::Standing | Verdict::Rest => None,
        };
        // Where nothing runs by itself, a person that asked sees what came of it. Whoever else asks does so once: that is
        // tried again, also where a person came between.
        let schedule: Schedule = serde_json::from_str(&self.due.schedule).unwrap_or_default();
        let asked_by = self.due.asked_by.as_str();
        let comes_again = schedule.minutes().is_some() || !is_of_a_person(asked_by) || self.due.next_at.is_some();
        let retry_at = retry_at.filter(|_| comes_again || is_end);
        // What a refused password kept from beginning is a first run still.
        let is_kept = is_end || (verdict == Verdict::Credential && asked_by == BY_BEGINNING);
        let is_unfinished =
            is_end || *finding == Finding::RefreshOvertaken || !matches!(verdict, Verdict::Standing | Verdict::Rest);
        // A source that is full, or shows no read-only transaction, says so to whoever it knows.
        let is_let_in =
            cost.source_us.is_some() || verdict == Verdict::Crowded || *finding == Finding::ReadOnlyNotProven;
        let finding = if is_end { &Finding::RunLost } else { finding };
        let end = RefreshEnd {
            state: match () {
                () if is_end => "lost",
                () if is_cancelled => "cancelled",
                () => "failed",
            },
            cost,
            finding: &to_json(finding),
            is_let_in,
            is_failure: !is_end && matches!(verdict, Verdict::Passing | Verdict::Standing),
            refused_version: (verdict == Verdict::Credential).then_some(self.version),
            retry_at,
            asked_by: if is_kept { asked_by } else { "" },
            is_unfinished,
            now,
        };
        let kept = patiently("how a refresh failed could not be kept yet", || {
            self.shared.store.refresh_fail(self.run_ref(), end)
        })
        .await;
        if let Err(error) = kept {
            log_failure("how a refresh failed could not be kept", &error);
        }
    }
}
