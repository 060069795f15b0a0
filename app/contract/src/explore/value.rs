//! What a person typed into a filter, held against the column's kind. What is let through is written anew, so that
//! every engine reads it the same way.

use super::calendar::{Day, time_of_day};
use super::dialect::Type;
use super::fault::Expected;
use super::kind::Kind;

/// Digits of a decimal, in Redshift.
const DIGITS: usize = 38;

/// Text and the type that it is cast to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub text: String,
    pub to: Type,
}

pub(super) fn read(kind: Kind, typed: &str) -> Result<Value, Expected> {
    let text = typed.trim();
    let (read, to, expected) = match kind {
        Kind::Integer => (whole(text), Type::Bigint, Expected::WholeNumber),
        // The scale is the value's own: a price over 19.995 is not one over 20.00.
        Kind::Decimal { .. } => {
            let read = decimal(text);
            let scale = read.as_ref().and_then(|text| text.split_once('.')).map_or(0, |(_, digits)| digits.len());
            (read, Type::Decimal(scale as u8), Expected::Number)
        }
        Kind::Real => (float(text, 38), Type::Real, Expected::Number),
        Kind::Double => (float(text, 300), Type::Double, Expected::Number),
        Kind::Date => (Day::parse(text).map(|day| day.to_string()), Type::Date, Expected::Date),
        Kind::Timestamp => (moment(text), Type::Timestamp, Expected::Timestamp),
        Kind::TimestampTz => {
            let local = ["Z", "+00:00", "+00"].iter().find_map(|zone| text.strip_suffix(zone)).unwrap_or(text);
            (moment(local).map(|moment| moment + "+00"), Type::TimestampTz, Expected::Timestamp)
        }
        Kind::Time => (time_of_day(text), Type::Time, Expected::Time),
        // Blanks around a text may be meant.
        Kind::Text { .. } => ((!typed.contains('\0')).then(|| typed.to_owned()), Type::Varchar, Expected::Text),
        Kind::Boolean | Kind::TimeTz | Kind::Other => (None, Type::Varchar, Expected::Text),
    };
    read.map(|text| Value { text, to }).ok_or(expected)
}

/// What a value is compared with. Redshift takes blanks at the end of a text for nothing where it compares, and other engines
/// are not given any.
pub(super) fn compared(kind: Kind, typed: &str) -> Result<Value, Expected> {
    read(kind, if matches!(kind, Kind::Text { .. }) { typed.trim_end_matches(' ') } else { typed })
}

/// The last moment that there is, in a column of moments, of those that can be typed.
pub(super) fn last(kind: Kind) -> Value {
    match kind {
        Kind::TimestampTz => Value { text: "9999-12-31 23:59:59.999999+00".to_owned(), to: Type::TimestampTz },
        _ => Value { text: "9999-12-31 23:59:59.999999".to_owned(), to: Type::Timestamp },
    }
}

/// Where a day starts, in a column of moments.
pub(super) fn start(kind: Kind, day: Day) -> Value {
    match kind {
        Kind::TimestampTz => Value { text: format!("{day} 00:00:00+00"), to: Type::TimestampTz },
        _ => Value { text: format!("{day} 00:00:00"), to: Type::Timestamp },
    }
}

fn whole(text: &str) -> Option<String> {
    text.parse::<i64>().ok().map(|number| number.to_string())
}

/// A sign and the digits before and after the point, without zeros that say nothing.
fn decimal(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = before.bytes().chain(after.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_number || (before.is_empty() && after.is_empty()) {
        return None;
    }
    let (before, after) = (before.trim_start_matches('0'), after.trim_end_matches('0'));
    if before.len() + after.len() > DIGITS || after.len() >= DIGITS {
        return None;
    }
    let before = if before.is_empty() { "0" } else { before };
    let point = if after.is_empty() { "" } else { "." };
    Some(format!("{sign}{before}{point}{after}"))
}

/// A decimal, perhaps with an exponent. Its first and its last digit stand at most `bound` places from the point, so
/// that it fits the type.
fn float(text: &str, bound: i16) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (decimal(mantissa)?, exponent.parse().ok()?),
        None => (decimal(text)?, 0_i16),
    };
    if exponent == 0 {
        return Some(mantissa);
    }
    let digits = mantissa.trim_start_matches('-');
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    // At most 38 of each, and the exponent is small once the first comparison has passed.
    let (before, after) = (before.len() as i16, after.len() as i16);
    let fits = exponent.unsigned_abs() <= 300 && before + exponent <= bound && after - exponent < bound;
    fits.then(|| format!("{mantissa}e{exponent}"))
}

/// A day, or a day and a time of it.
fn moment(text: &str) -> Option<String> {
    match text.split_once(['T', ' ']) {
        Some((day, time)) => Some(format!("{} {}", Day::parse(day)?, time_of_day(time.trim_start())?)),
        None => Day::parse(text).map(|day| format!("{day} 00:00:00")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: Kind, typed: &str) -> Option<String> {
        read(kind, typed).ok().map(|value| value.text)
    }

    #[test]
    fn numbers_are_written_anew() {
        assert_eq!(text(Kind::Integer, " +007 ").as_deref(), Some("7"));
        assert_eq!(text(Kind::Integer, "-9223372036854775808").as_deref(), Some("-9223372036854775808"));
        let decimal = Kind::Decimal { scale: 2, is_wide: false };
        assert_eq!(read(decimal, "0019.9950"), Ok(Value { text: "19.995".to_owned(), to: Type::Decimal(3) }));
        assert_eq!(read(decimal, "-.5"), Ok(Value { text: "-0.5".to_owned(), to: Type::Decimal(1) }));
        assert_eq!(read(decimal, "5."), Ok(Value { text: "5".to_owned(), to: Type::Decimal(0) }));
        assert_eq!(text(Kind::Double, "1.50E-3").as_deref(), Some("1.5e-3"));
        assert_eq!(text(Kind::Double, "2").as_deref(), Some("2"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for typed in ["", "x", "1.5", "1,5", "1e3", "9223372036854775808", "0x10", "--1", "１"] {
            assert_eq!(read(Kind::Integer, typed), Err(Expected::WholeNumber), "{typed}");
        }
        for typed in [
            "",
            ".",
            "-",
            "1..2",
            "1e3",
            "NaN",
            "infinity",
            "+-1",
            "1 2",
            &"9".repeat(39),
            &format!(".{}", "1".repeat(38)),
        ] {
            assert_eq!(read(Kind::Decimal { scale: 0, is_wide: true }, typed), Err(Expected::Number), "{typed}");
        }
        for typed in ["1e", "e5", "1e999", "1e1.5", "nan", "1e40000"] {
            assert_eq!(read(Kind::Double, typed), Err(Expected::Number), "{typed}");
        }
        for typed in ["1e38", "100e36", "1e-38", "0.01e-36", "1e400"] {
            assert_eq!(read(Kind::Real, typed), Err(Expected::Number), "{typed}");
        }
        for typed in ["1e37", "-1e37", "1e-37", "0.0001e35", "1e0"] {
            assert!(read(Kind::Real, typed).is_ok(), "{typed}");
        }
    }

    #[test]
    fn moments_are_read_with_t_and_with_a_blank() {
        for typed in ["2026-11-25 13:45", "2026-11-25T13:45", "2026-11-25T13:45:00"] {
            assert_eq!(text(Kind::Timestamp, typed).as_deref(), Some("2026-11-25 13:45:00"), "{typed}");
        }
        assert_eq!(text(Kind::Timestamp, "2026-11-25").as_deref(), Some("2026-11-25 00:00:00"));
        for typed in ["2026-11-25 13:45:30.5+00", "2026-11-25T13:45:30.5Z", "2026-11-25 13:45:30.5"] {
            assert_eq!(text(Kind::TimestampTz, typed).as_deref(), Some("2026-11-25 13:45:30.5+00"), "{typed}");
        }
        for typed in ["", "yesterday", "2026-11-25 25:00", "2026-11-31 10:00", "2026-11-25 13:45+02", "13:45"] {
            assert_eq!(read(Kind::TimestampTz, typed), Err(Expected::Timestamp), "{typed}");
        }
        assert_eq!(read(Kind::Date, "2026-11-25 13:45"), Err(Expected::Date));
    }

    #[test]
    fn text_is_kept_as_it_is() {
        let kind = Kind::Text { is_varying: true, ends_in_blanks: false };
        assert_eq!(text(kind, " '\\; drop ").as_deref(), Some(" '\\; drop "));
        assert_eq!(read(kind, "a\0b"), Err(Expected::Text));
    }
}
