//! Numbers and times as text, the same on both sides.

/// `842 µs`, `12.4 ms`, `1.8 s`, `2 min 5 s`, `1 h 3 min`.
pub fn duration(us: u64) -> String {
    let seconds = us / 1_000_000;
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{:.1} ms", us as f64 / 1_000.0),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        1_000_000..60_000_000 => format!("{:.1} s", us as f64 / 1_000_000.0),
        60_000_000..3_600_000_000 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// `a few seconds`, `40 seconds`, `12 minutes`: what is guessed, no finer than it can be.
pub fn roughly(us: u64) -> String {
    match us / 1_000_000 {
        0..10 => "a few seconds".to_owned(),
        seconds @ 10..100 => format!("{} seconds", seconds.next_multiple_of(10)),
        seconds => age(seconds.next_multiple_of(60) * 1_000_000),
    }
}

/// `1 table`, `12,345 tables`.
pub fn count(number: impl Into<u64>, one: &str, many: &str) -> String {
    let number = number.into();
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// `12,345`
pub fn grouped(number: impl Into<u64>) -> String {
    let digits = number.into().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `less than a minute`, `12 minutes`, `3 hours`, `2 days`: in whole steps, never rounded up.
pub fn age(us: u64) -> String {
    let minutes = us / 60_000_000;
    match minutes {
        0 => "less than a minute".to_owned(),
        1..120 => count(minutes, "minute", "minutes"),
        120..2_880 => count(minutes / 60, "hour", "hours"),
        _ => count(minutes / 1_440, "day", "days"),
    }
}

/// `512 B`, `12.3 MB`: in powers of a thousand.
pub fn bytes(bytes: u64) -> String {
    let (divisor, unit) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..1_000_000 => (1e3, "kB"),
        1_000_000..1_000_000_000 => (1e6, "MB"),
        _ => (1e9, "GB"),
    };
    format!("{:.1} {unit}", bytes as f64 / divisor)
}

/// `2026-11-23 15:04 UTC`, from microseconds since 1970.
pub fn moment(us: i64) -> String {
    let seconds = us.div_euclid(1_000_000);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let of_day = seconds.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", of_day / 3_600, of_day / 60 % 60)
}

/// Days since 1970 as a date of the Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_numbers_read_well() {
        assert_eq!(moment(0), "1970-01-01 00:00 UTC");
        assert_eq!(moment(1_795_446_240_000_000), "2026-11-23 15:04 UTC");
        assert_eq!(moment(951_782_400_000_000), "2000-02-29 00:00 UTC");
        assert_eq!(duration(842), "842 µs");
        assert_eq!(duration(1_234), "1.2 ms");
        assert_eq!(duration(45_678), "45 ms");
        assert_eq!(duration(5_000_000), "5.0 s");
        assert_eq!((duration(125_900_000).as_str(), duration(3_780_000_000).as_str()), ("2 min 5 s", "1 h 3 min"));
        assert_eq!((age(59_999_999).as_str(), age(60_000_000).as_str()), ("less than a minute", "1 minute"));
        assert_eq!((age(7_199_000_000).as_str(), age(7_200_000_000).as_str()), ("119 minutes", "2 hours"));
        assert_eq!(age(172_800_000_000), "2 days");
        assert_eq!((roughly(9_999_999).as_str(), roughly(38_200_000).as_str()), ("a few seconds", "40 seconds"));
        assert_eq!((roughly(100_000_000).as_str(), roughly(7_140_000_000).as_str()), ("2 minutes", "119 minutes"));
        assert_eq!((bytes(999).as_str(), bytes(12_345_678).as_str()), ("999 B", "12.3 MB"));
        assert_eq!(count(1_u32, "table", "tables"), "1 table");
        assert_eq!(count(5_000_000_000_u64, "row", "rows"), "5,000,000,000 rows");
        assert_eq!(count(1_234_567_u32, "table", "tables"), "1,234,567 tables");
    }
}
