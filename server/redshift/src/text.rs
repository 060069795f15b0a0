//! Rows as batches of text, exactly as the server wrote them: for results that are shown and for files.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::paced::Paced;
use crate::rows::Cut;
use crate::stream::{RowShape, RowSink, WireFault};

/// Rows of text in one buffer: no allocation for each cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextBatch {
    columns: Arc<[RowShape]>,
    bytes: Vec<u8>,
    /// Where each cell ends, row by row, and whether it is NULL.
    cells: Vec<(usize, bool)>,
}

impl TextBatch {
    pub fn new(columns: Arc<[RowShape]>) -> Self {
        Self { columns, bytes: Vec::new(), cells: Vec::new() }
    }

    pub fn columns(&self) -> &Arc<[RowShape]> {
        &self.columns
    }

    /// The next cell of the row under way.
    pub fn push(&mut self, value: Option<&[u8]>) {
        self.bytes.extend_from_slice(value.unwrap_or_default());
        self.cells.push((self.bytes.len(), value.is_none()));
    }

    /// How many rows are whole.
    pub fn rows(&self) -> usize {
        self.cells.len().checked_div(self.columns.len()).unwrap_or(0)
    }

    /// How many bytes of text there are.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }

    /// One cell; `None` for NULL and beyond the edges.
    pub fn cell(&self, row: usize, column: usize) -> Option<&[u8]> {
        let at = (column < self.columns.len()).then(|| row * self.columns.len() + column)?;
        let (end, is_null) = *self.cells.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.cells[before].0);
        (!is_null).then(|| &self.bytes[start..end])
    }
}

/// Where a result ends by itself.
#[derive(Clone, Copy, Debug)]
pub struct TextLimits {
    pub rows: u64,
    pub bytes: u64,
}

/// How far a read is, for whoever watches it.
#[derive(Debug, Default)]
pub struct Progress {
    rows: AtomicU64,
    bytes: AtomicU64,
    cut: Mutex<Option<Cut>>,
    is_bare: AtomicBool,
}

impl Progress {
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The result has no columns.
    pub fn is_bare(&self) -> bool {
        self.is_bare.load(Ordering::Relaxed)
    }

    /// The limit that was reached, where there were more rows. If they were many, the read itself ended with
    /// [`WireFault::OverLimit`]. What came before is in the batches.
    pub fn cut(&self) -> Option<Cut> {
        *self.cut.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A batch is sent when it has this many rows or bytes, or when the last one was sent this long ago.
const BATCH_ROWS: usize = 2048;
const BATCH_BYTES: usize = 256 * 1024;
const BATCH_TIME: Duration = Duration::from_millis(200);
/// The first one is small, so that somebody who waits sees rows soon.
const FIRST_ROWS: usize = 64;

/// So many rows beyond the limit are passed over, so that a statement with few of them ends by itself; more of them end
/// the connection.
const PASSED_OVER: u32 = 1_000;

/// Hands rows on, batch by batch; the reader of the channel sets the pace. The last batch comes also when no row is
/// left for it, so that a result without rows has its columns.
pub struct TextSink {
    limits: TextLimits,
    out: Paced<TextBatch>,
    batch: TextBatch,
    progress: Arc<Progress>,
    sent_at: Instant,
    is_first: bool,
    /// Rows beyond the limit.
    over: u32,
}

impl TextSink {
    pub fn new(limits: TextLimits, waiting: usize) -> (Self, mpsc::Receiver<TextBatch>, Arc<Progress>) {
        let (out, batches) = Paced::new(waiting);
        let progress = Arc::new(Progress::default());
        let sink = Self {
            limits,
            out,
            batch: TextBatch::new(Arc::from([])),
            progress: Arc::clone(&progress),
            sent_at: Instant::now(),
            is_first: true,
            over: 0,
        };
        (sink, batches, progress)
    }

    fn send(&mut self) -> Result<(), WireFault> {
        let next = TextBatch::new(Arc::clone(self.batch.columns()));
        let batch = std::mem::replace(&mut self.batch, next);
        (self.is_first, self.sent_at) = (false, Instant::now());
        self.out.send(batch)
    }

    fn reached(&self) -> Option<Cut> {
        if self.progress.rows() >= self.limits.rows {
            return Some(Cut::Rows);
        }
        (self.progress.bytes() >= self.limits.bytes).then_some(Cut::Bytes)
    }

    fn is_full(&self) -> bool {
        let rows = self.batch.rows();
        rows >= BATCH_ROWS
            || self.batch.size() >= BATCH_BYTES
            || (self.is_first && rows >= FIRST_ROWS)
            // Looking at the clock costs more than a short row does.
            || (rows.is_multiple_of(32) && self.sent_at.elapsed() >= BATCH_TIME)
    }
}

impl RowSink for TextSink {
    fn begin(&mut self, columns: &[RowShape]) -> Result<(), WireFault> {
        self.batch = TextBatch::new(Arc::from(columns));
        self.progress.is_bare.store(columns.is_empty(), Ordering::Relaxed);
        Ok(())
    }

    fn field(&mut self, column: usize, value: Option<&[u8]>) -> Result<(), WireFault> {
        if column == 0
            && let Some(cut) = self.reached()
        {
            *self.progress.cut.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(cut);
            self.over += 1;
        }
        if self.over > 0 {
            return if self.over > PASSED_OVER { Err(WireFault::OverLimit) } else { Ok(()) };
        }
        self.progress.bytes.fetch_add(value.map_or(0, <[u8]>::len) as u64, Ordering::Relaxed);
        self.batch.push(value);
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), WireFault> {
        if self.over > 0 {
            return Ok(());
        }
        self.progress.rows.fetch_add(1, Ordering::Relaxed);
        // At the limit what there is goes out, since nothing may come after it.
        if self.is_full() || self.reached().is_some() {
            self.send()?;
        }
        Ok(())
    }

    fn is_waiting(&self) -> bool {
        !self.out.has_room()
    }

    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), WireFault>> {
        self.out.poll_room(cx)
    }

    fn finish(&mut self) -> Result<u64, WireFault> {
        if self.batch.rows() > 0 || self.is_first {
            self.send()?;
        }
        Ok(self.progress.rows())
    }
}
