//! A cell's text as the value that Excel holds, where Excel can hold it to the letter.
//!
//! Excel has doubles of which it shows 15 digits, and days since 1900 as such numbers. What does not survive that as it
//! is (an account number of 19 digits, a date before 1900, a microsecond) stays text, so that nothing is lost unseen.

use redshift::arrow;

/// How a column's cells are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Integer,
    Numeric,
    /// REAL and DOUBLE PRECISION: a double is what they are.
    Double,
    Date,
    Time,
    Timestamp,
    /// And TIMESTAMPTZ, because Excel's times have no zone.
    Text,
}

impl Kind {
    pub fn of(oid: u32) -> Self {
        match oid {
            16 => Self::Boolean,
            20 | 21 | 23 | 26 => Self::Integer,
            1700 => Self::Numeric,
            700 | 701 => Self::Double,
            1082 => Self::Date,
            1083 => Self::Time,
            1114 => Self::Timestamp,
            _ => Self::Text,
        }
    }

    /// `None` where the cell has to stay text.
    pub fn value(self, cell: &[u8]) -> Option<Value> {
        match self {
            Self::Boolean => match cell {
                b"t" => Some(Value::Boolean(true)),
                b"f" => Some(Value::Boolean(false)),
                _ => None,
            },
            Self::Integer | Self::Numeric if !has_15_digits(cell) => None,
            Self::Integer | Self::Numeric | Self::Double => double(cell).map(Value::Number),
            Self::Date => day(i64::from(arrow::date(cell)?)).map(|day| Value::Moment { day, has_milliseconds: false }),
            Self::Time => moment(0.0, arrow::time(cell).filter(|time| *time < DAY)?),
            Self::Timestamp => {
                let at = arrow::timestamp(cell)?;
                moment(day(at.div_euclid(DAY))?, at.rem_euclid(DAY))
            }
            Self::Text => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Boolean(bool),
    Number(f64),
    /// Days since 1899-12-30, with the time as a fraction.
    Moment {
        day: f64,
        has_milliseconds: bool,
    },
}

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// From 1900-03-01: before that Excel counts a 29 February 1900 which never was, and other programs do not. To
/// 9999-12-31, its last day.
fn day(since_1970: i64) -> Option<f64> {
    let day = since_1970.checked_add(25_569)?;
    (61..=2_958_465).contains(&day).then_some(day as f64)
}

/// Milliseconds are the finest that Excel shows; the double is exact to less than half of one until its last day.
fn moment(day: f64, time: i64) -> Option<Value> {
    if time % 1000 != 0 {
        return None;
    }
    let has_milliseconds = time % 1_000_000 != 0;
    Some(Value::Moment { day: day + time as f64 / DAY as f64, has_milliseconds })
}

/// Plain digits of which at most 15 count: zeros at the ends only say where the point is.
fn has_15_digits(cell: &[u8]) -> bool {
    let digits = cell.strip_prefix(b"-").unwrap_or(cell);
    if !digits.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
        return false;
    }
    let counts = |byte: &u8| matches!(byte, b'1'..=b'9');
    let (Some(first), Some(last)) = (digits.iter().position(counts), digits.iter().rposition(counts)) else {
        return true;
    };
    digits[first..=last].iter().filter(|byte| **byte != b'.').count() <= 15
}

/// What Excel takes for a number: no NaN, no infinity, and nothing that it would round to zero.
fn double(cell: &[u8]) -> Option<f64> {
    let number: f64 = str::from_utf8(cell).ok()?.parse().ok()?;
    let size = number.abs();
    // Excel has no negative zero.
    (number == 0.0 || (f64::MIN_POSITIVE..=9.999_999_999_999_99e307).contains(&size)).then_some(number + 0.0)
}

/// The longest text that a cell holds, in UTF-16 code units.
const TEXT_UNITS: usize = 32_767;

/// As much of the text as a cell holds, and whether that is less than all.
pub(super) fn fit(text: &str) -> (&str, bool) {
    // No text has more units than bytes.
    if text.len() <= TEXT_UNITS {
        return (text, false);
    }
    let mut units = 0;
    for (at, c) in text.char_indices() {
        units += c.len_utf16();
        if units > TEXT_UNITS {
            return (&text[..at], true);
        }
    }
    (text, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(oid: u32, cell: &str) -> Option<f64> {
        match Kind::of(oid).value(cell.as_bytes()) {
            Some(Value::Number(number)) => Some(number),
            None => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_digits_that_survive_make_a_number() {
        for (cell, wanted) in [
            ("0", 0.0),
            ("-5", -5.0),
            ("123456789012345", 123_456_789_012_345.0),
            ("1000000000000000000", 1e18),
            ("0.00000000000000000012", 1.2e-19),
            ("12.50", 12.5),
            ("-0.00", 0.0),
            ("00123", 123.0),
        ] {
            assert_eq!(number(1700, cell), Some(wanted), "{cell}");
        }
        for cell in [
            "1234567890123456",
            "9007199254740993",
            "-9223372036854775808",
            "0.1234567890123456",
            "NaN",
            "Infinity",
            "",
            "-",
            ".",
            "1e5",
            "1.2.3",
            "=1",
        ] {
            assert_eq!(number(1700, cell), None, "{cell}");
        }
        assert!(number(1700, "-0").unwrap().is_sign_positive());
    }

    #[test]
    fn a_double_is_one() {
        for (cell, wanted) in
            [("0.30000000000000004", 0.1 + 0.2), ("1e+300", 1e300), ("-2.5", -2.5), ("0.1", 0.1), ("-0", 0.0)]
        {
            assert_eq!(number(701, cell), Some(wanted), "{cell}");
        }
        for cell in ["NaN", "Infinity", "-Infinity", "1e308", "-1.7976931348623157e+308", "5e-324", "1e-310", "", "x"] {
            assert_eq!(number(701, cell), None, "{cell}");
        }
    }

    #[test]
    fn moments_within_excels_years() {
        let moment = |oid: u32, cell: &str| match Kind::of(oid).value(cell.as_bytes()) {
            Some(Value::Moment { day, has_milliseconds }) => Some((day, has_milliseconds)),
            None => None,
            other => panic!("{other:?}"),
        };
        assert_eq!(moment(1082, "1900-03-01"), Some((61.0, false)));
        assert_eq!(moment(1082, "2026-11-23"), Some((46_349.0, false)));
        assert_eq!(moment(1082, "9999-12-31"), Some((2_958_465.0, false)));
        for cell in ["1900-02-28", "10000-01-01", "0044-03-15 BC", "infinity", "2026-02-30", ""] {
            assert_eq!(moment(1082, cell), None, "{cell}");
        }
        assert_eq!(moment(1114, "2026-11-23 12:00:00"), Some((46_349.5, false)));
        let (day, has_milliseconds) = moment(1114, "9999-12-31 23:59:59.999").unwrap();
        assert_eq!(((day.fract() * 86_400_000.0).round(), has_milliseconds), (86_399_999.0, true));
        assert_eq!(moment(1114, "2026-11-23 12:00:00.0001"), None);
        assert_eq!(moment(1114, "1899-12-31 23:59:59"), None);
        assert_eq!(moment(1083, "06:00:00"), Some((0.25, false)));
        assert_eq!((moment(1083, "24:00:00"), moment(1083, "00:00:00.000001")), (None, None));
        assert_eq!((moment(1184, "2026-11-23 12:00:00+00"), moment(1266, "12:00:00+00")), (None, None));
    }

    #[test]
    fn a_cell_holds_so_much_text() {
        let full = "é".repeat(TEXT_UNITS);
        assert_eq!(fit(&full), (full.as_str(), false));
        assert_eq!(fit("ab😀"), ("ab😀", false));
        let long = "a".repeat(TEXT_UNITS - 1) + "😀";
        assert_eq!(fit(&long), ("a".repeat(TEXT_UNITS - 1).as_str(), true));
        assert_eq!(fit(&"a".repeat(TEXT_UNITS + 1)).0.len(), TEXT_UNITS);
    }
}
