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
mod tests {
    use std::io::{self, Cursor};

    use calamine::{Data, Range, Reader, Xlsx as Book};

    use super::super::samples::{Row, batch, column, encode, numeric, one_column};
    use super::*;

    fn encoder() -> Xlsx {
        Xlsx::new(&std::env::temp_dir()).unwrap()
    }

    fn read(file: Vec<u8>) -> Range<Data> {
        let mut book: Book<_> = calamine::open_workbook_from_rs(Cursor::new(file)).unwrap();
        assert_eq!(book.sheet_names(), ["Result"]);
        book.worksheet_range("Result").unwrap()
    }

    fn sheet(batches: &[TextBatch]) -> (Range<Data>, Notes) {
        let (file, notes) = encode(encoder(), batches).unwrap();
        (read(file), notes)
    }

    fn cells(range: &Range<Data>, row: u32) -> Vec<Data> {
        let width = range.end().map_or(0, |(_, column)| column + 1);
        (0..width).map(|column| range.get_value((row, column)).cloned().unwrap_or_default()).collect()
    }

    fn text(text: &str) -> Data {
        Data::String(text.to_owned())
    }

    #[test]
    fn each_type_by_its_value() {
        let columns = [
            column("b", 16),
            column("i", 20),
            numeric("n", 12, 2),
            column("f", 701),
            column("d", 1082),
            column("t", 1083),
            column("at", 1114),
            column("tz", 1184),
            column("s", 1043),
            column("j", 4000),
        ];
        let first: Row = &[
            Some("t"),
            Some("-5"),
            Some("12.50"),
            Some("1e+300"),
            Some("2026-11-23"),
            Some("06:30:00"),
            Some("2026-11-23 15:04:05.678"),
            Some("2026-11-23 15:04:05+02"),
            Some("plain"),
            Some("{\"a\":1}"),
        ];
        let beyond: Row = &[
            Some("f"),
            Some("9223372036854775807"),
            Some("1234567890123456.78"),
            Some("NaN"),
            Some("1899-12-31"),
            Some("24:00:00"),
            Some("2026-11-23 15:04:05.678901"),
            Some("infinity"),
            Some("5"),
            Some("5"),
        ];
        let (range, notes) = sheet(&[batch(&columns, &[first, &[None; 10], beyond])]);
        let header: Vec<Data> = ["b", "i", "n", "f", "d", "t", "at", "tz", "s", "j"].map(text).into();
        assert_eq!(cells(&range, 0), header);
        let read = cells(&range, 1);
        assert_eq!(read[..4], [Data::Bool(true), Data::Float(-5.0), Data::Float(12.5), Data::Float(1e300)]);
        let moments: Vec<_> = read[4..7].iter().map(moment).collect();
        let wanted = [(2026, 11, 23, 0, 0, 0, 0), (1899, 12, 31, 6, 30, 0, 0), (2026, 11, 23, 15, 4, 5, 678)];
        assert_eq!(moments, wanted);
        assert_eq!(read[7..], [text("2026-11-23 15:04:05+02"), text("plain"), text("{\"a\":1}")]);
        assert_eq!(cells(&range, 2), vec![Data::Empty; 10]);
        let mut wanted = vec![Data::Bool(false)];
        wanted.extend(beyond[1..].iter().map(|cell| text(cell.unwrap())));
        assert_eq!(cells(&range, 3), wanted);
        assert_eq!(notes, Notes { rows: 3, kept_as_text: 6, ..Notes::default() });
    }

    fn moment(cell: &Data) -> (u16, u8, u8, u8, u8, u8, u16) {
        match cell {
            Data::DateTime(at) => at.to_ymd_hms_milli(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn text_stays_text_to_the_letter() {
        let texts = [
            "=1+1",
            "-5",
            "+5",
            "@SUM(A1)",
            "007",
            "TRUE",
            "2026-11-23",
            " lead",
            "trail\t",
            "a\nb",
            "a\r\nb",
            "<&>\"'",
            "ünï😀",
            "\u{1}\u{1f}",
            "_x0041_",
            "_x005F_",
            "\u{fffe}",
            "http://example.com",
            "{=1}",
            "1e5",
            "\u{3000}wide",
        ];
        let some: Vec<Option<&str>> = texts.iter().copied().map(Some).collect();
        let (range, notes) = sheet(&[one_column(column("=cmd()", 1043), &some)]);
        assert_eq!(cells(&range, 0), [text("=cmd()")]);
        for (row, wanted) in (1..).zip(texts) {
            assert_eq!(cells(&range, row), [text(wanted)]);
        }
        assert_eq!(notes, Notes { rows: texts.len() as u64, ..Notes::default() });
    }

    #[test]
    fn null_and_the_empty_text_are_an_empty_cell() {
        let (range, notes) = sheet(&[one_column(column("s", 25), &[None, Some(""), Some("x")])]);
        assert_eq!((cells(&range, 1), cells(&range, 2)), (vec![Data::Empty], vec![Data::Empty]));
        assert_eq!((cells(&range, 3), notes.rows), (vec![text("x")], 3));
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_and_counted() {
        let long = "a".repeat(32_766) + "😀";
        let (range, notes) = sheet(&[one_column(column("s", 25), &[Some(&long), Some(&long[..32_766])])]);
        assert_eq!(cells(&range, 1), [text(&long[..32_766])]);
        assert_eq!(cells(&range, 2), [text(&long[..32_766])]);
        assert_eq!((notes.cells_cut, notes.rows), (1, 2));
    }

    #[test]
    fn rows_and_columns_end_at_the_limit() {
        let mut encoder = Box::new(encoder());
        encoder.limits = Limits { rows: 2, columns: 1, ..Limits::EXCEL };
        let columns = [column("a", 23), column("b", 23), column("c", 23)];
        let rows: [Row; 2] = [&[Some("1"), None, None], &[Some("2"), None, None]];
        assert_eq!(encoder.batch(&batch(&columns, &rows), &mut Vec::new()).unwrap(), Flow::More);
        assert_eq!(encoder.notes, Notes { rows: 2, columns_cut: 2, ..Notes::default() }, "full, and nothing was cut");
        assert_eq!(encoder.batch(&batch(&columns, &rows), &mut Vec::new()).unwrap(), Flow::Enough);
        let mut file = Vec::new();
        let notes = encoder.finish(&mut file).unwrap();
        assert_eq!(notes, Notes { rows: 2, is_rows_cut: true, columns_cut: 2, ..Notes::default() });
        let range = read(file);
        assert_eq!(range.end(), Some((2, 0)));
        assert_eq!(cells(&range, 2), [Data::Float(2.0)]);
    }

    #[test]
    fn the_sheet_s_bytes_have_a_limit_that_they_keep() {
        let mut encoder = Box::new(encoder());
        encoder.limits = Limits { bytes: 100_000, ..Limits::EXCEL };
        let long = "&_x0001_\u{1}".repeat(100);
        let rows = one_column(column("s", 25), &vec![Some(long.as_str()); 200]);
        assert_eq!(encoder.batch(&rows, &mut Vec::new()).unwrap(), Flow::Enough);
        let bytes = encoder.bytes;
        let mut file = Vec::new();
        let notes = encoder.finish(&mut file).unwrap();
        assert!(notes.is_rows_cut && (10..200).contains(&notes.rows), "{notes:?}");
        let range = read(file);
        assert_eq!(range.end(), Some((u32::try_from(notes.rows).unwrap(), 0)));
        // The XML repeats what was written of each row; what it takes is no more than was counted.
        let xml_of_a_row = "&amp;_x005F_x0001__x0001_".len() as u64 * 100;
        assert!(xml_of_a_row * notes.rows < bytes, "{bytes}");
    }

    #[test]
    fn without_rows_or_columns_there_is_a_sheet() {
        let (range, _) = sheet(&[batch(&[column("id", 23), column("id", 23), column("", 23)], &[])]);
        assert_eq!(cells(&range, 0)[..2], [text("id"), text("id")]);
        assert_eq!(range.height(), 1);
        assert!(sheet(&[batch(&[], &[])]).0.is_empty());
        assert!(sheet(&[]).0.is_empty());
    }

    #[test]
    fn text_that_is_none_is_replaced() {
        let mut broken = TextBatch::new(vec![column("s", 25), column("n", 23)].into());
        broken.push(Some(b"a\xff"));
        broken.push(Some(b"\xf0\x9f"));
        assert_eq!(cells(&sheet(&[broken]).0, 1), [text("a\u{fffd}"), text("\u{fffd}")]);
    }

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn nothing_stays_in_the_folder() {
        let folder = std::env::temp_dir().join(format!("exports-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        let names = || std::fs::read_dir(&folder).unwrap().count();
        let rows = one_column(column("s", 25), &[Some("x"); 1000]);
        let started = || {
            let mut encoder = Box::new(Xlsx::new(&folder).unwrap());
            assert_eq!(encoder.batch(&rows, &mut Vec::new()).unwrap(), Flow::More);
            encoder
        };
        let whole = started();
        assert_eq!(names(), 0, "not even while it is written");
        whole.finish(&mut Vec::new()).unwrap();
        match started().finish(&mut Gone) {
            Err(EncodeError::Out(error)) => assert_eq!(error.kind(), io::ErrorKind::BrokenPipe),
            other => panic!("{other:?}"),
        }
        drop(started());
        assert_eq!(names(), 0);
        std::fs::remove_dir(&folder).unwrap();
        assert!(matches!(Xlsx::new(&folder), Err(EncodeError::Workbook(_))));
    }

    #[test]
    fn a_panic_below_is_an_error() {
        assert!(matches!(unpanicked::<()>(|| panic!("no space left")), Err(EncodeError::TemporaryFile)));
    }
}
