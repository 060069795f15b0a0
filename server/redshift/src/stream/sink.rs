//! Rows that do not go to the driver: read where they arrive, for results that are too large to hold.

use std::task::{Context, Poll};

use super::{RowShape, WireFault};

/// Takes the rows of one statement. What it refuses ends the connection.
pub trait RowSink: Send {
    /// The columns, before the first row.
    fn begin(&mut self, columns: &[RowShape]) -> Result<(), WireFault>;
    /// One field of a row, in the order of the columns; `None` is NULL.
    fn field(&mut self, column: usize, value: Option<&[u8]>) -> Result<(), WireFault>;
    fn end_row(&mut self) -> Result<(), WireFault>;
    /// A row would have to wait for `poll_room`.
    fn is_waiting(&self) -> bool;
    /// Ready when more rows can be taken.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), WireFault>>;
    /// All rows are there; answers how many.
    fn finish(&mut self) -> Result<u64, WireFault>;
}
