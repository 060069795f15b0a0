//! Queries: what was asked of a source, and how it ended.

mod life;
mod listing;
mod queue;

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, FromRow};

use crate::{Result, Store};

pub use life::{Heard, QueryEnd};
pub use listing::QueryFilter;
pub use queue::{LiveQuery, Queue, Queued};

#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct QueryRow {
    pub id: String,
    pub team_id: String,
    pub member_id: String,
    pub connection_id: String,
    pub dataset_id: Option<String>,
    pub purpose: String,
    pub statement: String,
    pub typed: String,
    pub state: String,
    pub queued_at: i64,
    pub started_at: Option<i64>,
    pub duration_us: Option<i64>,
    pub alive_until: i64,
    pub cancelled_by: String,
    pub row_count: i64,
    pub byte_count: i64,
    /// JSON from here on, each empty when there is none.
    pub result_columns: String,
    pub cut: String,
    pub finding: String,
    pub notices: String,
    pub kept_read_only: String,
    /// Where the answer came from: the snapshot, and when that was taken; empty and 0 for the source.
    pub snapshot_id: String,
    pub taken_at: i64,
    pub name: String,
    pub is_shared: i64,
    /// Of its author.
    pub author: String,
    pub connection_name: String,
}

/// One run of a query, told by when it was asked for. A query that is run again keeps its id; whatever still works on an
/// earlier run is not heard any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run<'a> {
    pub query_id: &'a str,
    pub queued_at: i64,
}

impl QueryRow {
    /// All that stood in the editor, which is the statement where nothing else is kept.
    pub fn whole_text(&self) -> &str {
        if self.typed.is_empty() { &self.statement } else { &self.typed }
    }

    pub fn run(&self) -> Run<'_> {
        Run { query_id: &self.id, queued_at: self.queued_at }
    }
}

impl Store {
    pub async fn query_insert(&self, row: &QueryRow) -> Result<()> {
        insert(row).execute(self.pool()).await?;
        Ok(())
    }

    pub async fn query_rename(&self, team_id: &str, member_id: &str, id: &str, name: &str) -> Result<bool> {
        self.query_set(
            "update query set name = $4 where id = $1 and team_id = $2 and member_id = $3",
            team_id,
            member_id,
            id,
            name,
        )
        .await
    }

    /// Shows it to the team, or to its author alone again.
    pub async fn query_share(&self, team_id: &str, member_id: &str, id: &str, is_shared: bool) -> Result<bool> {
        self.query_set(
            "update query set is_shared = cast($4 as bigint) where id = $1 and team_id = $2 and member_id = $3",
            team_id,
            member_id,
            id,
            if is_shared { "1" } else { "0" },
        )
        .await
    }

    async fn query_set(
        &self,
        statement: &'static str,
        team_id: &str,
        member_id: &str,
        id: &str,
        value: &str,
    ) -> Result<bool> {
        let set = sqlx::query(statement).bind(id).bind(team_id).bind(member_id).bind(value);
        Ok(set.execute(self.pool()).await?.rows_affected() == 1)
    }
}

fn insert(row: &QueryRow) -> Query<'_, Any, AnyArguments> {
    sqlx::query(
        "insert into query (id, team_id, member_id, connection_id, dataset_id, purpose, statement, state, queued_at,
                            alive_until, finding, duration_us, typed, snapshot_id, taken_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(&row.id)
    .bind(&row.team_id)
    .bind(&row.member_id)
    .bind(&row.connection_id)
    .bind(&row.dataset_id)
    .bind(&row.purpose)
    .bind(&row.statement)
    .bind(&row.state)
    .bind(row.queued_at)
    .bind(row.alive_until)
    .bind(&row.finding)
    .bind(row.duration_us)
    .bind(&row.typed)
    .bind(&row.snapshot_id)
    .bind(row.taken_at)
}
