//! Queries: what was asked of a source, and how it ended.

mod listing;
mod queue;

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, FromRow};

use crate::{Result, Store};

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
    pub name: String,
    pub is_shared: i64,
    /// Of its author.
    pub author: String,
    pub connection_name: String,
}

/// How a query ended.
#[derive(Clone, Copy, Debug)]
pub struct QueryEnd<'a> {
    pub state: &'a str,
    pub duration_us: i64,
    pub row_count: i64,
    pub byte_count: i64,
    pub cut: &'a str,
    pub finding: &'a str,
    pub notices: &'a str,
    pub kept_read_only: &'a str,
}

/// What the task of a query hears when it says that it lives.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Heard {
    pub state: String,
    pub cancelled_by: String,
}

impl Store {
    pub async fn query_insert(&self, row: &QueryRow) -> Result<()> {
        insert(row).execute(self.pool()).await?;
        Ok(())
    }

    /// The task is alive, and so far. `None` when the query is gone.
    pub async fn query_renew(&self, id: &str, alive_until: i64, rows: i64, bytes: i64) -> Result<Option<Heard>> {
        let heard = sqlx::query_as(
            "update query set alive_until = $2, row_count = $3, byte_count = $4
             where id = $1
             returning state, cancelled_by",
        )
        .bind(id)
        .bind(alive_until)
        .bind(rows)
        .bind(bytes)
        .fetch_optional(self.pool())
        .await?;
        Ok(heard)
    }

    /// Asks for the end of a query that waits or runs: its author's, or for an admin anybody's. False when there is
    /// none such.
    pub async fn query_cancel(&self, team_id: &str, member_id: &str, is_admin: bool, id: &str) -> Result<bool> {
        let asked = sqlx::query(
            "update query set state = 'cancelling', cancelled_by = $3
             where id = $1
               and team_id = $2
               and (member_id = $3 or $4 = 1)
               and state in ('waiting', 'running')
               -- A file that is made of what is kept ends with its download.
               and (state <> 'running' or started_at is not null)",
        )
        .bind(id)
        .bind(team_id)
        .bind(member_id)
        .bind(i64::from(is_admin))
        .execute(self.pool())
        .await?;
        Ok(asked.rows_affected() == 1)
    }

    /// Writes how a query ended; only one that has not ended can. Where it did not end well, its rows go.
    pub async fn query_finish(&self, id: &str, end: QueryEnd<'_>) -> Result<bool> {
        let mut write = self.begin().await?;
        let finished = sqlx::query(
            "update query
             set state = $2, duration_us = $3, row_count = $4, byte_count = $5, cut = $6, finding = $7, notices = $8,
                 kept_read_only = $9
             where id = $1
               and state in ('waiting', 'running', 'cancelling')
               -- Whoever asked for its end in the last moment gets it.
               and (state <> 'cancelling' or $2 <> 'done')",
        )
        .bind(id)
        .bind(end.state)
        .bind(end.duration_us)
        .bind(end.row_count)
        .bind(end.byte_count)
        .bind(end.cut)
        .bind(end.finding)
        .bind(end.notices)
        .bind(end.kept_read_only)
        .execute(&mut *write)
        .await?;
        if end.state != "done" {
            sqlx::query("delete from result_page where query_id = $1").bind(id).execute(&mut *write).await?;
        }
        write.commit().await?;
        Ok(finished.rows_affected() == 1)
    }

    /// What ended well came to nothing after all.
    pub async fn query_spoil(&self, id: &str, finding: &str) -> Result<()> {
        sqlx::query("update query set state = 'failed', finding = $2, kept_read_only = '' where id = $1")
            .bind(id)
            .bind(finding)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    pub async fn query_notices(&self, id: &str, notices: &str) -> Result<()> {
        sqlx::query("update query set notices = $2 where id = $1").bind(id).bind(notices).execute(self.pool()).await?;
        Ok(())
    }

    pub async fn query_columns(&self, id: &str, columns: &str) -> Result<()> {
        sqlx::query("update query set result_columns = $2 where id = $1")
            .bind(id)
            .bind(columns)
            .execute(self.pool())
            .await?;
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
                            alive_until, finding, duration_us, typed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
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
}
