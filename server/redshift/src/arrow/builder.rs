//! Batches of values that come one by one, from a session or from wherever text cells are at hand.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{FieldRef, SchemaRef};

use super::columns::ColumnBuilder;
use super::schema;
use crate::stream::{RowShape, WireFault};

/// A batch is full when it has this many rows, this many bytes of text, or this many values: a NULL has no text, and still
/// takes up to 16 bytes.
const BATCH_ROWS: usize = 16 * 1024;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
const BATCH_CELLS: usize = 512 * 1024;

/// The batch under way. In memory is what it holds: about one full batch, if it is taken when it is full.
pub struct BatchBuilder {
    schema: SchemaRef,
    oids: Vec<u32>,
    columns: Vec<ColumnBuilder>,
    /// Of each column: whether some value so far ended in a blank.
    ends_in_blanks: Vec<bool>,
    rows: usize,
    bytes: usize,
}

impl BatchBuilder {
    pub fn new(columns: &[RowShape]) -> Self {
        let schema = schema(columns);
        let oids: Vec<u32> = columns.iter().map(|column| column.oid).collect();
        let fields = schema.fields().iter().zip(&oids);
        let columns = fields.map(|(field, oid)| ColumnBuilder::new(*oid, field.data_type(), 0, 0)).collect();
        let ends_in_blanks = vec![false; oids.len()];
        Self { schema, oids, columns, ends_in_blanks, rows: 0, bytes: 0 }
    }

    pub(super) fn empty() -> Self {
        Self::new(&[])
    }

    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The next value of a column, as the server wrote it; `None` is NULL. After an error the batch is of no use.
    pub fn push(&mut self, column: usize, value: Option<&[u8]>) -> Result<(), WireFault> {
        self.bytes += value.map_or(0, <[u8]>::len);
        let builder = self.columns.get_mut(column).ok_or(WireFault::Malformed)?;
        if let Some([.., b' ']) = value {
            self.ends_in_blanks[column] = true;
        }
        let bad = || WireFault::BadValue { column: u16::try_from(column).unwrap_or(u16::MAX) };
        builder.append(value).ok_or_else(bad)
    }

    /// Every column has its value.
    pub fn end_row(&mut self) {
        self.rows += 1;
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Of text, since the last batch.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Of each column, over all batches.
    pub fn ends_in_blanks(&self) -> &[bool] {
        &self.ends_in_blanks
    }

    pub fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES || self.rows * self.columns.len() >= BATCH_CELLS
    }

    /// The rows so far. The next batch begins empty, with room for as much and a little more: grown step by step, it would
    /// take and leave twice as much memory.
    pub fn take(&mut self) -> Result<RecordBatch, WireFault> {
        let fields = self.schema.fields().iter().zip(&self.oids);
        let take = |(column, (field, oid)): (&mut ColumnBuilder, (&FieldRef, &u32))| {
            let text = column.text();
            let next = ColumnBuilder::new(*oid, field.data_type(), self.rows, text + text / 8);
            std::mem::replace(column, next).finish()
        };
        let arrays: Vec<ArrayRef> = self.columns.iter_mut().zip(fields).map(take).collect();
        // Without columns nothing else says how many rows there are.
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        (self.rows, self.bytes) = (0, 0);
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), arrays, &options).map_err(|_| WireFault::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Date32Type, Int64Type};

    use super::*;

    fn column(oid: u32) -> RowShape {
        RowShape { name: "c".to_owned(), oid, type_modifier: -1 }
    }

    #[test]
    fn batches_follow_one_another() {
        let mut builder = BatchBuilder::new(&[column(20), column(1082)]);
        let push = |builder: &mut BatchBuilder, first: Option<&[u8]>, second: Option<&[u8]>| {
            builder.push(0, first).unwrap();
            builder.push(1, second).unwrap();
            builder.end_row();
        };
        push(&mut builder, Some(b"7"), None);
        push(&mut builder, None, Some(b"1970-01-02"));
        assert_eq!((builder.rows(), builder.bytes(), builder.is_full()), (2, 11, false));
        let batch = builder.take().unwrap();
        assert_eq!(batch.column(0).as_primitive::<Int64Type>().iter().collect::<Vec<_>>(), [Some(7), None]);
        assert_eq!(batch.column(1).as_primitive::<Date32Type>().iter().collect::<Vec<_>>(), [None, Some(1)]);
        push(&mut builder, Some(b"8"), None);
        assert_eq!(builder.ends_in_blanks(), [false, false]);
        assert_eq!(builder.take().unwrap().num_rows(), 1);
        assert_eq!(builder.take().unwrap().num_rows(), 0);
    }

    #[test]
    fn a_batch_of_many_columns_is_full_with_fewer_rows() {
        let mut builder = BatchBuilder::new(&vec![column(20); 1_600]);
        while !builder.is_full() {
            (0..1_600).for_each(|at| builder.push(at, None).unwrap());
            builder.end_row();
        }
        assert_eq!(builder.take().unwrap().num_rows(), 328);
    }

    #[test]
    fn a_value_that_is_none_names_its_column() {
        let mut builder = BatchBuilder::new(&[column(20), column(1082)]);
        builder.push(0, Some(b"1")).unwrap();
        assert_eq!(builder.push(1, Some(b"infinity")), Err(WireFault::BadValue { column: 1 }));
        assert_eq!(builder.push(2, None), Err(WireFault::Malformed));
        assert_eq!(BatchBuilder::new(&[]).take().unwrap().num_rows(), 0);
    }
}
