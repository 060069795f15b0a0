//! Answers from snapshots: without the source, and kept like any other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cache::{Question as ToSnapshot, ReadError};
use contract::fault::Fault;
use contract::finding::Finding;
use contract::ports;
use contract::query::QueryState;
use contract::team::Actor;
use redshift::arrow::{print, shapes};
use redshift::deadlines::milliseconds;
use redshift::rows::Cut;
use redshift::stream::RowShape;
use redshift::text::{TextBatch, TextLimits};
use store::{DatasetRow, QueryEnd, QueryRow};
use tokio::sync::{Semaphore, mpsc};

use super::super::checks::code;
use super::super::{SECOND, Shared, log_failure, store_fault, to_json};
use super::statement::{Kept, Question};
use super::{Asked, begin, pages};
use crate::metrics;

/// Questions at once in this process: they share the memory, and the cores.
static AT_ONCE: Semaphore = Semaphore::const_new(8);

/// A page waits for its answer this long; most come before, and need no second look.
const PATIENCE: Duration = Duration::from_millis(400);

/// Asks the snapshot. The answer may still be on its way when this returns.
pub(super) async fn start(
    shared: &Arc<Shared>,
    actor: &Actor,
    dataset: &DatasetRow,
    asked: &Question,
    kept: Kept,
) -> ports::Answer<QueryRow> {
    let new = Asked { dataset_id: Some(&dataset.id), purpose: asked.purpose, statement: &asked.shown, typed: "" };
    let seconds = i64::from(shared.query_limits.seconds);
    // Without a turn it is not in the queue: it asks nothing of the source.
    let mut row = begin::row(actor, &dataset.connection_id, new, &QueryState::Running, (seconds + 10) * SECOND);
    row.snapshot_id.clone_from(&kept.snapshot.id);
    row.taken_at = kept.snapshot.taken_at;
    shared.store.query_insert(&row).await.map_err(store_fault)?;
    let (own, query) = (Arc::clone(shared), row.clone());
    let limits = TextLimits { rows: asked.rows, bytes: shared.query_limits.bytes };
    let work = tokio::spawn(async move { run(&own, &query, &kept, limits).await });
    let _ = tokio::time::timeout(PATIENCE, work).await;
    super::query(shared, actor, &row.id).await
}

async fn run(shared: &Shared, row: &QueryRow, kept: &Kept, limits: TextLimits) {
    let started = Instant::now();
    let cancel = shared.live.enter(&row.id);
    let deadline = Duration::from_secs(u64::from(shared.query_limits.seconds));
    let (send, batches) = mpsc::channel(2);
    let read = read(shared, kept, send, limits);
    let work = async { tokio::join!(read, pages::keep(shared, row, batches)) };
    let outcome = tokio::select! {
        (read, kept) = work => match read {
            Ok(read) if kept < read.rows => {
                let reference = log_failure("an answer could not be kept", &NotKept);
                Err(Finding::Internal { reference })
            }
            read => read,
        },
        () = cancel.asked() => Err(Finding::Cancelled { after_ms: milliseconds(started.elapsed()) }),
        () = tokio::time::sleep(deadline) => Err(Finding::OverOurLimit { seconds: shared.query_limits.seconds }),
    };
    shared.live.leave(&row.id);
    let took = started.elapsed();
    let finding = outcome.as_ref().err();
    metrics::snapshot_asked(finding.map_or("", Finding::code), took);
    if finding == Some(&Finding::SnapshotGone) {
        make_anew(shared, &kept.snapshot.id).await;
    }
    let read = outcome.as_ref().ok().copied().unwrap_or_default();
    let end = QueryEnd {
        state: &code(if finding.is_some() { &QueryState::Failed } else { &QueryState::Done }),
        duration_us: took.as_micros() as i64,
        row_count: read.rows as i64,
        byte_count: read.bytes as i64,
        cut: read.cut.map_or("", |cut| if cut == Cut::Rows { "rows" } else { "bytes" }),
        finding: &finding.map(to_json).unwrap_or_default(),
        notices: "",
        kept_read_only: "",
    };
    match shared.store.query_finish(row.run(), end).await {
        Ok(true) => {}
        // Somebody asked for its end when it had come already: then it was cancelled.
        Ok(false) => {
            let finding = to_json(&Finding::Cancelled { after_ms: milliseconds(took) });
            let end = QueryEnd { state: &code(&QueryState::Failed), finding: &finding, cut: "", ..end };
            if let Err(error) = shared.store.query_finish(row.run(), end).await {
                log_failure("a query's end could not be kept", &error);
            }
        }
        Err(error) => {
            log_failure("a query's end could not be kept", &error);
        }
    }
}

/// What is there no more comes back with another run.
async fn make_anew(shared: &Shared, snapshot_id: &str) {
    match shared.store.snapshot_missing(snapshot_id, shared.clock.now()).await {
        Ok(_) => shared.nudge.notify_one(),
        Err(error) => {
            log_failure("a run in place of a missing snapshot could not be asked for", &error);
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Read {
    pub rows: u64,
    pub bytes: u64,
    pub cut: Option<Cut>,
}

/// Sends what the snapshot answers, up to so many rows and bytes.
async fn read(shared: &Shared, kept: &Kept, out: mpsc::Sender<TextBatch>, limits: TextLimits) -> Result<Read, Finding> {
    let _turn = AT_ONCE.acquire().await;
    let question = ToSnapshot { sql: &kept.sql, values: &kept.values, is_in_order: kept.is_in_order };
    from_snapshot(shared, &kept.snapshot, question, out, limits).await
}

/// The same for whoever takes the rows elsewhere.
pub(crate) async fn from_snapshot(
    shared: &Shared,
    snapshot: &store::ServedRow,
    question: ToSnapshot<'_>,
    out: mpsc::Sender<TextBatch>,
    limits: TextLimits,
) -> Result<Read, Finding> {
    let explain = |error: &ReadError| explain(shared, error);
    let mut rows = shared.reader.ask(&snapshot.object_key, question).await.map_err(|error| explain(&error))?;
    let columns = answer_columns(&shapes(&rows.schema), &snapshot.columns);
    let mut read = Read::default();
    let mut is_first = true;
    while let Some(batch) = rows.next().await {
        let batch = batch.map_err(|error| explain(&error))?;
        let room = usize::try_from(limits.rows - read.rows).unwrap_or(usize::MAX);
        if batch.num_rows() > room {
            read.cut = Some(Cut::Rows);
        }
        let batch = batch.slice(0, batch.num_rows().min(room));
        let unfit = || Finding::Internal { reference: log_failure("an answer could not be written", &NotText) };
        let mut text = print(&batch, &columns).ok_or_else(unfit)?;
        if text.size() as u64 > limits.bytes - read.bytes {
            let fitting = fitting(&text, limits.bytes - read.bytes);
            text = print(&batch.slice(0, fitting), &columns).ok_or_else(unfit)?;
            read.cut = Some(Cut::Bytes);
        }
        read.rows += text.rows() as u64;
        read.bytes += text.size() as u64;
        if (text.rows() == 0 && !is_first) || out.send(text).await.is_err() || read.cut == Some(Cut::Bytes) {
            break;
        }
        is_first = false;
    }
    // Without a row it still has its columns.
    if is_first {
        let _ = out.send(TextBatch::new(columns)).await;
    }
    Ok(read)
}

/// How many rows are within so many bytes.
fn fitting(text: &TextBatch, room: u64) -> usize {
    let size =
        |row| (0..text.columns().len()).filter_map(|column| text.cell(row, column)).map(<[u8]>::len).sum::<usize>();
    let mut sum = 0;
    let is_within = |row: &usize| {
        sum += size(*row) as u64;
        sum <= room
    };
    (0..text.rows()).take_while(is_within).count()
}

/// Rows of the table itself have the columns that the source told; other answers have those that DataFusion tells.
fn answer_columns(told: &[RowShape], kept: &str) -> Arc<[RowShape]> {
    let kept = super::shapes(kept).unwrap_or_default();
    let is_table = kept.len() == told.len() && kept.iter().zip(told).all(|(kept, told)| kept.name == told.name);
    if is_table { kept.into() } else { told.into() }
}

fn explain(shared: &Shared, error: &ReadError) -> Finding {
    if error.is_memory() {
        let mib = u32::try_from(shared.refresh_limits.memory / (1024 * 1024)).unwrap_or(u32::MAX);
        return Finding::NotEnoughMemory { mib };
    }
    let reference = log_failure("a snapshot could not be asked", error);
    match () {
        () if error.is_overflow() => Finding::NumberTooLarge,
        () if error.is_missing() => Finding::SnapshotGone,
        () if error.is_of_objects() => Finding::SnapshotUnread { reference },
        () => Finding::Internal { reference },
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the store did not take all of its rows")]
struct NotKept;

#[derive(Debug, thiserror::Error)]
#[error("a type that has no text")]
struct NotText;

/// What is served of a dataset.
pub(super) async fn served(
    shared: &Shared,
    dataset: &DatasetRow,
    team_id: &str,
) -> Result<Option<store::ServedRow>, Fault> {
    shared.store.snapshot_served(team_id, &dataset.id).await.map_err(store_fault)
}
