//! Queries: read-only statements, how they run and how they end, and their results as rows of text.

mod file;
mod workspace;

use serde::{Deserialize, Serialize};

use crate::explore::{Explore, Kind};
use crate::finding::Finding;

pub use file::FileFormat;
pub use workspace::{
    History, HistoryEntry, HistoryFilter, QueryLimits, QueueEntry, RunForm, Workspace, WorkspaceConnection,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryState {
    /// Others run before it.
    Waiting,
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
        matches!(self, Self::Waiting | Self::Running | Self::Cancelling)
    }
}

/// What a query is for. Cancelling, keeping and attributing depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The first rows of a dataset.
    Preview,
    /// A question that the explorer put together.
    Explore,
    /// What the columns of a dataset hold.
    Profile,
    /// A typed statement.
    Sql,
    /// A file of the full result.
    Export,
}

impl Purpose {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preview => "preview",
            Self::Explore => "explore",
            Self::Profile => "profile",
            Self::Sql => "sql",
            Self::Export => "export",
        }
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
    /// Of a snapshot: some of its texts end in blanks. Engines do not agree on whether these count.
    #[serde(default)]
    pub ends_in_blanks: bool,
}

/// A row's cells, each as the server wrote it. `None` is SQL's NULL.
pub type Row = Vec<Option<String>>;

/// A stretch of a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultSet {
    /// Which run of the query it is of: when that was asked for, microseconds since 1970, UTC.
    pub run: i64,
    pub columns: Vec<Column>,
    /// The number of the first row here, from 0.
    pub first: u64,
    pub rows: Vec<Row>,
    /// How many rows there are in all.
    pub total: u64,
    /// Why the rows end where they do, when it is not because there are no more.
    pub cut: Option<Cut>,
}

/// A limit of ours that ended a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    Rows { limit: u32 },
    Bytes { limit: u64 },
}

/// How a statement was kept from writing, layer by layer; each is said only where it held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptReadOnly {
    /// The guard read the text and found nothing but reading in it. Flitch's own statements need none.
    pub by_guard: bool,
    /// The server refuses writes in the transaction, which was rolled back.
    pub by_transaction: bool,
    /// Whether the user could write; not known before the connection was checked.
    pub can_user_write: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryView<F = Finding> {
    pub id: String,
    pub purpose: Purpose,
    pub state: QueryState,
    /// Microseconds since 1970, UTC.
    pub queued_at: i64,
    /// How long it ran, so far or in all; before its turn, how long it waits.
    pub duration_us: u64,
    /// How many go before it, where it waits.
    pub ahead: u32,
    /// So far, where it runs.
    pub row_count: u64,
    pub byte_count: u64,
    /// The statement, without what Flitch puts in front.
    pub sql: String,
    /// All that stood in the editor: the same, or more where a part was run.
    pub typed: String,
    pub connection_id: String,
    pub connection_name: String,
    pub dataset_id: Option<String>,
    pub name: String,
    pub author: String,
    pub is_shared: bool,
    pub is_own: bool,
    pub can_cancel: bool,
    /// What there is of the result. `None` before it ran, where it failed, and where the rows were removed since.
    pub result: Option<ResultSet>,
    pub finding: Option<F>,
    /// Where in what was typed the server found a mistake, in characters from 0.
    pub wrong_at: Option<u32>,
    /// What the server said beside the result.
    pub notices: Vec<String>,
    pub kept_read_only: Option<KeptReadOnly>,
    /// To run it again wakes compute that is paid by the second.
    pub wakes: bool,
    /// Whether the source was to be asked: not by an answer from a snapshot, nor by a file of rows that were kept.
    pub was_sent: bool,
    /// Where the answer came from a snapshot.
    pub snapshot: Option<ServedFrom>,
    /// Where the source answered a dataset's question: the snapshot that could have.
    pub snapshot_instead: Option<ServedFrom>,
}

/// The snapshot that an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServedFrom {
    /// When it was read at the source: microseconds since 1970, UTC.
    pub taken_at: i64,
    pub age_us: u64,
}

impl QueryView {
    /// The same with the finding put into words.
    pub fn tell<T>(self, tell: impl Fn(&Finding) -> T) -> QueryView<T> {
        QueryView {
            finding: self.finding.as_ref().map(tell),
            id: self.id,
            purpose: self.purpose,
            state: self.state,
            queued_at: self.queued_at,
            duration_us: self.duration_us,
            ahead: self.ahead,
            row_count: self.row_count,
            byte_count: self.byte_count,
            sql: self.sql,
            typed: self.typed,
            connection_id: self.connection_id,
            connection_name: self.connection_name,
            dataset_id: self.dataset_id,
            name: self.name,
            author: self.author,
            is_shared: self.is_shared,
            is_own: self.is_own,
            can_cancel: self.can_cancel,
            result: self.result,
            wrong_at: self.wrong_at,
            notices: self.notices,
            kept_read_only: self.kept_read_only,
            wakes: self.wakes,
            was_sent: self.was_sent,
            snapshot: self.snapshot,
            snapshot_instead: self.snapshot_instead,
        }
    }
}

/// What is asked of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A page of its rows, from 1, in the order of a column where one is named.
    Preview {
        sort: String,
        is_descending: bool,
        page: u32,
    },
    Explore(Explore),
    Profile,
}

impl Ask {
    /// The first rows, as the source gives them.
    pub fn rows() -> Self {
        Self::Preview { sort: String::new(), is_descending: false, page: 1 }
    }

    /// The column for which only the source can answer: a snapshot would put its values in another order, or add up
    /// other ones.
    pub fn source_alone<'a>(&self, columns: &'a [Column]) -> Option<&'a Column> {
        match self {
            Self::Preview { sort, .. } => {
                columns.iter().find(|column| column.name == *sort && !Kind::sorts_in_snapshot(column))
            }
            Self::Explore(explore) => explore.source_alone(columns),
            // Least and greatest are of values.
            Self::Profile => columns.iter().find(|column| Kind::is_text_in_snapshot(column)),
        }
    }
}
