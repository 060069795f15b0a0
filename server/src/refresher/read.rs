//! From the source into an object that nobody sees yet: rows as they arrive, to Arrow, to Parquet, checked.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use cache::{SnapshotError, Upload, Written};
use contract::finding::{Finding, Phase};
use contract::query::Column;
use contract::refresh::Drift;
use redshift::Error;
use redshift::arrow::{BatchSink, DrainLimits, Drained};
use redshift::deadlines::milliseconds;
use redshift::stream::WireFault;
use store::{ConnectionRow, DatasetRow, DueRow, SnapshotRow};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::open::open;
use super::work::{Work, patiently};
use crate::services::findings::{finding, gib};
use crate::services::{log_failure, queries, to_json};

/// Batches under way between the source and the file.
const WAITING: usize = 2;

impl Work {
    /// What is in the store of objects then.
    pub(super) async fn read(self: &Arc<Self>, drained: &OnceLock<Arc<Drained>>) -> Result<SnapshotRow, Finding> {
        let started = Instant::now();
        let (dataset, connection) = tokio::select! {
            rows = self.rows() => rows?,
            () = self.cancel.asked() => return Err(Finding::Cancelled { after_ms: milliseconds(started.elapsed()) }),
        };
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
        let drain = self.at_source.time(session.drain(&statement, Box::new(sink), deadline));
        let write = apart(Arc::clone(self).write(key.clone(), batches, Arc::clone(progress), dataset.clone()));
        let (drained, written) = tokio::select! {
            both = async { tokio::join!(drain, write) } => both,
            () = queries::heed(&self.shared, &self.cancel, canceller) => {
                return Err(Finding::Cancelled { after_ms: milliseconds(started.elapsed()) });
            }
        };
        session.close().await;
        self.reached("read");
        if progress.columns().is_some_and(|columns| columns.is_empty()) {
            give_up(written.unwrap_or_default()).await;
            let (schema, table) = (dataset.schema_name.clone(), dataset.name.clone());
            return Err(Finding::TableBare { schema, table });
        }
        // What the writer could not do goes first: the read ended because of it.
        let upload = written.map_err(|error| snapshot_finding(&error))?;
        if let Err(error) = drained {
            give_up(upload).await;
            return Err(match &error {
                Error::Wire { fault: WireFault::OverLimit, .. } => Finding::TooMuchToRefresh { gib: gib(limits.bytes) },
                Error::Wire { fault: WireFault::BadValue { column }, .. } => {
                    let columns = progress.columns().unwrap_or_default();
                    let column = columns.get(usize::from(*column)).map(|column| column.name.clone());
                    Finding::ValueUnkept { column: column.unwrap_or_default() }
                }
                _ => match finding(&error, &target, Some((&dataset.schema_name, &dataset.name))) {
                    Finding::TimedOut { phase: Phase::Statement, .. } => {
                        Finding::RefreshTooSlow { seconds: limits.seconds }
                    }
                    finding => finding,
                },
            });
        }
        let columns = progress.columns().ok_or(Finding::ConnectionLost { phase: Phase::Statement })?;
        let upload = match upload {
            Some(upload) => upload,
            // Not a row, and still its columns.
            None => {
                self.tell_drift(progress, &dataset).await;
                let upload = self.shared.snapshots.begin(&key, redshift::arrow::schema(&columns)).await;
                upload.map_err(|error| snapshot_finding(&error))?
            }
        };
        let finish = apart(Arc::clone(self).finish(key.clone(), upload));
        let written = tokio::select! {
            written = finish => written.map_err(|error| snapshot_finding(&error))?,
            () = self.cancel.asked() => return Err(Finding::Cancelled { after_ms: milliseconds(started.elapsed()) }),
        };
        self.reached("written");
        let columns_kept = queries::kept_columns(&columns, |at| progress.ends_in_blanks(at));
        let mut known = queries::columns(&columns);
        for (at, column) in known.iter_mut().enumerate() {
            column.ends_in_blanks = progress.ends_in_blanks(at);
        }
        Ok(SnapshotRow {
            id: store::new_id(),
            team_id: self.due.team_id.clone(),
            dataset_id: self.due.dataset_id.clone(),
            connection_id: self.due.connection_id.clone(),
            purpose: connection.purpose.clone(),
            object_key: key,
            columns: columns_kept,
            known_columns: to_json(&known),
            row_count: written.rows as i64,
            byte_count: written.bytes as i64,
            taken_at,
        })
    }

    /// What is to be read, through what.
    async fn rows(&self) -> Result<(DatasetRow, ConnectionRow), Finding> {
        let store = &self.shared.store;
        let failed = |error| Finding::Internal { reference: log_failure("a refresh could not be looked up", &error) };
        let DueRow { team_id, dataset_id, connection_id, set_by, .. } = &self.due;
        let what = "a refresh could not be looked up yet";
        let dataset = patiently(what, || store.dataset_fetch(team_id, dataset_id)).await.map_err(failed)?;
        let connection = patiently(what, || store.connection_fetch(team_id, set_by, connection_id)).await;
        match (dataset, connection.map_err(failed)?) {
            (Some(dataset), Some(connection)) => Ok((dataset, connection)),
            _ => Err(Finding::RefreshOvertaken),
        }
    }

    /// Writes what comes, until nothing more does. Dropped in the middle, nobody sees anything of it.
    async fn write(
        self: Arc<Self>,
        key: String,
        mut batches: mpsc::Receiver<RecordBatch>,
        progress: Arc<Drained>,
        dataset: DatasetRow,
    ) -> Result<Option<Upload>, SnapshotError> {
        let mut upload = None;
        while let Some(batch) = batches.recv().await {
            let upload = match &mut upload {
                Some(upload) => upload,
                none => {
                    self.tell_drift(&progress, &dataset).await;
                    self.reached("first rows");
                    none.insert(self.shared.snapshots.begin(&key, batch.schema()).await?)
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
        if drift.is_empty() {
            return;
        }
        let drift = to_json(&drift);
        let kept = patiently("how columns changed could not be kept yet", || {
            self.shared.store.refresh_drift(&self.run_id, &drift)
        });
        if let Err(error) = kept.await {
            log_failure("how columns changed could not be kept", &error);
        }
    }

    async fn finish(self: Arc<Self>, key: String, upload: Upload) -> Result<Written, SnapshotError> {
        let written = upload.finish().await?;
        self.shared.snapshots.check(&key, &written).await?;
        Ok(written)
    }
}

/// In a task of its own: a write holds its thread while the store of objects has no room for more, and whoever wants the
/// run's end, or has to say that it lives, must not wait for that. Dropped, it ends once the store has answered.
async fn apart<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let mut task = JoinSet::new();
    task.spawn(work);
    match task.join_next().await {
        Some(Ok(done)) => done,
        Some(Err(failed)) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
        // The process ends, and what waits for it with it.
        _ => std::future::pending().await,
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
