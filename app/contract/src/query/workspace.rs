//! The SQL workspace: what it starts from, what it sends, what runs in the team and what was run before.

use serde::{Deserialize, Serialize};

use super::{Purpose, QueryState};

/// A typed statement, as the workspace's form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunForm {
    pub connection_id: String,
    #[serde(default)]
    pub sql: String,
    /// Only this part of the text is run; all of it where there is none.
    #[serde(default)]
    pub selection: String,
}

/// What of the history is wanted. Flat, because it is also a GET form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryFilter {
    #[serde(default)]
    pub search: String,
    #[serde(default)]
    pub connection_id: String,
    /// `mine`, `named` or `shared`.
    #[serde(default)]
    pub of: String,
    /// Queries before this [`HistoryEntry::cursor`]; empty for the newest.
    #[serde(default)]
    pub before: String,
}

/// One line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    pub id: String,
    pub purpose: Purpose,
    pub state: QueryState,
    /// The beginning of the text.
    pub sql: String,
    pub name: String,
    pub author: String,
    pub connection_name: String,
    pub queued_at: i64,
    pub duration_us: Option<u64>,
    pub row_count: u64,
    /// The finding's code, where it failed.
    pub code: String,
    pub is_shared: bool,
}

impl HistoryEntry {
    /// What follows it in the history comes before this.
    pub fn cursor(&self) -> String {
        format!("{}-{}", self.queued_at, self.id)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    pub entries: Vec<HistoryEntry>,
    pub has_more: bool,
}

/// What the workspace needs before anything runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workspace {
    pub connections: Vec<WorkspaceConnection>,
    /// What one statement may take and bring.
    pub limits: QueryLimits,
    /// Of the query that is opened: its connection, and all that stood in the editor. Empty where none is.
    pub connection_id: String,
    pub typed: String,
}

/// A query on its way, without its text: that is its author's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueEntry {
    pub id: String,
    pub author: String,
    pub connection_name: String,
    pub purpose: Purpose,
    pub state: QueryState,
    pub queued_at: i64,
    /// The beginning of one's own typed text. What others typed is theirs.
    pub sql: String,
    pub is_own: bool,
    pub can_cancel: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkspaceConnection {
    pub id: String,
    pub name: String,
    /// By its newest check.
    pub can_user_write: Option<bool>,
    /// Asking it may wake it up.
    pub is_serverless: bool,
}

/// Limits of typed statements; the operator sets them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueryLimits {
    pub rows: u32,
    pub bytes: u64,
    pub seconds: u32,
}
