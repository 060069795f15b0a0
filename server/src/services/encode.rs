//! A result as a file: one encoder for each format, fed with batches of text, giving bytes as they are finished.
//!
//! Encoders are synchronous and belong on a blocking thread. None holds the result: CSV and NDJSON hold the batch at
//! hand, Parquet one row group, XLSX one row (the rest waits in a temporary file that has no name).

mod csv;
mod excel;
mod formulas;
mod json;
mod names;
mod ndjson;
mod outlet;
mod parquet;
mod sheet;
mod utf8;
mod xlsx;

use std::io::{self, Write};
use std::path::Path;

use contract::query::FileFormat;
use redshift::text::TextBatch;
use thiserror::Error;

/// Whether there is a point in more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "rows that the format has no place for need not be read"]
pub enum Flow {
    More,
    /// The file is full. Whoever reads can stop, and finish.
    Enough,
}

/// What the file holds, and where it is not the result to the letter: to be said on the page and in the audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Rows in the file, without its header.
    pub rows: u64,
    /// CSV: cells and headers that a spreadsheet would run as a formula, and that got an apostrophe.
    pub formulas_disarmed: u64,
    /// XLSX: numbers and times that Excel cannot hold exactly, and that are text instead.
    pub kept_as_text: u64,
    /// XLSX: texts longer than a cell.
    pub cells_cut: u64,
    /// XLSX: the result has more rows than the sheet.
    pub is_rows_cut: bool,
    /// XLSX: columns that the sheet has no place for.
    pub columns_cut: u64,
}

#[derive(Debug, Error)]
pub enum EncodeError {
    #[error("column {column} holds a value that its type has no place for in this format")]
    Value { column: String },
    #[error("the rows could not be made into a batch")]
    Batch(#[source] redshift::stream::WireFault),
    #[error("the Parquet file could not be written")]
    Parquet(#[from] cache::WriteError),
    #[error("the workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    #[error("the workbook's temporary file could not be written; is the disk full?")]
    TemporaryFile,
    /// Whoever took the bytes is gone, or their disk is full.
    #[error("the file could not be handed on")]
    Out(#[source] io::Error),
}

/// Makes a file of batches. All batches have the columns of the first, which comes also when there are no rows.
///
/// After an error the encoder is of no more use; dropping it leaves nothing behind, whenever that is.
pub trait Encoder: Send {
    /// Takes the batch's rows; what is finished of the file is appended to `out`, which the caller empties.
    fn batch(&mut self, batch: &TextBatch, out: &mut Vec<u8>) -> Result<Flow, EncodeError>;

    /// Writes the rest of the file, in pieces of 64 KiB or so.
    fn finish(self: Box<Self>, out: &mut (dyn Write + Send)) -> Result<Notes, EncodeError>;
}

const PIECE: usize = 64 * 1024;

fn write_in_pieces(bytes: &[u8], out: &mut (dyn Write + Send)) -> Result<(), EncodeError> {
    bytes.chunks(PIECE).try_for_each(|piece| out.write_all(piece)).map_err(EncodeError::Out)
}

/// An encoder. `folder` is for temporary files, of which XLSX has one.
pub fn encoder(format: FileFormat, folder: &Path) -> Result<Box<dyn Encoder>, EncodeError> {
    Ok(match format {
        FileFormat::Csv => Box::new(csv::Csv::default()),
        FileFormat::Ndjson => Box::new(ndjson::Ndjson::default()),
        FileFormat::Parquet => Box::new(parquet::Parquet::default()),
        FileFormat::Xlsx => Box::new(xlsx::Xlsx::new(folder)?),
    })
}

#[cfg(test)]
mod samples;
