//! A query on its way: how far it is, whether somebody wants its end, how it ended.

use sqlx::FromRow;

use super::Run;
use crate::{Result, Store};

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
    /// The task is alive, and so far. `None` when the query is gone, or runs again.
    pub async fn query_renew(&self, run: Run<'_>, alive_until: i64, rows: i64, bytes: i64) -> Result<Option<Heard>> {
        let heard = sqlx::query_as(
            "update query set alive_until = $3, row_count = $4, byte_count = $5
             where id = $1 and queued_at = $2
             returning state, cancelled_by",
        )
        .bind(run.query_id)
        .bind(run.queued_at)
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
               and (state <> 'running' or started_at is not null or (snapshot_id <> '' and purpose <> 'export'))",
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
    pub async fn query_finish(&self, run: Run<'_>, end: QueryEnd<'_>) -> Result<bool> {
        let mut write = self.begin().await?;
        let finished = sqlx::query(
            "update query
             set state = $3, duration_us = $4, row_count = $5, byte_count = $6, cut = $7, finding = $8, notices = $9,
                 kept_read_only = $10
             where id = $1
               and queued_at = $2
               and state in ('waiting', 'running', 'cancelling')
               -- Whoever asked for its end in the last moment gets it.
               and (state <> 'cancelling' or $3 <> 'done')",
        )
        .bind(run.query_id)
        .bind(run.queued_at)
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
            let rows = sqlx::query("delete from result_page where query_id = $1 and run = $2");
            rows.bind(run.query_id).bind(run.queued_at).execute(&mut *write).await?;
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

    pub async fn query_columns(&self, run: Run<'_>, columns: &str) -> Result<()> {
        sqlx::query("update query set result_columns = $3 where id = $1 and queued_at = $2")
            .bind(run.query_id)
            .bind(run.queued_at)
            .bind(columns)
            .execute(self.pool())
            .await?;
        Ok(())
    }
}
