//! Explore: a structured question to one dataset.
//!
//! It lives in the page's address, is held against the dataset's columns, and becomes one statement that only reads.
//! No text of a person's becomes part of the statement: names are looked up among the columns and quoted, values travel
//! beside it.

mod address;
mod calendar;
mod codes;
mod compile;
mod condition;
mod dialect;
mod fault;
mod kind;
mod list;
pub mod profile;
mod value;
mod writer;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use address::pairs;
pub use codes::{Bucket, Chart, Function, Operator};
pub use compile::{Compiled, Output};
pub use dialect::Dialect;
pub use fault::{Expected, ExploreFault, Part};
pub use kind::Kind;

pub const MAX_MEASURES: usize = 10;
pub const MAX_GROUPS: usize = 4;
pub const MAX_FILTERS: usize = 20;

pub const DEFAULT_LIMIT: u32 = 1_000;
pub const MAX_LIMIT: u32 = 10_000;

/// The longest value of a filter, in bytes; a list of values as a whole.
pub const MAX_VALUE: usize = 4_000;
/// The most values in a list.
pub const MAX_LISTED: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Explore {
    pub measures: Vec<Measure>,
    pub groups: Vec<Group>,
    pub filters: Vec<Filter>,
    /// Without one, the earliest time comes first; where no group is a time, the most of the first measure.
    pub sort: Option<Sort>,
    /// The most rows of the answer.
    pub limit: u32,
    /// Without one, the page picks it.
    pub chart: Option<Chart>,
}

impl Default for Explore {
    fn default() -> Self {
        Self {
            measures: Vec::new(),
            groups: Vec::new(),
            filters: Vec::new(),
            sort: None,
            limit: DEFAULT_LIMIT,
            chart: None,
        }
    }
}

impl Explore {
    /// Nothing was asked yet.
    pub fn is_empty(&self) -> bool {
        self.measures.is_empty() && self.groups.is_empty() && self.filters.is_empty()
    }

    /// What is measured: the rows are counted where nothing was named.
    pub fn measured(&self) -> Cow<'_, [Measure]> {
        if self.measures.is_empty() { Cow::Owned(vec![Measure::default()]) } else { Cow::Borrowed(&self.measures) }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    pub function: Function,
    /// Only [`Function::Count`] may be without one: it counts rows then, and else the values that are not NULL.
    pub column: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub column: String,
    /// For columns of time: the stretch that is one group.
    pub bucket: Option<Bucket>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    pub column: String,
    pub operator: Operator,
    /// As it was typed. Empty where the operator takes none. Several, for [`Operator::OneOf`], stand between commas or
    /// on lines of their own; one with a comma in it stands in double quotes.
    pub value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    pub by: By,
    pub is_descending: bool,
}

/// A column of the answer, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    Group(u8),
    Measure(u8),
}
