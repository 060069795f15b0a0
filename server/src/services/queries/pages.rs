//! A result in the store: pages of JSON, compressed and sealed.

use std::time::{Duration, Instant};

use contract::fault::Fault;
use contract::query::{Column, Row};
use redshift::stream::RowShape;
use redshift::text::TextBatch;
use serde::{Deserialize, Serialize};
use store::{QueryRow, ResultPageRow, StoreError, result_page_id};
use tokio::sync::mpsc;
use vault::Binding;

use super::super::{Shared, internal, log_failure, store_fault, to_json};

pub(crate) const SEALED_FIELD: &str = "result";

const PAGE_ROWS: usize = 500;
const PAGE_BYTES: usize = 512 * 1024;
/// Whoever watches sees rows at least this often, as long as some come.
const PAGE_TIME: Duration = Duration::from_secs(1);

/// A page when opened; more than the largest message a server may send means that it was not written here.
const OPENED: usize = 256 * 1024 * 1024;

/// A column as it is kept: with what tells its type apart.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeptColumn {
    name: String,
    oid: u32,
    modifier: i32,
    /// Of a snapshot.
    #[serde(default)]
    ends_in_blanks: bool,
}

pub(crate) fn kept_columns(columns: &[RowShape], ends_in_blanks: impl Fn(usize) -> bool) -> String {
    let kept = |(at, column): (usize, &RowShape)| KeptColumn {
        name: column.name.clone(),
        oid: column.oid,
        modifier: column.type_modifier,
        ends_in_blanks: ends_in_blanks(at),
    };
    to_json(&columns.iter().enumerate().map(kept).collect::<Vec<_>>())
}

/// The columns of a snapshot, as questions are held against them. `None` where there are none.
pub(super) fn snapshot_columns(kept: &str) -> Option<Vec<Column>> {
    let kept: Vec<KeptColumn> = serde_json::from_str(kept).ok()?;
    let ends: Vec<bool> = kept.iter().map(|column| column.ends_in_blanks).collect();
    let columns = super::columns(&shapes_of(kept)).into_iter().zip(ends);
    Some(columns.map(|(column, ends_in_blanks)| Column { ends_in_blanks, ..column }).collect())
}

/// `None` where there are none.
pub(crate) fn shapes(kept: &str) -> Option<Vec<RowShape>> {
    serde_json::from_str(kept).ok().map(shapes_of)
}

fn shapes_of(kept: Vec<KeptColumn>) -> Vec<RowShape> {
    let shape = |column: KeptColumn| RowShape { name: column.name, oid: column.oid, type_modifier: column.modifier };
    kept.into_iter().map(shape).collect()
}

/// Keeps what comes, page by page, until nothing more comes or nobody wants it. Answers how many rows there were.
pub(super) async fn keep(shared: &Shared, row: &QueryRow, mut batches: mpsc::Receiver<TextBatch>) -> u64 {
    let mut page = Page { first: 0, rows: Vec::new(), bytes: 0, since: Instant::now() };
    let mut is_first = true;
    while let Some(batch) = batches.recv().await {
        if is_first {
            let columns = kept_columns(batch.columns(), |_| false);
            if let Err(error) = shared.store.query_columns(row.run(), &columns).await {
                log_failure("a result's columns could not be kept", &error);
                return 0;
            }
        }
        for at in 0..batch.rows() {
            page.push(&batch, at);
            if page.is_full() && !page.put(shared, row).await {
                return page.first;
            }
        }
        if (is_first || page.since.elapsed() >= PAGE_TIME) && !page.put(shared, row).await {
            return page.first;
        }
        is_first = false;
    }
    page.put(shared, row).await;
    page.first
}

struct Page {
    /// The number of its first row.
    first: u64,
    rows: Vec<Row>,
    bytes: usize,
    since: Instant,
}

impl Page {
    fn push(&mut self, batch: &TextBatch, at: usize) {
        let cells = (0..batch.columns().len())
            .map(|column| batch.cell(at, column).map(|cell| String::from_utf8_lossy(cell).into_owned()));
        let row: Row = cells.collect();
        self.bytes += row.iter().flatten().map(String::len).sum::<usize>() + row.len();
        self.rows.push(row);
    }

    fn is_full(&self) -> bool {
        self.rows.len() >= PAGE_ROWS || self.bytes >= PAGE_BYTES
    }

    /// False when the query runs no more, or the store does not take it.
    async fn put(&mut self, shared: &Shared, row: &QueryRow) -> bool {
        if self.rows.is_empty() {
            return true;
        }
        let first_row = self.first as i64;
        let id = result_page_id(row.run(), first_row);
        let sealed = seal(shared, row, &id, &self.rows);
        let page = ResultPageRow { id, first_row, row_count: self.rows.len() as i64, sealed };
        self.first += self.rows.len() as u64;
        (self.rows, self.bytes, self.since) = (Vec::new(), 0, Instant::now());
        match shared.store.result_append(row.run(), &[page]).await {
            Ok(is_running) => is_running,
            Err(error) => {
                log_failure("a page of a result could not be kept", &error);
                false
            }
        }
    }
}

fn binding<'a>(row: &'a QueryRow, id: &'a str) -> Binding<'a> {
    Binding { team: &row.team_id, record: id, field: SEALED_FIELD, purpose: &row.member_id }
}

fn seal(shared: &Shared, row: &QueryRow, id: &str, rows: &[Row]) -> Vec<u8> {
    let json = to_json(&rows);
    // In memory it cannot fail; uncompressed JSON is told apart by its first byte.
    let packed = zstd::bulk::compress(json.as_bytes(), 1).unwrap_or_else(|_| json.into_bytes());
    shared.ring.seal(&binding(row, id), &packed)
}

/// One page, opened.
pub(crate) fn open(shared: &Shared, row: &QueryRow, page: &ResultPageRow) -> Result<Vec<Row>, Fault> {
    let packed = shared
        .ring
        .open_bytes(&binding(row, &page.id), &page.sealed)
        .map_err(|error| internal("a page of a result could not be opened", &error))?;
    let unreadable = |error: &dyn std::error::Error| internal("a page of a result could not be read", error);
    let json = match packed.first() {
        Some(b'[') => packed.to_vec(),
        _ => zstd::bulk::decompress(&packed, OPENED).map_err(|error| unreadable(&error))?,
    };
    serde_json::from_slice(&json).map_err(|error| unreadable(&error))
}

/// So many rows from this one on.
pub(super) async fn rows(shared: &Shared, row: &QueryRow, first: u64, count: u32) -> Result<Vec<Row>, Fault> {
    let start = i64::try_from(first).unwrap_or(i64::MAX);
    let end = start.saturating_add(i64::from(count));
    let mut found = Vec::new();
    // The first page may be of one row; the ones after it are not.
    let pages = shared.store.result_pages(row.run(), start, end, i64::from(count) + 1);
    for page in pages.await.map_err(|error: StoreError| store_fault(error))? {
        let skip = usize::try_from(start - page.first_row).unwrap_or(0);
        let room = count as usize - found.len();
        found.extend(open(shared, row, &page)?.into_iter().skip(skip).take(room));
    }
    Ok(found)
}
