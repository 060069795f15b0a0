//! What is said of refreshing a dataset.

use contract::refresh::{LONGEST, Schedule, ScheduleFault, Unit};

use super::numbers;

pub const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// To a system, or an operator, that asks again within the minute.
pub const ASKED_LATELY: &str =
    "A refresh was asked for in the last minute, and has ended. Ask again after that minute for what was loaded since.";

pub fn fault(fault: ScheduleFault) -> String {
    match fault {
        ScheduleFault::EveryInvalid => "How often has to be a whole number, as 6. Type one from 1 on.".into(),
        ScheduleFault::TooOften { minutes } => format!(
            "That is too often: at least {} between two runs is the limit here. Take a longer time.",
            numbers::count(minutes, "minute", "minutes")
        ),
        ScheduleFault::TooSeldom => format!("That is too seldom. Take {} days at most.", LONGEST / (24 * 60)),
        ScheduleFault::TimeInvalid => "The time of day has to be one as 03:00. Type it so.".into(),
        ScheduleFault::WeekdayInvalid => "This is no day of the week. Pick one.".into(),
        ScheduleFault::ZoneUnknown => {
            "There is no such time zone. Type its name as the IANA database has it, as Europe/Berlin or UTC.".into()
        }
    }
}

/// The choices of a form: each unit with what it is called after a number.
pub fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Asked => "only when asked",
        Unit::Minutes => "minutes",
        Unit::Hours => "hours",
        Unit::Days => "days",
        Unit::Weeks => "weeks",
    }
}

/// `every 6 hours`, `each day at 03:00 (Europe/Berlin)`.
pub fn schedule(schedule: &Schedule) -> String {
    let Schedule { every, unit, weekday, zone, .. } = schedule;
    let at = format!("at {} ({zone})", schedule.time());
    let day = WEEKDAYS.get(usize::from(*weekday)).copied().unwrap_or_default();
    match (unit, every) {
        (Unit::Asked, _) => "only when somebody asks".into(),
        (Unit::Minutes, 1) => "every minute".into(),
        (Unit::Minutes, every) => format!("every {}", numbers::count(*every, "minute", "minutes")),
        (Unit::Hours, 1) => "every hour".into(),
        (Unit::Hours, every) => format!("every {}", numbers::count(*every, "hour", "hours")),
        (Unit::Days, 1) => format!("each day {at}"),
        (Unit::Days, every) => format!("every {} {at}", numbers::count(*every, "day", "days")),
        (Unit::Weeks, 1) => format!("each {day} {at}"),
        (Unit::Weeks, every) => format!("every {}, on {day} {at}", numbers::count(*every, "week", "weeks")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_said_as_people_say_them() {
        let say = |every, unit| schedule(&Schedule { every, unit, weekday: 2, ..Schedule::default() });
        assert_eq!(say(15, Unit::Minutes), "every 15 minutes");
        assert_eq!(say(1, Unit::Hours), "every hour");
        assert_eq!(say(1, Unit::Days), "each day at 03:00 (UTC)");
        assert_eq!(say(2, Unit::Weeks), "every 2 weeks, on Wednesday at 03:00 (UTC)");
    }
}
