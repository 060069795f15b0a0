//! One run: read from the source, written aside, checked, switched in the transaction that records it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use cache::{SnapshotError, Upload, Written};
use contract::finding::{Finding, Phase};
use contract::query::Column;
use contract::refresh::{Drift, Schedule};
use redshift::Error;
use redshift::arrow::{BatchSink, DrainLimits, Drained};
use redshift::deadlines::milliseconds;
use redshift::stream::WireFault;
use store::{ConnectionRow, DatasetRow, DueRow, RefreshEnd, RunRef, SnapshotRow};
use tokio::sync::{mpsc, watch};

use super::open::open;
use super::verdict::{Verdict, verdict, wait_minutes};
use crate::metrics;
use crate::services::findings::finding;
use crate::services::queries::{self, Cancel};
use crate::services::{SECOND, Shared, log_failure, to_json};

/// How often the store hears that a run lives.
const BEAT: Duration = Duration::from_secs(1);

/// Batches under way between the source and the file.
const WAITING: usize = 2;

/// A run that was claimed.
pub(super) struct Work {
    pub shared: Arc<Shared>,
    pub due: DueRow,
    pub run_id: String,
    pub fence: i64,
    pub cancel: Cancel,
    /// True once this server stops.
    pub end: watch::Receiver<bool>,
}

/// What was read, and is in the store of objects.
struct Read {
    snapshot: SnapshotRow,
    bytes: i64,
}

impl Work {
    fn run_ref(&self) -> RunRef<'_> {
        RunRef { dataset_id: &self.due.dataset_id, run_id: &self.run_id, fence: self.fence }
    }

    /// For whoever follows a run in the log.
    fn reached(&self, point: &str) {
        tracing::trace!("run {}: {point}", self.run_id);
    }

    pub async fn run(self) {
        self.reached("claimed");
        let started = Instant::now();
        let drained = std::sync::OnceLock::new();
        let is_lost = AtomicBool::new(false);
        let read = tokio::select! {
            read = self.read(&drained) => read,
            never = self.beat(&drained, &is_lost) => never,
        };
        let outcome = match read {
            Ok(read) => self.switch(read, started).await,
            Err(finding) => Err(finding),
        };
        self.shared.live.leave(&self.run_id);
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
            && !is_lost.load(Ordering::Relaxed)
        {
            self.fail(finding, took, drained.get()).await;
        }
        self.reached("ended");
        // The next one may have waited for this one's place.
        self.shared.nudge.notify_one();
    }

    /// Says that it lives, hears whether somebody wants its end, and asks for it where the run is not its own any more.
    async fn beat<T>(&self, drained: &std::sync::OnceLock<Arc<Drained>>, is_lost: &AtomicBool) -> T {
        let mut end = self.end.clone();
        loop {
            // This server stops: the statement ends at the source too.
            let is_end = tokio::time::timeout(BEAT, async { end.wait_for(|end| *end).await.is_ok() }).await;
            if is_end == Ok(true) {
                self.cancel.ask();
                tokio::time::sleep(BEAT).await;
            }
            let (rows, bytes) = drained.get().map_or((0, 0), |drained| (drained.rows() as i64, drained.bytes() as i64));
            match self.shared.store.refresh_beat(self.run_ref(), rows, bytes).await {
                Ok(Some(state)) if state == "cancelling" => self.cancel.ask(),
                Ok(Some(_)) => {}
                Ok(None) => {
                    is_lost.store(true, Ordering::Relaxed);
                    self.cancel.ask();
                }
                Err(error) => {
                    log_failure("a refresh could not say that it lives", &error);
                }
            }
        }
    }

    async fn read(&self, drained: &std::sync::OnceLock<Arc<Drained>>) -> Result<Read, Finding> {
        let (dataset, connection) = self.rows().await?;
        let started = Instant::now();
        let (mut session, target) = tokio::select! {
            opened = open(&self.shared, &connection, &self.due.set_by) => opened?,
            () = self.cancel.asked() => return Err(Finding::Cancelled { after_ms: milliseconds(started.elapsed()) }),
        };
        self.reached("connected");
        session.attribute(&format!("flitch:refresh run={} team={}", self.run_id, self.due.team_id));
        let sql = redshift::sql::select_all(&dataset.schema_name, &dataset.name)
            .ok_or(Finding::TableGone { schema: dataset.schema_name.clone(), table: dataset.name.clone() })?;
        let statement = format!("/* flitch refresh {} */ {sql}", self.run_id);
        let limits = self.shared.refresh_limits;
        let (sink, batches) = BatchSink::new(DrainLimits { rows: u64::MAX, bytes: limits.bytes }, WAITING);
        let progress = drained.get_or_init(|| sink.drained());
        let taken_at = self.shared.clock.now();
        let deadline = Duration::from_secs(u64::from(limits.seconds));
        let canceller = session.canceller();
        let key = format!("{}/{}/{}.parquet", self.due.team_id, self.due.dataset_id, self.run_id);
        let drain = session.drain(&statement, Box::new(sink), deadline);
        let write = self.write(&key, batches, progress, &dataset);
        let (drained, written) = tokio::select! {
            both = async { tokio::join!(drain, write) } => both,
            never = queries::heed(&self.shared, &self.cancel, canceller) => never,
        };
        session.close().await;
        self.reached("read");
        // What the writer could not do goes first: the read ended because of it.
        let upload = written.map_err(|error| snapshot_finding(&error))?;
        if let Err(error) = drained {
            give_up(upload).await;
            return Err(match &error {
                Error::Wire { fault: WireFault::OverLimit, .. } => {
                    Finding::TooMuchToRefresh { gib: u32::try_from(limits.bytes >> 30).unwrap_or(u32::MAX) }
                }
                _ => match finding(&error, &target, Some((&dataset.schema_name, &dataset.name))) {
                    Finding::TimedOut { phase: Phase::Statement, .. } => {
                        Finding::OverOurLimit { seconds: limits.seconds }
                    }
                    finding => finding,
                },
            });
        }
        let columns = progress.columns().ok_or(Finding::ConnectionLost { phase: Phase::Statement })?;
        let upload = match upload {
            Some(upload) => upload,
            // Not a row, and still its columns.
            None => self
                .shared
                .snapshots
                .begin(&key, redshift::arrow::schema(&columns))
                .await
                .map_err(|error| snapshot_finding(&error))?,
        };
        let written = self.finish(&key, upload).await.map_err(|error| snapshot_finding(&error))?;
        self.reached("written");
        let known = queries::columns(&columns);
        let snapshot = SnapshotRow {
            id: store::new_id(),
            team_id: self.due.team_id.clone(),
            dataset_id: self.due.dataset_id.clone(),
            connection_id: self.due.connection_id.clone(),
            purpose: connection.purpose.clone(),
            object_key: key,
            columns: queries::kept_columns(&columns),
            known_columns: to_json(&known),
            row_count: written.rows as i64,
            byte_count: written.bytes as i64,
            taken_at,
        };
        Ok(Read { snapshot, bytes: progress.bytes() as i64 })
    }

    /// What is to be read, through what.
    async fn rows(&self) -> Result<(DatasetRow, ConnectionRow), Finding> {
        let store = &self.shared.store;
        let failed = |error| Finding::Internal { reference: log_failure("a refresh could not be looked up", &error) };
        let dataset = store.dataset_fetch(&self.due.team_id, &self.due.dataset_id).await.map_err(failed)?;
        let connection = store.connection_fetch(&self.due.team_id, &self.due.set_by, &self.due.connection_id).await;
        match (dataset, connection.map_err(failed)?) {
            (Some(dataset), Some(connection)) => Ok((dataset, connection)),
            _ => Err(Finding::RefreshOvertaken),
        }
    }

    /// Writes what comes, until nothing more does. Dropped in the middle, nobody sees anything of it.
    async fn write(
        &self,
        key: &str,
        mut batches: mpsc::Receiver<RecordBatch>,
        progress: &Drained,
        dataset: &DatasetRow,
    ) -> Result<Option<Upload>, SnapshotError> {
        let mut upload = None;
        while let Some(batch) = batches.recv().await {
            let upload = match &mut upload {
                Some(upload) => upload,
                none => {
                    self.tell_drift(progress, dataset).await;
                    self.reached("first rows");
                    none.insert(self.shared.snapshots.begin(key, batch.schema()).await?)
                }
            };
            upload.write(batch).await?;
        }
        Ok(upload)
    }

    /// How the columns changed is said before anybody sees them.
    async fn tell_drift(&self, progress: &Drained, dataset: &DatasetRow) {
        let Some(columns) = progress.columns() else { return };
        let Ok(before) = serde_json::from_str::<Vec<Column>>(&dataset.known_columns) else { return };
        let pairs = |columns: Vec<Column>| -> Vec<(String, String)> {
            columns.into_iter().map(|column| (column.name, column.type_name)).collect()
        };
        let drift = Drift::between(&pairs(before), &pairs(queries::columns(&columns)));
        if !drift.is_empty()
            && let Err(error) = self.shared.store.refresh_drift(&self.run_id, &to_json(&drift)).await
        {
            log_failure("how columns changed could not be kept", &error);
        }
    }

    async fn finish(&self, key: &str, upload: Upload) -> Result<Written, SnapshotError> {
        let written = upload.finish().await?;
        self.shared.snapshots.check(key, &written).await?;
        Ok(written)
    }

    /// From here on the new snapshot is served, or it is removed.
    async fn switch(&self, read: Read, started: Instant) -> Result<(), Finding> {
        let Read { snapshot, bytes } = read;
        let took = started.elapsed().as_micros() as i64;
        self.reached("before the switch");
        let switched = self.switch_in_store(&snapshot, (took, bytes)).await;
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

    /// Tried again for a while: what was read for an hour is not given up because the metadata was away for a moment.
    async fn switch_in_store(&self, snapshot: &SnapshotRow, spent: (i64, i64)) -> store::Result<bool> {
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            match self.shared.store.refresh_done(self.run_ref(), snapshot, spent, self.shared.clock.now()).await {
                Err(error) if Instant::now() < until => {
                    log_failure("a snapshot could not be switched to yet", &error);
                    tokio::time::sleep(BEAT).await;
                }
                switched => return switched,
            }
        }
    }

    async fn fail(&self, finding: &Finding, took: Duration, drained: Option<&Arc<Drained>>) {
        let now = self.shared.clock.now();
        let is_cancelled = matches!(finding, Finding::Cancelled { .. });
        // Nobody wanted its end but this server.
        let is_end = is_cancelled && *self.end.borrow();
        let verdict = verdict(finding);
        let failures = match self.shared.store.refresh_fetch(&self.due.team_id, &self.due.dataset_id).await {
            Ok(row) => row.map_or(0, |row| row.failures),
            Err(_) => 0,
        };
        let wait = i64::from(wait_minutes(u32::try_from(failures).unwrap_or(0) + 1)) * 60 * SECOND;
        let retry_at = match verdict {
            // Whoever comes next begins at once.
            _ if is_end || *finding == Finding::RefreshOvertaken => Some(now),
            Verdict::Passing => Some(now + wait),
            Verdict::Standing | Verdict::Credential | Verdict::Rest => None,
        };
        // What never runs by itself is not tried again by itself.
        let schedule: Schedule = serde_json::from_str(&self.due.schedule).unwrap_or_default();
        let retry_at = retry_at.filter(|_| schedule.minutes().is_some() || is_end);
        let finding = if is_end { &Finding::RunLost } else { finding };
        let end = RefreshEnd {
            state: match () {
                () if is_end => "lost",
                () if is_cancelled => "cancelled",
                () => "failed",
            },
            duration_us: took.as_micros() as i64,
            rows: drained.map_or(0, |drained| drained.rows() as i64),
            bytes: drained.map_or(0, |drained| drained.bytes() as i64),
            finding: &to_json(finding),
            is_failure: !is_end && matches!(verdict, Verdict::Passing | Verdict::Standing),
            is_credential: verdict == Verdict::Credential,
            retry_at,
            now,
        };
        if let Err(error) = self.shared.store.refresh_fail(self.run_ref(), end).await {
            log_failure("how a refresh failed could not be kept", &error);
        }
    }
}

/// Takes back what was sent to the store of objects.
async fn give_up(upload: Option<Upload>) {
    if let Some(upload) = upload
        && let Err(error) = upload.abort().await
    {
        log_failure("an unfinished snapshot could not be removed", &error);
    }
}

fn snapshot_finding(error: &SnapshotError) -> Finding {
    let reference = log_failure("a snapshot could not be written", error);
    if error.is_full() { Finding::SnapshotsFull } else { Finding::SnapshotsFailed { reference } }
}
