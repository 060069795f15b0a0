//! Where a file's rows come from.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cache::Question;
use contract::fault::Fault;
use contract::finding::Finding;
use redshift::deadlines::milliseconds;
use redshift::text::{TextBatch, TextLimits};
use store::{QueryEnd, QueryRow, Run, ServedRow};
use tokio::sync::{Semaphore, mpsc};

use super::super::encode::Notes;
use super::super::queries::{self, Enough, Job, perform};
use super::super::{Shared, log_failure, now, store_fault, to_json};
use super::notes::told;
use super::pieces::{Making, Piece, Unfinished, cut_off};
use super::{LEASE, RENEW};

/// Pages that are read from the store at once.
const PAGES: i64 = 4;

/// Files of kept results that are made at once in this process: a Parquet file holds a row group of some ten megabytes.
/// Those from a cluster are as many as there are turns.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// From the cluster, as the rows arrive. The file is finished only where all of them did.
pub(super) async fn from_cluster(shared: Arc<Shared>, job: Job, making: Making) {
    let (out, id, started) = (making.out(), job.row.id.clone(), Instant::now());
    let made = Mutex::new(None);
    let ended = perform(&shared, job, |batches| async {
        let taken = making.take(batches).await?;
        let is_full = taken.as_ref().is_some_and(|(_, is_full)| *is_full);
        *made.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = taken;
        Ok(Enough(is_full))
    });
    let ended = ended.await;
    let made = made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let (Ok(()), None, Some((making, _))) = (ended.outcome, ended.cut, made) {
        let left = Finding::Cancelled { after_ms: milliseconds(started.elapsed()) };
        match making.finish().await {
            Ok(notes) => return write_down(&shared, &id, &told(&notes)).await,
            Err(Unfinished::Left) => spoil(&shared, &id, &left).await,
            Err(Unfinished::Failed(finding)) => spoil(&shared, &id, &finding).await,
        }
    }
    cut_off(out).await;
}

/// All rows came, and still there is no file.
async fn spoil(shared: &Shared, id: &str, finding: &Finding) {
    if let Err(error) = shared.store.query_spoil(id, &to_json(finding)).await {
        log_failure("how a file came out could not be kept", &error);
    }
}

async fn write_down(shared: &Shared, id: &str, notes: &[String]) {
    if !notes.is_empty()
        && let Err(error) = shared.store.query_notices(id, &to_json(&notes)).await
    {
        log_failure("what is to be said of a file could not be kept", &error);
    }
}

/// From the pages of a result that is kept whole. `export` is the row that tells of the file.
pub(super) async fn from_store(shared: Arc<Shared>, row: QueryRow, export: QueryRow, making: Making) {
    let out = making.out();
    let make = async {
        let _turn = AT_ONCE.acquire().await;
        let started = Instant::now();
        let (send, batches) = mpsc::channel(1);
        let feed = async {
            let fed = feed(&shared, &row, &send).await;
            drop(send);
            fed
        };
        let both = async { tokio::join!(feed, making.take(batches)) };
        let (fed, made) = match in_time(&shared, both).await {
            Ok(both) => both,
            Err(over) => return end(&shared, &export, started, (Err(Some(over)), Ok(None))).await,
        };
        let fed = fed.map_err(|fault| if fault == Fault::RowsGone { Some(Finding::RowsReplaced) } else { None });
        end(&shared, &export, started, (fed, made)).await
    };
    told_of(&shared, &export, make, out).await;
}

/// From a snapshot. `export` is the row that tells of the file.
pub(super) async fn from_snapshot(
    shared: Arc<Shared>,
    snapshot: ServedRow,
    sql: String,
    export: QueryRow,
    making: Making,
) {
    let out = making.out();
    let make = async {
        let _turn = AT_ONCE.acquire().await;
        let started = Instant::now();
        let (send, batches) = mpsc::channel(1);
        // On one core: as the file has them, or else sorted at once. Several would each sort a part, and then need memory
        // for putting the parts together that no disk can stand in for.
        let question = Question { sql: &sql, values: &[], is_in_order: true };
        let all = TextLimits { rows: u64::MAX, bytes: shared.export_limits.bytes };
        let feed = queries::from_snapshot(&shared, &snapshot, question, send, all);
        let both = async { tokio::join!(feed, making.take(batches)) };
        let (fed, made) = match in_time(&shared, both).await {
            Ok(both) => both,
            Err(over) => return end(&shared, &export, started, (Err(Some(over)), Ok(None))).await,
        };
        let read = fed.as_ref().copied().unwrap_or_default();
        if read.cut.is_some() {
            let duration_us = started.elapsed().as_micros() as i64;
            let (row_count, byte_count) = (read.rows as i64, read.bytes as i64);
            finish(&shared, export.run(), QueryEnd { duration_us, row_count, byte_count, cut: "bytes", ..END }).await;
            return false;
        }
        end(&shared, &export, started, (fed.map(|_| ()).map_err(Some), made)).await
    };
    told_of(&shared, &export, make, out).await;
}

/// No longer than an export may take, also for somebody who takes the file slowly.
async fn in_time<T>(shared: &Shared, both: impl Future<Output = T>) -> Result<T, Finding> {
    let seconds = shared.export_limits.seconds;
    let in_time = tokio::time::timeout(Duration::from_secs(u64::from(seconds)), both);
    in_time.await.map_err(|_| Finding::OverOurLimit { seconds })
}

/// Makes a file, whose row says meanwhile that it is being made; the snapshot that it is made of stays so long.
async fn told_of(shared: &Shared, export: &QueryRow, make: impl Future<Output = bool>, out: mpsc::Sender<Piece>) {
    let renew = async {
        loop {
            tokio::time::sleep(RENEW).await;
            if let Err(error) = shared.store.query_renew(export.run(), now() + LEASE, 0, 0).await {
                log_failure("that a file is being made could not be kept", &error);
            }
        }
    };
    let is_whole = tokio::select! {
        is_whole = make => is_whole,
        never = renew => never,
    };
    if !is_whole {
        cut_off(out).await;
    }
}

/// Whether all rows came; why not, where there is more to say than that nobody reads any more.
type Fed = Result<(), Option<Finding>>;

/// Finishes the file where all of it came, and writes down how it went. False where there is no whole file.
async fn end(
    shared: &Shared,
    export: &QueryRow,
    started: Instant,
    (fed, made): (Fed, Result<Option<(Making, bool)>, Finding>),
) -> bool {
    let unfinished = match (fed, made) {
        (Ok(()), Ok(Some((making, _)))) => match making.finish().await {
            Ok(notes) => {
                written(shared, export.run(), started, &notes).await;
                return true;
            }
            Err(unfinished) => unfinished,
        },
        (_, Err(finding)) | (Err(Some(finding)), _) => Unfinished::Failed(finding),
        _ => Unfinished::Left,
    };
    let duration_us = started.elapsed().as_micros() as i64;
    let end = match &unfinished {
        Unfinished::Left => {
            let left = Finding::Cancelled { after_ms: milliseconds(started.elapsed()) };
            QueryEnd { state: "failed", finding: &to_json(&left), duration_us, ..END }
        }
        Unfinished::Failed(finding) => QueryEnd { state: "failed", finding: &to_json(finding), duration_us, ..END },
    };
    finish(shared, export.run(), end).await;
    false
}

async fn written(shared: &Shared, run: Run<'_>, started: Instant, notes: &Notes) {
    let notices = told(notes);
    let end = QueryEnd {
        duration_us: started.elapsed().as_micros() as i64,
        row_count: notes.rows as i64,
        notices: &if notices.is_empty() { String::new() } else { to_json(&notices) },
        ..END
    };
    finish(shared, run, end).await;
}

const END: QueryEnd<'static> = QueryEnd {
    state: "done",
    duration_us: 0,
    row_count: 0,
    byte_count: 0,
    cut: "",
    finding: "",
    notices: "",
    kept_read_only: "",
};

async fn finish(shared: &Shared, run: Run<'_>, end: QueryEnd<'_>) {
    if let Err(error) = shared.store.query_finish(run, end).await {
        log_failure("how a file came out could not be kept", &error);
    }
}

/// All pages in order, none missing.
async fn feed(shared: &Shared, row: &QueryRow, out: &mpsc::Sender<TextBatch>) -> Result<(), Fault> {
    let shapes = queries::shapes(&row.result_columns).ok_or(Fault::RowsGone)?;
    let columns = Arc::from(shapes);
    let mut next = 0;
    // Without a row the file still has its columns.
    if row.row_count == 0 {
        let _ = out.send(TextBatch::new(Arc::clone(&columns))).await;
    }
    while next < row.row_count {
        let pages = shared.store.result_pages(row.run(), next, i64::MAX, PAGES).await.map_err(store_fault)?;
        if pages.first().is_none_or(|page| page.first_row != next) {
            return Err(Fault::RowsGone);
        }
        for page in pages {
            let mut batch = TextBatch::new(Arc::clone(&columns));
            for cells in queries::open_page(shared, row, &page)? {
                for cell in cells {
                    batch.push(cell.as_deref().map(str::as_bytes));
                }
            }
            next += page.row_count;
            // Nobody reads any more, or the file is full.
            if out.send(batch).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}
