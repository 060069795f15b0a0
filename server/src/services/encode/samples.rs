//! Batches for the encoders' tests.

use std::sync::Arc;

use redshift::stream::RowShape;
use redshift::text::TextBatch;

use super::{EncodeError, Encoder, Flow, Notes};

pub(super) fn column(name: &str, oid: u32) -> RowShape {
    RowShape { name: name.to_owned(), oid, type_modifier: -1 }
}

pub(super) fn numeric(name: &str, precision: i32, scale: i32) -> RowShape {
    RowShape { name: name.to_owned(), oid: 1700, type_modifier: (precision << 16 | scale) + 4 }
}

pub(super) type Row<'a> = &'a [Option<&'a str>];

pub(super) fn batch(columns: &[RowShape], rows: &[Row]) -> TextBatch {
    let mut batch = TextBatch::new(Arc::from(columns));
    for row in rows {
        assert_eq!(row.len(), columns.len());
        row.iter().for_each(|cell| batch.push(cell.map(str::as_bytes)));
    }
    batch
}

/// One row for each of the cells.
pub(super) fn one_column(column: RowShape, cells: &[Option<&str>]) -> TextBatch {
    let rows: Vec<Row> = cells.iter().map(std::slice::from_ref).collect();
    batch(&[column], &rows)
}

/// The whole file, of batches that the encoder takes all.
pub(super) fn encode(encoder: impl Encoder + 'static, batches: &[TextBatch]) -> Result<(Vec<u8>, Notes), EncodeError> {
    let mut encoder: Box<dyn Encoder> = Box::new(encoder);
    let mut out = Vec::new();
    for batch in batches {
        assert_eq!(encoder.batch(batch, &mut out)?, Flow::More);
    }
    let notes = encoder.finish(&mut out)?;
    Ok((out, notes))
}
