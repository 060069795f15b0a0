//! What is wrong with a question. Closed data and never free text, as in [`crate::fault`].

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The part of the question that a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Measure,
    Group,
    Filter,
    Sort,
    Limit,
    Chart,
    /// The dataset itself.
    Table,
}

/// What a filter's column compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    WholeNumber,
    /// Digits, perhaps with a point in them; at most 38 digits.
    Number,
    /// `2026-11-25`.
    Date,
    /// `2026-11-25`, or `2026-11-25 13:45` with seconds or not.
    Timestamp,
    /// `13:45`, with seconds or not.
    Time,
    /// Anything that has no NUL in it.
    Text,
}

/// `row` counts the rows of its part that are not empty, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExploreFault {
    #[error("nothing was asked")]
    Nothing,
    /// In an address: a word that is none of the choices.
    #[error("a part of the address cannot be read")]
    Unreadable { part: Part, row: u8 },
    #[error("there are more than {limit} of a part")]
    TooMany { part: Part, limit: u8 },
    #[error("the dataset has no such column")]
    ColumnUnknown { part: Part, row: u8 },
    #[error("the measure needs a column")]
    ColumnMissing { row: u8 },
    /// The function, the bucket or the operator is not for columns of this type; or such a column makes no groups.
    #[error("this does not fit the column's type")]
    Unfit { part: Part, row: u8 },
    #[error("the filter needs a value")]
    ValueMissing { row: u8 },
    #[error("the filter's value is not what the column compares with")]
    ValueInvalid { row: u8, expected: Expected },
    #[error("the filter's value is too long")]
    ValueTooLong { row: u8 },
    #[error("the list has more than {limit} values")]
    ListTooLong { row: u8, limit: u8 },
    #[error("the answer has no such column to sort by")]
    SortUnknown,
    #[error("the limit is not from 1 to 10,000")]
    LimitInvalid,
    #[error("a name that SQL cannot say")]
    NameInvalid { part: Part, row: u8 },
}

impl ExploreFault {
    /// The row that it is about.
    pub fn place(self) -> Option<(Part, u8)> {
        match self {
            Self::Unreadable { part, row }
            | Self::ColumnUnknown { part, row }
            | Self::Unfit { part, row }
            | Self::NameInvalid { part, row } => {
                matches!(part, Part::Measure | Part::Group | Part::Filter).then_some((part, row))
            }
            Self::ColumnMissing { row } => Some((Part::Measure, row)),
            Self::ValueMissing { row }
            | Self::ValueInvalid { row, .. }
            | Self::ValueTooLong { row }
            | Self::ListTooLong { row, .. } => Some((Part::Filter, row)),
            Self::Nothing | Self::TooMany { .. } | Self::SortUnknown | Self::LimitInvalid => None,
        }
    }
}

/// A row's place as faults count it.
pub(super) fn row(at: usize) -> u8 {
    u8::try_from(at).unwrap_or(u8::MAX)
}
