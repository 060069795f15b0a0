//! A profile: what a dataset's columns hold, told from a sample of its rows by one statement.

mod read;
mod statement;

use serde::{Deserialize, Serialize};

pub use read::read;
pub use statement::statement;

/// Columns that a profile tells about: the first ones.
pub const MAX_COLUMNS: usize = 60;
/// Rows of a sample, unless told otherwise.
pub const DEFAULT_ROWS: u32 = 100_000;

/// Bars of a histogram.
pub const BARS: usize = 12;
/// Steps of a timeline.
pub const STEPS: usize = 24;
/// The values told that are most frequent.
pub const TOP: usize = 6;
/// A text's characters that are shown; longer ones are cut.
pub const TEXT: usize = 60;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Rows in the sample. Fewer than were asked for are all that there are.
    pub rows: u64,
    /// As many as the dataset's columns, and [`MAX_COLUMNS`] at most.
    pub columns: Vec<ColumnProfile>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnProfile {
    pub nulls: u64,
    /// Different values. Texts of columns wider than 1,000 bytes are told apart by their first 250 characters.
    pub distinct: Option<u64>,
    /// As the source writes it; moments in UTC, text cut. NaN and infinities are left out, here and in the plot.
    pub min: Option<String>,
    pub max: Option<String>,
    pub plot: Option<Plot>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plot {
    /// How many values lie in each of [`BARS`] equal steps from `min` to `max`. Where these are equal there is one bar;
    /// where `is_by_value`, there is one for each whole number from the one to the other.
    Histogram { counts: Vec<u64>, is_by_value: bool },
    /// The most frequent values, most first. A column of which each value is another has none.
    Top { values: Vec<Top> },
    /// As a histogram, in [`STEPS`] steps; where `is_by_value`, there is one for each day.
    Timeline { counts: Vec<u64>, is_by_value: bool },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Top {
    pub value: String,
    pub count: u64,
}
