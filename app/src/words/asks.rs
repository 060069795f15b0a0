//! What is wrong with a question to a dataset, and what to change.

use contract::explore::{Expected, ExploreFault, Part};

use super::numbers;

pub fn fault(fault: ExploreFault) -> String {
    match fault {
        ExploreFault::Nothing => "Nothing was asked yet. Pick something to measure, or to look at for each.".into(),
        ExploreFault::Unreadable { part, row } => {
            format!("{} is not one of the choices. Pick it anew.", place(part, row))
        }
        ExploreFault::TooMany { part, limit } => {
            format!("There may be {limit} {} at most. Take some out.", plural(part))
        }
        ExploreFault::ColumnUnknown { part, row } => {
            format!("{} names a column that this dataset does not have (any more). Pick another.", place(part, row))
        }
        ExploreFault::ColumnMissing { row } => {
            format!("{} needs a column. Only a count can be of rows.", place(Part::Measure, row))
        }
        ExploreFault::Unfit { part, row } => {
            format!("{} does not fit the column's type. Pick another column, or another choice.", place(part, row))
        }
        ExploreFault::ValueMissing { row } => format!("{} needs a value to compare with.", place(Part::Filter, row)),
        ExploreFault::ValueInvalid { row, expected } => {
            let expected = match expected {
                Expected::WholeNumber => "a whole number",
                Expected::Number => "a number, as 12.50",
                Expected::Date => "a date, as 2026-11-25",
                Expected::Timestamp => "a date, perhaps with a time, as 2026-11-25 13:45",
                Expected::Time => "a time, as 13:45",
                Expected::Text => "plain text",
            };
            format!("The value of {} has to be {expected}.", place(Part::Filter, row).to_lowercase())
        }
        ExploreFault::ValueTooLong { row } => {
            format!("The value of {} is too long.", place(Part::Filter, row).to_lowercase())
        }
        ExploreFault::ListTooLong { limit, .. } => format!("A list may have {limit} values at most."),
        ExploreFault::SortUnknown => "What it is sorted by is not part of the answer. Pick it anew.".into(),
        ExploreFault::LimitInvalid => {
            format!("From 1 to {} rows can be shown.", numbers::grouped(contract::explore::MAX_LIMIT))
        }
        ExploreFault::NameInvalid { .. } => "There is a name that SQL cannot say.".into(),
    }
}

fn place(part: Part, row: u8) -> String {
    format!("{} {}", singular(part), u32::from(row) + 1)
}

fn singular(part: Part) -> &'static str {
    match part {
        Part::Measure => "Measure",
        Part::Group => "Group",
        Part::Filter => "Filter",
        Part::Sort => "Sorting",
        Part::Limit => "Limit",
        Part::Chart => "Chart",
        Part::Table => "Dataset",
    }
}

fn plural(part: Part) -> &'static str {
    match part {
        Part::Measure => "measures",
        Part::Group => "groups",
        _ => "filters",
    }
}
