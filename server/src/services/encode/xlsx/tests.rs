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
    let folder = std::env::temp_dir().join(format!("exports-{:016x}", rand::random::<u64>()));
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
