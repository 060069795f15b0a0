//! Dates and times of day as people type them: checked, and written the one way that every engine reads.

use std::fmt;

/// A day from the year 1 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// Reads `2026-11-25`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = digits(parts.next()?, 2)? as u8;
        let day = digits(parts.next()?, 2)? as u8;
        let is_day = parts.next().is_none() && year > 0 && day > 0 && day <= length(year, month);
        is_day.then_some(Self { year, month, day })
    }

    /// None after 9999-12-31: not every engine reads years of five digits.
    pub fn next(self) -> Option<Self> {
        let Self { year, month, day } = self;
        Some(match () {
            () if day < length(year, month) => Self { year, month, day: day + 1 },
            () if month < 12 => Self { year, month: month + 1, day: 1 },
            () if year < 9999 => Self { year: year + 1, month: 1, day: 1 },
            () => return None,
        })
    }

    /// Days since 1970-01-01 (Howard Hinnant's `days_from_civil`: the year starts in March, so that the leap day is
    /// its last).
    pub fn number(self) -> i32 {
        let month = i32::from(self.month);
        let year = i32::from(self.year) - i32::from(month <= 2);
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i32::from(self.day) - 1;
        year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The days of a month; none where there is no such month.
fn length(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    }
}

/// Reads `13:45`, `13:45:30` and `13:45:30.5`, and writes the seconds out.
pub(super) fn time_of_day(text: &str) -> Option<String> {
    let (clock, fraction) = match text.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (text, None),
    };
    let mut parts = clock.split(':');
    let hour = digits(parts.next()?, 2)?;
    let minute = digits(parts.next()?, 2)?;
    let second = parts.next().map(|second| digits(second, 2));
    let is_time = hour < 24 && minute < 60 && parts.next().is_none();
    let second = match second {
        Some(second) => second.filter(|second| *second < 60)?,
        None if fraction.is_some() => return None,
        None => 0,
    };
    let mut written = format!("{hour:02}:{minute:02}:{second:02}");
    if let Some(fraction) = fraction {
        // Redshift keeps microseconds.
        let is_fraction = (1..=6).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
        is_fraction.then_some(())?;
        written.push('.');
        written.push_str(fraction);
    }
    is_time.then_some(written)
}

/// A number of exactly so many digits.
fn digits(text: &str, count: usize) -> Option<u16> {
    let is_number = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("a day")
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for text in ["2026-11-25", "0001-01-01", "9999-12-31", "2024-02-29", "2000-02-29"] {
            assert_eq!(day(text).to_string(), text);
        }
        for text in [
            "",
            "2026",
            "2026-11",
            "2026-13-01",
            "2026-00-01",
            "2026-01-00",
            "2026-02-29",
            "1900-02-29",
            "0000-01-01",
            "2026-4-01",
            "2026-04-31",
            "26-04-01",
            "2026-04-01-01",
            "+026-04-01",
            "２０２６-04-01",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_day_is_followed_by_the_next() {
        assert_eq!(day("2026-12-31").next().unwrap().to_string(), "2027-01-01");
        assert_eq!(day("9999-12-31").next(), None);
        assert_eq!(day("2024-02-28").next().unwrap().to_string(), "2024-02-29");
        assert_eq!(day("2026-02-28").next().unwrap().to_string(), "2026-03-01");
        assert_eq!(day("1970-01-01").number(), 0);
        assert_eq!(day("2000-03-01").number(), 11_017);
        let mut one = day("0001-01-01");
        for number in one.number()..1_000_000 {
            assert_eq!(one.number(), number, "{one}");
            one = one.next().unwrap();
        }
    }

    #[test]
    fn times_are_written_with_seconds() {
        assert_eq!(time_of_day("13:45").as_deref(), Some("13:45:00"));
        assert_eq!(time_of_day("23:59:59").as_deref(), Some("23:59:59"));
        assert_eq!(time_of_day("00:00:00.5").as_deref(), Some("00:00:00.5"));
        for text in
            ["", "13", "24:00", "13:60", "13:45:60", "1:45", "13:45:", "13:45.5", "13:45:30.", "13:45:30.1234567"]
        {
            assert_eq!(time_of_day(text), None, "{text}");
        }
    }
}
