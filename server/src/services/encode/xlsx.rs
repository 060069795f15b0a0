//! A workbook for Excel, of one sheet, to Excel's limits and no further.
//!
//! - A text is written as a text (`write_string`), which no program runs: there is nothing to disarm here.
//! - Numbers and times are Excel's own where it can hold them exactly, else text (`excel`). TIMESTAMPTZ is text, with
//!   its zone. NULL and the empty string are both an empty cell, since Excel has no difference between them.
//! - In memory is one row. The sheet's XML waits, not compressed, in a temporary file without a name, which is gone
//!   with the encoder, however that ends. It stays below 4 GiB, because a part of a plain zip cannot be larger and one
//!   export must not fill a disk: rows beyond are cut, as beyond Excel's own limit. Compressed, it goes straight to
//!   whoever takes it, without a second file.

use std::io::{BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use redshift::stream::RowShape;
use redshift::text::TextBatch;
use rust_xlsxwriter::{Format, Workbook};

use super::excel::{Kind, fit};
use super::outlet::Outlet;
use super::sheet::{Formats, Place, ROW_BYTES, number_format, text_bytes, value_bytes};
use super::{EncodeError, Encoder, Flow, Notes, PIECE};

/// Where a sheet ends.
#[derive(Clone, Copy)]
struct Limits {
    /// Without the header.
    rows: u32,
    columns: u16,
    /// Of the sheet's XML when another row begins.
    bytes: u64,
}

impl Limits {
    /// The bytes leave half a GiB below 4 for the last row: 1,664 columns, 32,767 characters, 7 bytes for each.
    const EXCEL: Self = Self { rows: 1_048_575, columns: 16_384, bytes: 0xe000_0000 };
}

pub(super) struct Xlsx {
    book: Workbook,
    limits: Limits,
    /// `None` before the first batch.
    columns: Option<Vec<Column>>,
    formats: Formats,
    /// The row to write next; the header is row 0.
    row: u32,
    /// What the sheet's XML has at most.
    bytes: u64,
    notes: Notes,
}

struct Column {
    kind: Kind,
    /// Bytes of the longest cell, as far as it matters for the column's width.
    widest: usize,
}

/// In characters: Excel's own width, and one that leaves a screen to others.
const WIDTHS: std::ops::RangeInclusive<usize> = 9..=60;

impl Xlsx {
    /// `folder` takes the temporary file.
    pub fn new(folder: &Path) -> Result<Self, EncodeError> {
        let mut book = Workbook::new();
        book.set_tempdir(folder)?;
        book.add_worksheet_with_constant_memory()?.set_name("Result")?;
        Ok(Self {
            book,
            limits: Limits::EXCEL,
            columns: None,
            formats: Formats::new(),
            row: 1,
            bytes: 0,
            notes: Notes::default(),
        })
    }

    fn header(&mut self, columns: &[RowShape]) -> Result<Vec<Column>, EncodeError> {
        let sheet = self.book.worksheet_from_index(0)?;
        let columns = match columns.split_at_checked(usize::from(self.limits.columns)) {
            Some((columns, cut)) => {
                self.notes.columns_cut = cut.len() as u64;
                columns
            }
            None => columns,
        };
        let mut made = Vec::with_capacity(columns.len());
        for (at, column) in (0..).zip(columns) {
            let kind = Kind::of(column.oid);
            if let Some(code) = number_format(kind, column.type_modifier) {
                sheet.set_column_format(at, &Format::new().set_num_format(code))?;
            }
            let (name, is_cut) = fit(&column.name);
            self.notes.cells_cut += u64::from(is_cut);
            self.bytes += text_bytes(name);
            sheet.write_string_with_format(0, at, name, &self.formats.header)?;
            made.push(Column { kind, widest: name.len() });
        }
        if !made.is_empty() {
            sheet.set_freeze_panes(1, 0)?;
        }
        Ok(made)
    }

    fn rows(&mut self, batch: &TextBatch, columns: &mut [Column]) -> Result<Flow, EncodeError> {
        let sheet = self.book.worksheet_from_index(0)?;
        for row in 0..batch.rows() {
            if self.row > self.limits.rows || self.bytes > self.limits.bytes {
                self.notes.is_rows_cut = true;
                return Ok(Flow::Enough);
            }
            self.bytes += ROW_BYTES;
            for (at, column) in (0..).zip(columns.iter_mut()) {
                let Some(cell) = batch.cell(row, usize::from(at)) else { continue };
                column.widest = column.widest.max(cell.len());
                let place = Place { row: self.row, column: at };
                match column.kind.value(cell) {
                    Some(value) => {
                        self.bytes += value_bytes(value);
                        self.formats.write(sheet, place, column.kind, value)?;
                    }
                    None => {
                        let text = String::from_utf8_lossy(cell);
                        let (text, is_cut) = fit(&text);
                        self.notes.cells_cut += u64::from(is_cut);
                        self.notes.kept_as_text += u64::from(column.kind != Kind::Text);
                        self.bytes += text_bytes(text);
                        sheet.write_string(place.row, place.column, text)?;
                    }
                }
            }
            self.row += 1;
            self.notes.rows += 1;
        }
        Ok(Flow::More)
    }

    fn save(&mut self, out: &mut (dyn Write + Send)) -> Result<(), EncodeError> {
        let sheet = self.book.worksheet_from_index(0)?;
        for (at, column) in (0..).zip(self.columns.iter().flatten()) {
            let width = (column.widest + 1).clamp(*WIDTHS.start(), *WIDTHS.end());
            sheet.set_column_width(at, width as u32)?;
        }
        let mut outlet = Outlet::new(out);
        let mut pieces = BufWriter::with_capacity(PIECE, &mut outlet);
        let saved = self.book.save_to_writer(&mut pieces).map_err(EncodeError::from);
        let saved = saved.and_then(|()| pieces.flush().map_err(EncodeError::Out));
        drop(pieces);
        outlet.failure().map_or(saved, |error| Err(EncodeError::Out(error)))
    }
}

impl Encoder for Xlsx {
    fn batch(&mut self, batch: &TextBatch, _out: &mut Vec<u8>) -> Result<Flow, EncodeError> {
        unpanicked(|| {
            let mut columns = match self.columns.take() {
                Some(columns) => columns,
                None => self.header(batch.columns())?,
            };
            let flow = self.rows(batch, &mut columns);
            self.columns = Some(columns);
            flow
        })
    }

    fn finish(mut self: Box<Self>, out: &mut (dyn Write + Send)) -> Result<Notes, EncodeError> {
        unpanicked(|| self.save(out))?;
        Ok(self.notes)
    }
}

/// The library panics where its temporary file cannot be written or read, as on a full disk.
fn unpanicked<T>(write: impl FnOnce() -> Result<T, EncodeError>) -> Result<T, EncodeError> {
    // What it leaves half done is not used again: an encoder is of no use after an error.
    catch_unwind(AssertUnwindSafe(write)).unwrap_or(Err(EncodeError::TemporaryFile))
}

#[cfg(test)]
mod tests;
