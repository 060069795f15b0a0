//! Where a file's rows come from.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use cache::Question;
use contract::fault::Fault;
use contract::finding::Finding;
use redshift::deadlines::milliseconds;
use redshift::text::{TextBatch, TextLimits};
use store::{QueryEnd, QueryRow, ServedRow};
use tokio::sync::{Semaphore, mpsc};

use super::super::encode::Notes;
use super::super::findings::gib;
use super::super::queries::{self, Enough, Job, perform};
use super::super::{Shared, log_failure, now, store_fault, to_json};
use super::notes::told;
use super::pieces::{Making, Outlet, Unfinished};
use super::{LEASE, RENEW};

/// Pages that are read from the store at once.
const PAGES: i64 = 4;

/// Files of kept results that are made at once in this process: a Parquet file holds a row group of some ten megabytes.
/// Those from a cluster are as many as there are turns.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// From the cluster, as the rows arrive. The file is finished only where all of them did.
pub(super) async fn from_cluster(shared: Arc<Shared>, job: Job, making: Making) {
    let (out, id, deadline) = (making.out(), job.row.id.clone(), job.deadline);
    let (made, asked) = (Mutex::new(None), OnceLock::new());
    let ended = perform(&shared, job, |batches| async {
        asked.get_or_init(Instant::now);
        let taken = making.take(batches).await?;
        let is_full = taken.as_ref().is_some_and(|(_, is_full)| *is_full);
        *made.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = taken;
        Ok(Enough(is_full))
    });
    let ended = ended.await;
    let made = made.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if ended.outcome.is_ok() {
        let began = Instant::now();
        // What is left of the statement's time.
        let left = deadline.saturating_sub(asked.get().map(Instant::elapsed).unwrap_or_default());
        let finished = match made {
            Some((making, _)) => in_time(&shared, left, making.finish()).await,
            None => Err(Unfinished::Left),
        };
        match finished {
            Ok(notes) => {
                write_down(&shared, &id, &told(&notes)).await;
                return hand_over(&shared, &id, &out, ended.took + began.elapsed()).await;
            }
            Err(unfinished) => spoil(&shared, &id, &unfinished.finding(ended.took + began.elapsed())).await,
        }
    }
    out.cut_off().await;
}

/// Tells the reader that the file is whole. One who does not hear that has none.
async fn hand_over(shared: &Shared, id: &str, out: &Outlet, took: Duration) {
    let began = Instant::now();
    if !out.end().await {
        spoil(shared, id, &Unfinished::Left.finding(took + began.elapsed())).await;
        out.cut_off().await;
    }
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
    let (send, batches) = mpsc::channel(1);
    let feed = async {
        let fed = feed(&shared, &row, &send).await;
        drop(send);
        fed.map_err(|fault| match fault {
            Fault::RowsGone => Finding::RowsReplaced,
            fault => Finding::Internal { reference: log_failure("the rows of a file could not be read", &fault) },
        })
    };
    make(&shared, &export, feed, batches, making).await;
}

/// From a snapshot. `export` is the row that tells of the file.
pub(super) async fn from_snapshot(
    shared: Arc<Shared>,
    snapshot: ServedRow,
    sql: String,
    export: QueryRow,
    making: Making,
) {
    let (send, batches) = mpsc::channel(1);
    let feed = async {
        // On one core: as the file has them, or else sorted at once. Several would each sort a part, and then need memory
        // for putting the parts together that no disk can stand in for.
        let question = Question { sql: &sql, values: &[], is_in_order: true };
        let bytes = shared.export_limits.bytes;
        let all = TextLimits { rows: u64::MAX, bytes };
        match queries::from_snapshot(&shared, &snapshot, question, send, all).await {
            Ok(read) if read.cut.is_some() => Err(Finding::FileTooLarge { gib: gib(bytes) }),
            Ok(_) => Ok(()),
            Err(finding) => Err(finding),
        }
    };
    make(&shared, &export, feed, batches, making).await;
}

/// Makes a file of what is fed. Its row says meanwhile that it is being made; the snapshot that it is made of stays so
/// long.
async fn make(
    shared: &Shared,
    export: &QueryRow,
    feed: impl Future<Output = Result<(), Finding>>,
    batches: mpsc::Receiver<TextBatch>,
    making: Making,
) {
    let out = making.out();
    let started = OnceLock::new();
    let make = async {
        let _turn = AT_ONCE.acquire().await;
        started.get_or_init(Instant::now);
        let whole = async {
            match tokio::join!(feed, making.take(batches)) {
                (Ok(()), Ok(Some((making, _)))) => making.finish().await,
                (_, Err(finding)) | (Err(finding), _) => Err(Unfinished::Failed(finding)),
                (Ok(()), Ok(None)) => Err(Unfinished::Left),
            }
        };
        let limit = Duration::from_secs(u64::from(shared.export_limits.seconds));
        in_time(shared, limit, whole).await
    };
    let cancelled = async {
        loop {
            tokio::time::sleep(RENEW).await;
            match shared.store.query_renew(export.run(), now() + LEASE, 0, 0).await {
                Ok(Some(heard)) if heard.state == "cancelling" => return,
                Ok(_) => {}
                Err(error) => {
                    log_failure("that a file is being made could not be kept", &error);
                }
            }
        }
    };
    let took = || started.get().map(Instant::elapsed).unwrap_or_default();
    let made = tokio::select! {
        made = make => made,
        () = cancelled => Err(Unfinished::Failed(cancelled_by(shared, export, took()).await)),
    };
    let took = took();
    match finish(shared, export, took, &made).await {
        true => hand_over(shared, &export.id, &out, took).await,
        false => out.cut_off().await,
    }
}

/// No longer than what is left of the time that an export may take, also for somebody who takes the file slowly.
async fn in_time(
    shared: &Shared,
    left: Duration,
    file: impl Future<Output = Result<Notes, Unfinished>>,
) -> Result<Notes, Unfinished> {
    let too_slow = || Err(Unfinished::Failed(Finding::FileTooSlow { seconds: shared.export_limits.seconds }));
    tokio::time::timeout(left, file).await.unwrap_or_else(|_| too_slow())
}

async fn cancelled_by(shared: &Shared, export: &QueryRow, took: Duration) -> Finding {
    queries::named(shared, export, Finding::Cancelled { after_ms: milliseconds(took) }).await
}

/// Writes down how a file came out. True where it is whole, and nobody wanted its end meanwhile, as a change of the
/// connection does.
async fn finish(shared: &Shared, export: &QueryRow, took: Duration, made: &Result<Notes, Unfinished>) -> bool {
    let notices = made.as_ref().map(told).unwrap_or_default();
    let end = QueryEnd {
        state: if made.is_ok() { "done" } else { "failed" },
        duration_us: took.as_micros() as i64,
        row_count: made.as_ref().map_or(0, |notes| notes.rows as i64),
        byte_count: 0,
        cut: "",
        finding: &made.as_ref().err().map(|unfinished| to_json(&unfinished.finding(took))).unwrap_or_default(),
        notices: &if notices.is_empty() { String::new() } else { to_json(&notices) },
        kept_read_only: "",
    };
    let finding;
    let finished = match shared.store.query_finish(export.run(), end).await {
        Ok(false) if made.is_ok() => {
            finding = to_json(&cancelled_by(shared, export, took).await);
            let end = QueryEnd { state: "failed", finding: &finding, ..end };
            shared.store.query_finish(export.run(), end).await.map(|_| false)
        }
        finished => finished,
    };
    if let Err(error) = &finished {
        log_failure("how a file came out could not be kept", error);
    }
    made.is_ok() && matches!(finished, Ok(true))
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
