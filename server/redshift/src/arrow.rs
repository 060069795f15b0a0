//! Rows as Arrow batches: each value from the server's text straight into its column's builder, without a `String`
//! in between.

mod builder;
mod columns;
mod print;
mod values;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema, SchemaRef};
use tokio::sync::mpsc;

use crate::paced::Paced;
use crate::stream::{RowShape, RowSink, WireFault};

pub use builder::BatchBuilder;
pub use columns::arrow_type;
pub use print::{print, shapes};
pub use values::{date, time, timestamp};

/// Where a large read ends by itself.
#[derive(Clone, Copy, Debug)]
pub struct DrainLimits {
    pub rows: u64,
    pub bytes: u64,
}

impl Default for DrainLimits {
    /// No cap on rows; 50 GiB of text.
    fn default() -> Self {
        Self { rows: u64::MAX, bytes: 50 * 1024 * 1024 * 1024 }
    }
}

/// The schema of a result, as its batches have it.
pub fn schema(columns: &[RowShape]) -> SchemaRef {
    let field = |column: &RowShape| Field::new(&column.name, arrow_type(column.oid, column.type_modifier), true);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// How far a read is, for whoever watches it.
#[derive(Debug, Default)]
pub struct Drained {
    rows: AtomicU64,
    bytes: AtomicU64,
    columns: OnceLock<Arc<[RowShape]>>,
    ends_in_blanks: OnceLock<Vec<bool>>,
}

impl Drained {
    /// Those that arrived, whether or not their batch is full.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// Of the text that the server wrote.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// None until the server has told.
    pub fn columns(&self) -> Option<Arc<[RowShape]>> {
        self.columns.get().cloned()
    }

    /// Whether a column has values that end in blanks; false until all rows have arrived.
    pub fn ends_in_blanks(&self, column: usize) -> bool {
        self.ends_in_blanks.get().is_some_and(|ends| ends.get(column) == Some(&true))
    }
}

/// Decodes rows and sends them on, batch by batch; the reader of the channel sets the pace.
pub struct BatchSink {
    limits: DrainLimits,
    out: Paced<RecordBatch>,
    batch: BatchBuilder,
    total_rows: u64,
    total_bytes: u64,
    drained: Arc<Drained>,
}

impl BatchSink {
    /// As many batches as the channel holds, and one more, are in memory at most.
    pub fn new(limits: DrainLimits, waiting: usize) -> (Self, mpsc::Receiver<RecordBatch>) {
        let (out, batches) = Paced::new(waiting);
        let sink =
            Self { limits, out, batch: BatchBuilder::empty(), total_rows: 0, total_bytes: 0, drained: Arc::default() };
        (sink, batches)
    }

    /// For whoever watches, once the sink is given away.
    pub fn drained(&self) -> Arc<Drained> {
        Arc::clone(&self.drained)
    }

    fn send(&mut self) -> Result<(), WireFault> {
        self.total_bytes += self.batch.bytes() as u64;
        let batch = self.batch.take()?;
        self.out.send(batch)
    }
}

impl RowSink for BatchSink {
    fn begin(&mut self, columns: &[RowShape]) -> Result<(), WireFault> {
        self.batch = BatchBuilder::new(columns);
        // A statement has one result; a second one is the wire's to refuse.
        let _ = self.drained.columns.set(columns.into());
        Ok(())
    }

    fn field(&mut self, column: usize, value: Option<&[u8]>) -> Result<(), WireFault> {
        self.batch.push(column, value)
    }

    fn end_row(&mut self) -> Result<(), WireFault> {
        self.batch.end_row();
        self.total_rows += 1;
        let bytes = self.total_bytes + self.batch.bytes() as u64;
        self.drained.rows.store(self.total_rows, Ordering::Relaxed);
        self.drained.bytes.store(bytes, Ordering::Relaxed);
        if self.total_rows > self.limits.rows || bytes > self.limits.bytes {
            return Err(WireFault::OverLimit);
        }
        if self.batch.is_full() {
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

    /// Sends what is left; called after the last row, when there is room.
    fn finish(&mut self) -> Result<u64, WireFault> {
        if self.batch.rows() > 0 {
            self.send()?;
        }
        let _ = self.drained.ends_in_blanks.set(self.batch.ends_in_blanks().to_vec());
        Ok(self.total_rows)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn texts_that_end_in_blanks_are_known_once_all_have_arrived() {
        let (mut sink, mut batches) = BatchSink::new(DrainLimits::default(), 4);
        let drained = sink.drained();
        let column = |name: &str, oid| RowShape { name: name.to_owned(), oid, type_modifier: -1 };
        sink.begin(&[column("plain", 1043), column("padded", 1043), column("n", 20)]).unwrap();
        for row in [[Some(b" a".as_slice()), Some(b"b "), Some(b"1")], [Some(b""), None, None]] {
            for (at, value) in row.into_iter().enumerate() {
                sink.field(at, value).unwrap();
            }
            sink.end_row().unwrap();
        }
        assert!(!drained.ends_in_blanks(1));
        assert!(sink.poll_room(&mut Context::from_waker(Waker::noop())).is_ready());
        assert_eq!(sink.finish(), Ok(2));
        assert!(batches.try_recv().is_ok());
        assert_eq!([0, 1, 2, 3].map(|at| drained.ends_in_blanks(at)), [false, true, false, false]);
    }

    #[test]
    fn each_row_counts_when_it_arrives() {
        let (mut sink, mut batches) = BatchSink::new(DrainLimits::default(), 1);
        let drained = sink.drained();
        sink.begin(&[RowShape { name: "n".to_owned(), oid: 20, type_modifier: -1 }]).unwrap();
        for value in [b"7", b"8"] {
            sink.field(0, Some(value)).unwrap();
            sink.end_row().unwrap();
        }
        assert_eq!((drained.rows(), drained.bytes()), (2, 2));
        assert!(batches.try_recv().is_err(), "no batch is full yet");
        assert!(sink.poll_room(&mut Context::from_waker(Waker::noop())).is_ready());
        assert_eq!(sink.finish(), Ok(2));
        assert_eq!((drained.rows(), batches.try_recv().unwrap().num_rows()), (2, 2));
    }
}
