//! Queries: read-only statements and their results, as rows of text.

use serde::{Deserialize, Serialize};

use crate::finding::Finding;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryState {
    Running,
    /// Somebody asked for its end, and it has not come yet.
    Cancelling,
    Done,
    Failed,
    /// The server stopped while the query ran.
    Interrupted,
}

impl QueryState {
    /// The end is still to come.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Running | Self::Cancelling)
    }
}

/// How a column is shown: aligned, in which face, unfolded or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnShape {
    Text,
    Number,
    Boolean,
    Time,
    Json,
    Binary,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    /// The type as Redshift's manual spells it, with length or precision.
    pub type_name: String,
    pub shape: ColumnShape,
}

/// A result's rows, each cell as the server wrote it. `None` is SQL's NULL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultSet {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Option<String>>>,
    /// Why the rows end where they do, when it is not because there are no more.
    pub cut: Option<Cut>,
}

/// A limit of ours that ended a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Cut {
    Rows { limit: u32 },
    Bytes { limit: u64 },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryView<F = Finding> {
    pub id: String,
    pub state: QueryState,
    /// Microseconds since 1970, UTC.
    pub started_at: i64,
    pub duration_us: Option<u64>,
    /// The statement that was sent.
    pub sql: String,
    pub result: Option<ResultSet>,
    pub finding: Option<F>,
}

impl QueryView {
    /// The same with the finding put into words.
    pub fn tell<T>(self, tell: impl Fn(&Finding) -> T) -> QueryView<T> {
        QueryView {
            finding: self.finding.as_ref().map(tell),
            id: self.id,
            state: self.state,
            started_at: self.started_at,
            duration_us: self.duration_us,
            sql: self.sql,
            result: self.result,
        }
    }
}
