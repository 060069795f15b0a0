//! What is said of refreshing a dataset.

use contract::refresh::{LONGEST, ScheduleFault, Unit};

use super::numbers;

/// To a system, or an operator, that asks again within the minute.
pub const ASKED_LATELY: &str =
    "A refresh was asked for in the last minute, and has ended. Ask again after that minute for what was loaded since.";

/// The same, where the source may not be asked any more today.
pub const OVER_BUDGET: &str = "The source was asked as often as it may be today (UTC). A refresh starts when the day is over, or the budget is raised.";

/// To a system, or an operator, where the source refused the way in: it is not tried again unseen.
pub const WAY_REFUSED: &str = "The source refused the way in, and no run starts until a check of the connection passes or it is edited. Mend it, then ask again.";

/// To a system with an address that is none, or is none any more.
pub const ADDRESS_UNKNOWN: &str = "No dataset has this address: another took its place, or its refresh was turned off. Copy it anew from the dataset's page, under Refresh.";

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
