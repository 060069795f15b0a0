//! When a schedule comes round: every so many minutes or hours from when it was set, or on days at a time of day in a zone.
//!
//! A time of day that a zone leaves out in spring is taken as late as it is skipped (02:30 is 03:30 on that day), and one
//! that it has twice in autumn is taken the first time, as RFC 5545 §3.3.5 has it.

use contract::refresh::{Schedule, Unit};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

const MINUTE: i64 = 60 * 1_000_000;

/// Datasets whose times are the same do not all start in the same moment: each has a delay of its own, of a minute at
/// most, and of a twentieth of the time from one run to the next.
const MOST_DELAY: u64 = 60 * 1_000_000;

/// A time zone's name as the database has it, however it was typed. None where there is no such zone.
pub fn zone(name: &str) -> Option<String> {
    // The database also knows a name for no zone at all.
    let zone = TimeZone::get(name).ok().filter(|zone| !name.is_empty() && !zone.is_unknown())?;
    Some(zone.iana_name().unwrap_or(name).to_owned())
}

/// The first moment after `after`, in microseconds since 1970. None where it never comes by itself.
pub fn next(schedule: &Schedule, set_at: i64, after: i64) -> Option<i64> {
    upcoming(schedule, set_at, after, 1).first().copied()
}

/// The first moments after `after`.
pub fn upcoming(schedule: &Schedule, set_at: i64, after: i64, count: usize) -> Vec<i64> {
    match schedule.unit {
        Unit::Asked => Vec::new(),
        Unit::Minutes | Unit::Hours => {
            let period = i64::from(schedule.minutes().unwrap_or(1)) * MINUTE;
            let first = after.saturating_sub(set_at).div_euclid(period) + 1;
            (first..).take(count).map(|nth| set_at.saturating_add(nth.saturating_mul(period))).collect()
        }
        Unit::Days | Unit::Weeks => days(schedule, set_at, after, count).unwrap_or_default(),
    }
}

fn days(schedule: &Schedule, set_at: i64, after: i64, count: usize) -> Result<Vec<i64>, jiff::Error> {
    let zone = TimeZone::get(&schedule.zone)?;
    let date = |moment: i64| Ok::<_, jiff::Error>(zone.to_datetime(Timestamp::from_microsecond(moment)?).date());
    let mut anchor: Date = date(set_at)?;
    let mut step = i64::from(schedule.every);
    if schedule.unit == Unit::Weeks {
        let weekday = Weekday::from_monday_zero_offset(schedule.weekday.try_into().unwrap_or_default())?;
        // Of the week in which it was set, also where that day is over.
        let back = i64::from(anchor.weekday().to_monday_zero_offset() - weekday.to_monday_zero_offset());
        anchor = anchor.checked_sub(Span::new().days(back))?;
        step *= 7;
    }
    let since = i64::from(anchor.until(date(after)?)?.get_days());
    let (hour, minute) =
        ((schedule.at / 60).try_into().unwrap_or_default(), (schedule.at % 60).try_into().unwrap_or_default());
    let mut found = Vec::new();
    // One step back: the day of `after` may have it still to come.
    let mut nth = since.div_euclid(step) - 1;
    while found.len() < count {
        let day = anchor.checked_add(Span::new().try_days(nth.saturating_mul(step))?)?;
        let moment = zone.to_ambiguous_timestamp(day.at(hour, minute, 0, 0)).compatible()?.as_microsecond();
        if moment > after {
            found.push(moment);
        }
        nth += 1;
    }
    Ok(found)
}

/// The delay of a dataset, by its id.
pub fn delay(schedule: &Schedule, dataset_id: &str) -> i64 {
    let Some(minutes) = schedule.minutes() else { return 0 };
    let most = (u64::from(minutes) * 60 * 1_000_000 / 20).min(MOST_DELAY);
    // FNV-1a: all that is asked of it is to be even, and the same everywhere.
    let hash = dataset_id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    i64::try_from(hash % most.max(1)).unwrap_or_default()
}

/// Whether a dataset is due at that moment by its schedule.
pub fn is_due_at(schedule: &Schedule, set_at: i64, dataset_id: &str, moment: i64) -> bool {
    due(schedule, set_at, dataset_id, moment - delay(schedule, dataset_id) - 1) == Some(moment)
}

/// The next time that a dataset is due by itself.
pub fn due(schedule: &Schedule, set_at: i64, dataset_id: &str, after: i64) -> Option<i64> {
    next(schedule, set_at, after).map(|moment| moment + delay(schedule, dataset_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn texts(moments: Vec<i64>) -> Vec<String> {
        moments.into_iter().map(|moment| Timestamp::from_microsecond(moment).unwrap().to_string()).collect()
    }

    fn daily(every: u32, time: u16, zone: &str) -> Schedule {
        Schedule { every, unit: Unit::Days, at: time, weekday: 0, zone: zone.into() }
    }

    #[test]
    fn intervals_are_counted_from_when_they_were_set() {
        let every = |every, unit| Schedule { every, unit, ..Schedule::default() };
        let set = at("2026-11-25T10:07:00Z");
        assert_eq!(
            texts(upcoming(&every(15, Unit::Minutes), set, at("2026-11-25T10:22:00Z"), 2)),
            ["2026-11-25T10:37:00Z", "2026-11-25T10:52:00Z"]
        );
        let missed = at("2026-11-26T09:00:00Z");
        assert_eq!(
            texts(upcoming(&every(6, Unit::Hours), set, missed, 1)),
            ["2026-11-26T10:07:00Z"],
            "missed runs are one"
        );
        assert!(upcoming(&every(1, Unit::Asked), set, set, 3).is_empty());
        // A clock that was put back before it was set.
        let before = at("2025-11-25T10:08:00Z");
        assert_eq!(texts(upcoming(&every(1, Unit::Hours), set, before, 1)), ["2025-11-25T11:07:00Z"]);
    }

    #[test]
    fn a_night_without_the_hour_has_its_run_and_a_night_with_two_has_one() {
        let set = at("2026-01-01T00:00:00Z");
        let schedule = daily(1, 2 * 60 + 30, "Europe/Berlin");
        assert_eq!(
            texts(upcoming(&schedule, set, at("2026-03-28T00:00:00Z"), 3)),
            ["2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"],
            "on 29 March 02:30 is 03:30"
        );
        assert_eq!(
            texts(upcoming(&schedule, set, at("2026-10-24T12:00:00Z"), 3)),
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z"],
            "on 25 October there are two, and the first counts"
        );
        let between = at("2026-10-25T00:31:00Z");
        assert_eq!(texts(upcoming(&schedule, set, between, 1)), ["2026-10-26T01:30:00Z"], "the second does not");
        let new_york = daily(1, 2 * 60, "America/New_York");
        assert_eq!(
            texts(upcoming(&new_york, set, at("2026-03-08T00:00:00Z"), 2)),
            ["2026-03-08T07:00:00Z", "2026-03-09T06:00:00Z"]
        );
        assert_eq!(texts(upcoming(&daily(1, 0, "Asia/Kolkata"), set, set, 1)), ["2026-01-01T18:30:00Z"]);
    }

    #[test]
    fn every_other_day_and_week_keeps_its_step() {
        let set = at("2026-11-25T10:00:00Z");
        let other = daily(2, 9 * 60, "UTC");
        assert_eq!(
            texts(upcoming(&other, set, set, 3)),
            ["2026-11-27T09:00:00Z", "2026-11-29T09:00:00Z", "2026-12-01T09:00:00Z"]
        );
        let missed = at("2026-11-28T12:00:00Z");
        assert_eq!(texts(upcoming(&other, set, missed, 1)), ["2026-11-29T09:00:00Z"]);
        // A Wednesday.
        let week = |every, weekday| Schedule { every, unit: Unit::Weeks, at: 60, weekday, zone: "UTC".into() };
        assert_eq!(texts(upcoming(&week(1, 0), set, set, 2)), ["2026-11-30T01:00:00Z", "2026-12-07T01:00:00Z"]);
        assert_eq!(texts(upcoming(&week(2, 4), set, set, 2)), ["2026-11-27T01:00:00Z", "2026-12-11T01:00:00Z"]);
        assert_eq!(texts(upcoming(&week(1, 2), set, set, 1)), ["2026-12-02T01:00:00Z"], "today's time is over");
    }

    #[test]
    fn clocks_that_jump_lose_no_schedule() {
        let set = at("2026-11-25T10:00:00Z");
        for schedule in [
            daily(1, 180, "Europe/Berlin"),
            daily(3, 0, "Pacific/Apia"),
            Schedule { unit: Unit::Hours, ..Schedule::default() },
        ] {
            for now in ["2025-11-25T09:00:00Z", "2026-11-25T09:00:00Z", "2026-11-26T12:00:00Z", "2027-11-25T10:00:00Z"]
            {
                let next = next(&schedule, set, at(now)).unwrap();
                let longest = i64::from(schedule.minutes().unwrap()) * MINUTE + 60 * MINUTE;
                assert!(next > at(now) && next - at(now) <= longest, "{now} {schedule:?}");
            }
        }
        assert_eq!(next(&daily(1, 180, "UTC"), set, i64::MAX), None, "beyond the calendar");
    }

    #[test]
    fn zones_are_those_of_the_database() {
        for zone in ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Asia/Kathmandu"] {
            assert_eq!(super::zone(zone).as_deref(), Some(zone));
        }
        for zone in ["", "Berlin", "Europe/Berlin\0", "../../etc/passwd", "Etc/Unknown", "+02:00"] {
            assert_eq!(super::zone(zone), None, "{zone}");
        }
        assert_eq!(super::zone("europe/berlin").as_deref(), Some("Europe/Berlin"), "as the database writes it");
    }

    #[test]
    fn a_schedules_own_times_are_told_from_others() {
        let set = at("2026-11-25T10:07:00Z");
        for schedule in [daily(2, 180, "Europe/Berlin"), Schedule { unit: Unit::Hours, ..Schedule::default() }] {
            for dataset in ["one", "two", "three"] {
                let mut moment = set;
                for _ in 0..5 {
                    moment = due(&schedule, set, dataset, moment).unwrap();
                    assert!(is_due_at(&schedule, set, dataset, moment));
                    assert!(
                        !is_due_at(&schedule, set, dataset, moment + 1)
                            && !is_due_at(&schedule, set, dataset, moment - 1)
                    );
                }
            }
        }
    }

    #[test]
    fn delays_are_spread_and_short() {
        let schedule = daily(1, 0, "UTC");
        let mut delays: Vec<i64> = (0..1000).map(|n| delay(&schedule, &format!("dataset-{n}"))).collect();
        delays.sort_unstable();
        assert!(delays[0] >= 0 && delays[999] < 60_000_000);
        assert!(delays[500] > 25_000_000 && delays[500] < 35_000_000, "{}", delays[500]);
        let often = Schedule { every: 5, unit: Unit::Minutes, ..Schedule::default() };
        assert!((0..1000).all(|n| delay(&often, &n.to_string()) < 15_000_000));
    }
}
