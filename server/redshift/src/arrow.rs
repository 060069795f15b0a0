//! Rows as Arrow batches: each value from the server's text straight into its column's builder, without a `String`
//! in between.

mod columns;
mod values;

use std::sync::Arc;
use std::task::{Context, Poll, ready};

use arrow_array::RecordBatch;
use arrow_schema::{Field, Schema, SchemaRef};
use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

use crate::stream::{RowShape, RowSink, WireFault};
use columns::ColumnBuilder;

pub use columns::arrow_type;

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

/// A batch is sent when it has this many rows, or this many bytes of text.
const BATCH_ROWS: usize = 16 * 1024;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Decodes rows and sends them on, batch by batch; the reader of the channel sets the pace.
pub struct BatchSink {
    limits: DrainLimits,
    out: PollSender<RecordBatch>,
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    /// Of the batch under way.
    rows: usize,
    bytes: usize,
    total_rows: u64,
    total_bytes: u64,
    has_room: bool,
}

impl BatchSink {
    /// As many batches as the channel holds, and one more, are in memory at most.
    pub fn new(limits: DrainLimits, waiting: usize) -> (Self, mpsc::Receiver<RecordBatch>) {
        let (out, batches) = mpsc::channel(waiting);
        let sink = Self {
            limits,
            out: PollSender::new(out),
            schema: Arc::new(Schema::empty()),
            columns: Vec::new(),
            rows: 0,
            bytes: 0,
            total_rows: 0,
            total_bytes: 0,
            has_room: false,
        };
        (sink, batches)
    }

    fn send(&mut self) -> Result<(), WireFault> {
        let arrays = self.columns.iter_mut().map(ColumnBuilder::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays).map_err(|_| WireFault::Malformed)?;
        (self.rows, self.bytes, self.has_room) = (0, 0, false);
        self.out.send_item(batch).map_err(|_| WireFault::Abandoned)
    }
}

impl RowSink for BatchSink {
    fn begin(&mut self, columns: &[RowShape]) -> Result<(), WireFault> {
        self.schema = schema(columns);
        let fields = self.schema.fields().iter().zip(columns);
        self.columns = fields.map(|(field, column)| ColumnBuilder::new(column.oid, field.data_type())).collect();
        Ok(())
    }

    fn field(&mut self, column: usize, value: Option<&[u8]>) -> Result<(), WireFault> {
        self.bytes += value.map_or(0, <[u8]>::len);
        let builder = self.columns.get_mut(column).ok_or(WireFault::Malformed)?;
        let bad = || WireFault::BadValue { column: u16::try_from(column).unwrap_or(u16::MAX) };
        builder.append(value).ok_or_else(bad)
    }

    fn end_row(&mut self) -> Result<(), WireFault> {
        self.rows += 1;
        self.total_rows += 1;
        if self.total_rows > self.limits.rows || self.total_bytes + self.bytes as u64 > self.limits.bytes {
            return Err(WireFault::OverLimit);
        }
        if self.is_full() {
            self.total_bytes += self.bytes as u64;
            self.send()?;
        }
        Ok(())
    }

    fn is_waiting(&self) -> bool {
        !self.has_room
    }

    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), WireFault>> {
        if !self.has_room {
            ready!(self.out.poll_reserve(cx)).map_err(|_| WireFault::Abandoned)?;
            self.has_room = true;
        }
        Poll::Ready(Ok(()))
    }

    /// Sends what is left; called after the last row, when there is room.
    fn finish(&mut self) -> Result<u64, WireFault> {
        if self.rows > 0 {
            self.send()?;
        }
        Ok(self.total_rows)
    }
}

impl BatchSink {
    fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }
}
