//! Values from the text that PostgreSQL and Redshift print with `DateStyle` ISO.
//!
//! Each function answers `None` for bytes that are no such value; nothing is guessed.

use std::borrow::Cow;
use std::str::FromStr;

pub(super) fn boolean(bytes: &[u8]) -> Option<bool> {
    match bytes {
        b"t" => Some(true),
        b"f" => Some(false),
        _ => None,
    }
}

pub(super) fn integer<T: TryFrom<i64>>(bytes: &[u8]) -> Option<T> {
    let (is_negative, digits) = match bytes.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, bytes),
    };
    // Counted down, because there is one more number below zero than above.
    let mut value = 0_i64;
    if digits.is_empty() {
        return None;
    }
    for digit in digits {
        value = value.checked_mul(10)?.checked_sub(i64::from(digit_of(*digit)?))?;
    }
    T::try_from(if is_negative { value } else { value.checked_neg()? }).ok()
}

/// `NaN`, `Infinity` and `-Infinity` are numbers to Rust too.
pub(super) fn float<T: FromStr>(bytes: &[u8]) -> Option<T> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// Digits with at most `scale` of them after the point; `NaN` has no place in a decimal.
pub(super) fn decimal(bytes: &[u8], precision: u8, scale: i8) -> Option<i128> {
    let (is_negative, digits) = match bytes.split_first()? {
        (b'-', rest) => (true, rest),
        _ => (false, bytes),
    };
    let mut value = 0_i128;
    let mut after_point = None;
    let mut count = 0;
    for byte in digits {
        if *byte == b'.' && after_point.is_none() {
            after_point = Some(0_i8);
            continue;
        }
        value = value.checked_mul(10)?.checked_add(i128::from(digit_of(*byte)?))?;
        count += 1;
        after_point = after_point.map(|places| places.saturating_add(1));
    }
    let missing = u32::try_from(scale.checked_sub(after_point.unwrap_or(0))?).ok()?;
    value = value.checked_mul(10_i128.checked_pow(missing)?)?;
    let fits = count > 0 && value < 10_i128.checked_pow(u32::from(precision))?;
    fits.then_some(if is_negative { -value } else { value })
}

/// Days since 1970: `2026-11-23`, `0044-03-15 BC`, years of more than four digits.
pub fn date(bytes: &[u8]) -> Option<i32> {
    let (bytes, is_bc) = match bytes.strip_suffix(b" BC") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    i32::try_from(days(bytes, is_bc)?).ok()
}

fn days(bytes: &[u8], is_bc: bool) -> Option<i64> {
    let [rest @ .., month_dash, m1, m2, day_dash, d1, d2] = bytes else { return None };
    if (*month_dash, *day_dash) != (b'-', b'-') || rest.len() < 4 {
        return None;
    }
    let year: i64 = integer(rest)?;
    let (month, day) = (two(*m1, *m2)?, two(*d1, *d2)?);
    // There is no year 0: 1 BC stands there.
    let year = if is_bc { 1 - year } else { year };
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return None;
    }
    Some(days_from_civil(year, month, day))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Howard Hinnant's "chrono-compatible low-level date algorithms", `days_from_civil`.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Microseconds since midnight: `23:59:59.999999`, `24:00:00`.
pub fn time(bytes: &[u8]) -> Option<i64> {
    let (clock, fraction) = bytes.split_at_checked(8)?;
    let [h1, h2, b':', m1, m2, b':', s1, s2] = clock else { return None };
    let (hours, minutes, seconds) = (two(*h1, *h2)?, two(*m1, *m2)?, two(*s1, *s2)?);
    if hours > 24 || minutes > 59 || seconds > 60 {
        return None;
    }
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + self::fraction(fraction)?)
}

/// `.5` is half a second; nothing is none.
fn fraction(bytes: &[u8]) -> Option<i64> {
    let Some((point, digits)) = bytes.split_first() else { return Some(0) };
    if *point != b'.' || digits.is_empty() || digits.len() > 6 {
        return None;
    }
    let value: i64 = digits.iter().try_fold(0, |value, digit| Some(value * 10 + i64::from(digit_of(*digit)?)))?;
    Some(value * 10_i64.pow(6 - digits.len() as u32))
}

/// Microseconds since 1970, in no zone.
pub fn timestamp(bytes: &[u8]) -> Option<i64> {
    let (bytes, is_bc) = match bytes.strip_suffix(b" BC") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let space = bytes.iter().position(|b| *b == b' ')?;
    let days = days(&bytes[..space], is_bc)?;
    days.checked_mul(86_400_000_000)?.checked_add(time(&bytes[space + 1..])?)
}

/// Microseconds since 1970, UTC: the text ends in an offset as `+02`, `-03:30` or `+00:19:32`.
pub(super) fn timestamp_with_zone(bytes: &[u8]) -> Option<i64> {
    let (bytes, is_bc) = match bytes.strip_suffix(b" BC") {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let space = bytes.iter().position(|b| *b == b' ')?;
    let sign = space + 1 + bytes.get(space + 1..)?.iter().position(|b| matches!(b, b'+' | b'-'))?;
    let days = days(&bytes[..space], is_bc)?;
    let local = days.checked_mul(86_400_000_000)?.checked_add(time(&bytes[space + 1..sign])?)?;
    let mut seconds = 0;
    for (place, part) in bytes[sign + 1..].split(|b| *b == b':').enumerate() {
        let [tens, units] = part else { return None };
        seconds += two(*tens, *units)? * [3600, 60, 1].get(place)?;
    }
    let offset = seconds * if bytes[sign] == b'-' { -1_000_000 } else { 1_000_000 };
    local.checked_sub(offset)
}

/// PostgreSQL's bytea, in the form that says by its `\x` that it is hexadecimal; the other form is told apart by that.
pub(super) fn bytea(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    varbyte(bytes.strip_prefix(b"\\x")?)
}

/// VARBYTE is bare hexadecimal.
pub(super) fn varbyte(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let pair = |pair: &[u8]| Some(nibble(pair[0])? << 4 | nibble(pair[1])?);
    bytes.chunks_exact(2).map(pair).collect::<Option<Vec<u8>>>().map(Cow::Owned)
}

fn nibble(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn digit_of(byte: u8) -> Option<u8> {
    byte.checked_sub(b'0').filter(|digit| *digit <= 9)
}

fn two(tens: u8, units: u8) -> Option<i64> {
    Some(i64::from(digit_of(tens)?) * 10 + i64::from(digit_of(units)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_of_each_type() {
        assert_eq!(integer::<i64>(b"-9223372036854775808"), Some(i64::MIN));
        assert_eq!(integer::<i64>(b"9223372036854775807"), Some(i64::MAX));
        assert_eq!(integer::<i64>(b"9223372036854775808"), None);
        assert_eq!((integer::<i16>(b"32768"), integer::<i32>(b""), integer::<i32>(b"-")), (None, None, None));
        assert_eq!(decimal(b"-9999999999999999999999999999.9999999999", 38, 10), Some(-(10_i128.pow(38) - 1)));
        assert_eq!((decimal(b"12.3", 8, 2), decimal(b"0.001", 8, 2), decimal(b"NaN", 8, 2)), (Some(1230), None, None));
        assert_eq!((decimal(b"1000000", 8, 2), decimal(b".", 8, 2)), (None, None));
        assert_eq!(
            (date(b"1970-01-01"), date(b"0044-03-15 BC"), date(b"9999-12-31")),
            (Some(0), Some(-735_160), Some(2_932_896))
        );
        assert_eq!((date(b"2026-02-29"), date(b"infinity"), date(b"2024-02-29")), (None, None, Some(19_782)));
        assert_eq!(time(b"23:59:59.999999"), Some(86_399_999_999));
        assert_eq!((time(b"24:00:00"), time(b"1:2:3"), time(b"25:00:00")), (Some(86_400_000_000), None, None));
        assert_eq!(timestamp(b"1970-01-01 00:00:00.000001"), Some(1));
        assert_eq!(timestamp_with_zone(b"2026-11-23 15:04:05+02"), timestamp(b"2026-11-23 13:04:05"));
        assert_eq!(timestamp_with_zone(b"2026-11-23 15:04:05-03:30"), timestamp(b"2026-11-23 18:34:05"));
        assert_eq!(timestamp_with_zone(b"1890-01-01 00:19:32+00:19:32"), timestamp(b"1890-01-01 00:00:00"));
        assert_eq!(timestamp_with_zone(b"2026-11-23 15:04:05"), None);
        assert_eq!(varbyte(b"616263").as_deref(), Some(&b"abc"[..]));
        assert_eq!((bytea(b"\\x00fF").as_deref(), varbyte(b"6"), varbyte(b"zz")), (Some(&[0, 255][..]), None, None));
        assert_eq!(bytea(b"616263"), None, "text in the escape form");
        assert_eq!((float::<f64>(b"-Infinity"), float::<f32>(b"0.1")), (Some(f64::NEG_INFINITY), Some(0.1)));
    }
}
