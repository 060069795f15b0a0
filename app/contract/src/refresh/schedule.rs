//! When a dataset is refreshed by itself, and the form that says so.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Only when somebody, or another system, asks.
    Asked,
    Minutes,
    Hours,
    #[default]
    Days,
    Weeks,
}

impl Unit {
    pub const ALL: [Self; 5] = [Self::Minutes, Self::Hours, Self::Days, Self::Weeks, Self::Asked];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::Weeks => "weeks",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.as_str() == code)
    }

    /// Days and weeks begin at a time of day.
    pub fn has_time(self) -> bool {
        matches!(self, Self::Days | Self::Weeks)
    }

    /// How many minutes one is; none where it never comes by itself.
    fn minutes(self) -> Option<u32> {
        match self {
            Self::Asked => None,
            Self::Minutes => Some(1),
            Self::Hours => Some(60),
            Self::Days => Some(24 * 60),
            Self::Weeks => Some(7 * 24 * 60),
        }
    }
}

/// The longest between two runs, in minutes: a year.
pub const LONGEST: u32 = 366 * 24 * 60;

pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub every: u32,
    pub unit: Unit,
    /// Minutes after midnight, for days and weeks.
    pub at: u16,
    /// From Monday, which is 0; for weeks.
    pub weekday: u8,
    /// A name of the IANA time zone database, for days and weeks.
    pub zone: String,
}

impl Default for Schedule {
    /// Each night.
    fn default() -> Self {
        Self { every: 1, unit: Unit::Days, at: 3 * 60, weekday: 0, zone: "UTC".to_owned() }
    }
}

impl Schedule {
    /// The time of day as `03:00`.
    pub fn time(&self) -> String {
        format!("{:02}:{:02}", self.at / 60, self.at % 60)
    }

    /// Minutes from one run to the next; none where it never runs by itself. A day may have 23 hours, or 25.
    pub fn minutes(&self) -> Option<u32> {
        self.unit.minutes().map(|minutes| minutes.saturating_mul(self.every))
    }

    /// The same, no oftener than each so many minutes: what may be set can have been more when it was.
    pub fn at_least(self, least: u32) -> Self {
        match self.minutes() {
            Some(minutes) if minutes < least => Self { every: least, unit: Unit::Minutes, ..self },
            _ => self,
        }
    }
}

/// `every 6 hours`, `each day at 03:00 (Europe/Berlin)`.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { every, unit, weekday, zone, .. } = self;
        let at = format!("at {} ({zone})", self.time());
        let day = WEEKDAYS.get(usize::from(*weekday)).copied().unwrap_or_default();
        match (unit, every) {
            (Unit::Asked, _) => f.write_str("only when somebody asks"),
            (Unit::Minutes, 1) => f.write_str("every minute"),
            (Unit::Minutes, every) => write!(f, "every {every} minutes"),
            (Unit::Hours, 1) => f.write_str("every hour"),
            (Unit::Hours, every) => write!(f, "every {every} hours"),
            (Unit::Days, 1) => write!(f, "each day {at}"),
            (Unit::Days, every) => write!(f, "every {every} days {at}"),
            (Unit::Weeks, 1) => write!(f, "each {day} {at}"),
            (Unit::Weeks, every) => write!(f, "every {every} weeks, on {day} {at}"),
        }
    }
}

/// What is wrong with a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleFault {
    /// No whole number from 1 on, or no unit.
    EveryInvalid,
    /// The operator's limit.
    TooOften {
        minutes: u32,
    },
    /// More than a year from one run to the next.
    TooSeldom,
    TimeInvalid,
    WeekdayInvalid,
    ZoneUnknown,
}

/// A schedule as a form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScheduleFields {
    pub every: String,
    pub unit: String,
    /// `03:00`.
    pub at: String,
    /// From Monday, which is 0.
    pub weekday: String,
    pub zone: String,
}

impl From<&Schedule> for ScheduleFields {
    fn from(schedule: &Schedule) -> Self {
        Self {
            every: schedule.every.to_string(),
            unit: schedule.unit.as_str().to_owned(),
            at: schedule.time(),
            weekday: schedule.weekday.to_string(),
            zone: schedule.zone.clone(),
        }
    }
}

/// No field that may be set is longer, in characters.
const LONGEST_FIELD: usize = 64;

impl ScheduleFields {
    /// As it may go into an address.
    pub fn clipped(&self) -> Self {
        let clip = |text: &str| text.chars().take(LONGEST_FIELD).collect();
        let Self { every, unit, at, weekday, zone } = self;
        Self { every: clip(every), unit: clip(unit), at: clip(at), weekday: clip(weekday), zone: clip(zone) }
    }

    /// Holds the form against what may be set. Whether there is such a zone, the server knows.
    pub fn read(&self, least_minutes: u32) -> Result<Schedule, ScheduleFault> {
        let unit = Unit::from_code(&self.unit).ok_or(ScheduleFault::EveryInvalid)?;
        if unit == Unit::Asked {
            return Ok(Schedule { unit, ..Schedule::default() });
        }
        let every = self.every.trim().parse().ok().filter(|every| *every > 0).ok_or(ScheduleFault::EveryInvalid)?;
        let mut schedule = Schedule { every, unit, ..Schedule::default() };
        if schedule.minutes().is_some_and(|minutes| minutes < least_minutes) {
            return Err(ScheduleFault::TooOften { minutes: least_minutes });
        }
        if schedule.minutes().is_some_and(|minutes| minutes > LONGEST) {
            return Err(ScheduleFault::TooSeldom);
        }
        if unit.has_time() {
            schedule.at = time(&self.at).ok_or(ScheduleFault::TimeInvalid)?;
            schedule.zone = self.zone.trim().to_owned();
        }
        if unit == Unit::Weeks {
            let weekday = self.weekday.parse().ok().filter(|day| *day < 7);
            schedule.weekday = weekday.ok_or(ScheduleFault::WeekdayInvalid)?;
        }
        Ok(schedule)
    }
}

/// Minutes after midnight, of `3:00`, `03:00` or `03:00:00`: browsers send either.
fn time(text: &str) -> Option<u16> {
    let mut parts = text.trim().split(':');
    let mut part = |least: usize, below: u16| {
        let text = parts.next()?;
        let is_plain = (least..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|number| is_plain && *number < below)
    };
    let (hours, minutes) = (part(1, 24)?, part(2, 60)?);
    let is_whole = parts.next().is_none_or(|seconds| seconds.starts_with("00")) && parts.next().is_none();
    is_whole.then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(every: &str, unit: &str, at: &str, weekday: &str) -> ScheduleFields {
        let text = str::to_owned;
        ScheduleFields { every: text(every), unit: text(unit), at: text(at), weekday: text(weekday), zone: text("UTC") }
    }

    #[test]
    fn schedules_are_said_as_people_say_them() {
        let say = |every, unit| Schedule { every, unit, weekday: 2, ..Schedule::default() }.to_string();
        assert_eq!(say(15, Unit::Minutes), "every 15 minutes");
        assert_eq!(say(1, Unit::Hours), "every hour");
        assert_eq!(say(1, Unit::Days), "each day at 03:00 (UTC)");
        assert_eq!(say(2, Unit::Weeks), "every 2 weeks, on Wednesday at 03:00 (UTC)");
    }

    #[test]
    fn what_a_form_sends_is_read_or_refused_with_its_reason() {
        let read = |every: &str, unit: &str, at: &str, weekday: &str| fields(every, unit, at, weekday).read(5);
        assert_eq!(read(" 15 ", "minutes", "", "").map(|schedule| schedule.minutes()), Ok(Some(15)));
        assert_eq!(read("2", "days", "23:59", "").map(|schedule| schedule.at), Ok(1439));
        assert_eq!(read("1", "weeks", "3:05:00", "6").map(|schedule| (schedule.at, schedule.weekday)), Ok((185, 6)));
        assert_eq!(read("x", "asked", "x", "x").map(|schedule| schedule.minutes()), Ok(None));
        for (every, unit, at, weekday, fault) in [
            ("0", "hours", "", "", ScheduleFault::EveryInvalid),
            ("-1", "hours", "", "", ScheduleFault::EveryInvalid),
            ("1.5", "hours", "", "", ScheduleFault::EveryInvalid),
            ("99999999999", "hours", "", "", ScheduleFault::EveryInvalid),
            ("1", "years", "", "", ScheduleFault::EveryInvalid),
            ("4", "minutes", "", "", ScheduleFault::TooOften { minutes: 5 }),
            ("4294967295", "weeks", "03:00", "1", ScheduleFault::TooSeldom),
            ("367", "days", "03:00", "", ScheduleFault::TooSeldom),
            ("1", "days", "24:00", "", ScheduleFault::TimeInvalid),
            ("1", "days", "3", "", ScheduleFault::TimeInvalid),
            ("1", "days", "+3:00", "", ScheduleFault::TimeInvalid),
            ("1", "days", "03:00:00:00", "", ScheduleFault::TimeInvalid),
            ("1", "days", "", "", ScheduleFault::TimeInvalid),
            ("1", "weeks", "03:00", "7", ScheduleFault::WeekdayInvalid),
            ("1", "weeks", "03:00", "", ScheduleFault::WeekdayInvalid),
        ] {
            assert_eq!(read(every, unit, at, weekday), Err(fault), "{every} {unit} {at} {weekday}");
        }
    }

    #[test]
    fn a_schedule_is_the_same_after_a_form() {
        for unit in Unit::ALL {
            let schedule = Schedule { every: 7, unit, at: 1234, weekday: 3, zone: "Europe/Berlin".into() };
            let read = ScheduleFields::from(&schedule).read(1).unwrap();
            assert_eq!(ScheduleFields::from(&read).read(1), Ok(read));
            assert_eq!(Unit::from_code(unit.as_str()), Some(unit));
        }
    }
}
