//! Cells of a sheet: how Excel is told to show them, and what they take of the sheet's XML at most.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use super::excel::{Kind, Value};

#[derive(Clone, Copy)]
pub(super) struct Place {
    pub row: u32,
    pub column: u16,
}

/// A column's number format; `None` is Excel's own choice.
pub(super) fn number_format(kind: Kind, modifier: i32) -> Option<String> {
    match kind {
        // Its own choice for a whole number of twelve digits is `1.23E+11`.
        Kind::Integer => Some("0".to_owned()),
        // As many places as the type has, so that 12.50 is not shown as 12.5; Excel knows up to 30.
        Kind::Numeric => match usize::try_from(modifier.checked_sub(4)?).ok()? & 0xffff {
            0 => Some("0".to_owned()),
            places @ 1..=30 => Some(format!("0.{}", "0".repeat(places))),
            _ => None,
        },
        Kind::Date => Some("yyyy-mm-dd".to_owned()),
        Kind::Time => Some("hh:mm:ss".to_owned()),
        Kind::Timestamp => Some("yyyy-mm-dd hh:mm:ss".to_owned()),
        Kind::Boolean | Kind::Double | Kind::Text => None,
    }
}

/// For cells that differ from their column's format. The column's own is not given to each cell: the library would
/// look it up each time by all of its properties.
pub(super) struct Formats {
    pub header: Format,
    time: Format,
    timestamp: Format,
}

impl Formats {
    pub fn new() -> Self {
        Self {
            header: Format::new().set_bold(),
            time: Format::new().set_num_format("hh:mm:ss.000"),
            timestamp: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss.000"),
        }
    }

    pub fn write(&self, sheet: &mut Worksheet, place: Place, kind: Kind, value: Value) -> Result<(), XlsxError> {
        let Place { row, column } = place;
        match value {
            Value::Boolean(value) => sheet.write_boolean(row, column, value)?,
            Value::Moment { day, has_milliseconds: true } => {
                let format = if kind == Kind::Time { &self.time } else { &self.timestamp };
                sheet.write_number_with_format(row, column, day, format)?
            }
            Value::Number(number) | Value::Moment { day: number, .. } => sheet.write_number(row, column, number)?,
        };
        Ok(())
    }
}

/// `<row r="1048576" spans="1:16384">` and its end.
pub(super) const ROW_BYTES: u64 = 64;

/// `<c r="XFD1048576" s="12" t="inlineStr"><is><t xml:space="preserve">` and its ends.
const CELL_BYTES: u64 = 96;

/// What a value makes of the XML at most. The library writes numbers without an exponent: `1e300` is 301 digits.
pub(super) fn value_bytes(value: Value) -> u64 {
    let is_short = |size: f64| size == 0.0 || (1e-9..1e21).contains(&size);
    CELL_BYTES
        + match value {
            Value::Boolean(_) => 1,
            Value::Number(number) | Value::Moment { day: number, .. } if is_short(number.abs()) => 32,
            Value::Number(_) | Value::Moment { .. } => 332,
        }
}

/// What a text makes of the XML at most: `&amp;`, `_x0001_`, `_x005F_`, and the two characters that XML cannot have.
pub(super) fn text_bytes(text: &str) -> u64 {
    let grows = |byte: &u8| *byte < b' ' || matches!(byte, b'&' | b'<' | b'>' | b'_' | 0xef);
    CELL_BYTES + text.len() as u64 + 6 * text.bytes().filter(grows).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_show_what_the_type_says() {
        let numeric = |precision: i32, scale: i32| number_format(Kind::Numeric, (precision << 16 | scale) + 4);
        assert_eq!(numeric(8, 2).as_deref(), Some("0.00"));
        assert_eq!(numeric(18, 0).as_deref(), Some("0"));
        assert_eq!(numeric(38, 37), None);
        assert_eq!((number_format(Kind::Numeric, -1), number_format(Kind::Numeric, i32::MIN)), (None, None));
        assert_eq!(number_format(Kind::Integer, -1).as_deref(), Some("0"));
        assert_eq!((number_format(Kind::Text, 260), number_format(Kind::Double, -1)), (None, None));
    }

    #[test]
    fn a_number_takes_at_most_so_much() {
        for number in [
            0.0,
            -5.0,
            0.1 + 0.2,
            1.234_567_890_123_456_7e-9,
            -1.234_567_890_123_456_7e20,
            1e21,
            1e300,
            -2.225_073_858_507_201_4e-308,
        ] {
            let takes = value_bytes(Value::Number(number)) - CELL_BYTES;
            assert!(number.to_string().len() as u64 <= takes, "{number}: {takes}");
        }
    }

    #[test]
    fn a_text_takes_at_most_so_much() {
        assert_eq!(text_bytes("abc"), CELL_BYTES + 3);
        for (text, made) in
            [("&", "&amp;"), ("\u{1}", "_x0001_"), ("_x0041_", "_x005F_x0041_"), ("\u{fffe}", "_xFFFE_")]
        {
            assert!(text_bytes(text) >= CELL_BYTES + made.len() as u64, "{text:?}");
        }
    }
}
