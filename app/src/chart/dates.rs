//! Moments: read from the database's text as seconds since 1970, and back as the parts of a date.
//!
//! The zone that a `timestamptz` is written in is left aside: the axis shows the clock that the cells show.

use crate::words::numbers;

pub(super) const DAY: f64 = 86_400.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moment {
    /// Seconds since 1970-01-01 00:00, of the clock as written.
    pub at: f64,
    pub has_date: bool,
    pub has_time: bool,
}

/// `2026-11-25`, `2026-11-25 13:00:00.25+01`, `2026-11-25T13:00`, `0044-03-15 BC`, `13:00:00`.
pub(super) fn read(text: &str) -> Option<Moment> {
    let text = text.trim();
    let (text, is_before_christ) = text.strip_suffix(" BC").map_or((text, false), |text| (text, true));
    let Some((date, time)) = split(text) else {
        let at = clock(text)?;
        return (!is_before_christ).then_some(Moment { at, has_date: false, has_time: true });
    };
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (digits(parts.next()?, 6)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    if !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    let year = if is_before_christ { 1 - year } else { year };
    let at = days(year, month, day) as f64 * DAY;
    match time {
        None => Some(Moment { at, has_date: true, has_time: false }),
        Some(time) => Some(Moment { at: at + clock(time)?, has_date: true, has_time: true }),
    }
}

/// The date and what follows it, where there is a date.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    match text.find([' ', 'T', ':', '-']) {
        Some(at) if text[at..].starts_with('-') => {}
        _ => return None,
    }
    match text.split_once([' ', 'T']) {
        Some((date, time)) => Some((date, Some(time))),
        None => Some((text, None)),
    }
}

/// Seconds of a day from `13:00`, `13:00:05.25` and the same with a zone after it.
fn clock(text: &str) -> Option<f64> {
    let text = text.trim_end_matches('Z');
    let text = text.find(['+', '-']).map_or(text, |zone| &text[..zone]).trim_end();
    let mut parts = text.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let (second, fraction) = match parts.next() {
        None => (0, 0.0),
        Some(second) => {
            let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
            (digits(whole, 2)?, digits(fraction, 9)? as f64 / 10_f64.powi(fraction.len() as i32))
        }
    };
    // 24:00 is midnight's other name, and 60 a leap second's.
    if hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    Some((hour * 3_600 + minute * 60 + second) as f64 + fraction)
}

fn digits(text: &str, most: usize) -> Option<i64> {
    let is_good = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_good { text.parse().ok() } else { None }
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970 to a date (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub(super) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// Year, month and day of a moment.
pub(super) fn civil(at: f64) -> (i64, i64, i64) {
    numbers::civil((at / DAY).floor() as i64)
}

/// `Jan` to `Dec`.
pub(super) fn month_name(month: i64) -> &'static str {
    const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    NAMES.get((month - 1) as usize).copied().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<f64> {
        read(text).map(|moment| moment.at)
    }

    #[test]
    fn moments_are_read_as_redshift_writes_them() {
        assert_eq!(read("1970-01-02"), Some(Moment { at: DAY, has_date: true, has_time: false }));
        assert_eq!(at("2026-11-23 15:04:00"), Some(1_795_446_240.0));
        assert_eq!(at("2026-11-23 15:04:00.25+01"), Some(1_795_446_240.25));
        assert_eq!(at("2026-11-23T15:04Z"), Some(1_795_446_240.0));
        assert_eq!(at("1969-12-31 23:59:59-08"), Some(-1.0));
        assert_eq!(read("13:00:01"), Some(Moment { at: 46_801.0, has_date: false, has_time: true }));
        assert_eq!(at("13:00:01-05"), Some(46_801.0));
        assert_eq!(at("0001-01-01 BC"), Some(days(0, 1, 1) as f64 * DAY));
        for text in [
            "",
            "infinity",
            "-infinity",
            "2026-13-01",
            "2026-02-29",
            "2026-1",
            "12345678-01-01",
            "25:00",
            "1:2:3:4",
            "13:00 BC",
            "é-é-é",
            "٣-01-01",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_date_survives_the_way_there_and_back() {
        for year in [-400, -1, 0, 1, 1899, 1900, 1970, 2000, 2024, 2026, 9999] {
            for month in 1..=12 {
                for day in [1, 28, days_of(year, month)] {
                    assert_eq!(civil(days(year, month, day) as f64 * DAY + 3.0), (year, month, day));
                }
            }
        }
    }
}
