//! Results, in sealed pages.

use sqlx::FromRow;

use crate::query::Run;
use crate::{Result, Store};

#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ResultPageRow {
    pub id: String,
    pub first_row: i64,
    pub row_count: i64,
    pub sealed: Vec<u8>,
}

/// The id of the page that begins with this row.
pub fn result_page_id(run: Run<'_>, first_row: i64) -> String {
    format!("{}/{}/{first_row:012}", run.query_id, run.queued_at)
}

impl Store {
    /// Adds pages of a run that goes on. False when it does no more: its rows are wanted by nobody then.
    pub async fn result_append(&self, run: Run<'_>, pages: &[ResultPageRow]) -> Result<bool> {
        let mut write = self.begin().await?;
        let running =
            sqlx::query("update query set state = state where id = $1 and queued_at = $2 and state = 'running'");
        let running = running.bind(run.query_id).bind(run.queued_at);
        if running.execute(&mut *write).await?.rows_affected() == 0 {
            return Ok(false);
        }
        for page in pages {
            sqlx::query(
                "insert into result_page (id, query_id, run, first_row, row_count, sealed)
                 values ($1, $2, $3, $4, $5, $6)",
            )
            .bind(&page.id)
            .bind(run.query_id)
            .bind(run.queued_at)
            .bind(page.first_row)
            .bind(page.row_count)
            .bind(&page.sealed)
            .execute(&mut *write)
            .await?;
        }
        write.commit().await?;
        Ok(true)
    }

    /// The pages of a run that hold rows from `first` to before `end`, up to `limit` of them.
    pub async fn result_pages(&self, run: Run<'_>, first: i64, end: i64, limit: i64) -> Result<Vec<ResultPageRow>> {
        let pages = sqlx::query_as(
            "select id, first_row, row_count, sealed from result_page
             where query_id = $1 and run = $2 and first_row < $4 and first_row + row_count > $3
             order by first_row
             limit $5",
        )
        .bind(run.query_id)
        .bind(run.queued_at)
        .bind(first)
        .bind(end)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(pages)
    }

    /// Whether any of a result is kept.
    pub async fn result_is_kept(&self, query_id: &str) -> Result<bool> {
        let kept: i64 = sqlx::query_scalar("select count(*) from result_page where query_id = $1 and first_row = 0")
            .bind(query_id)
            .fetch_one(self.pool())
            .await?;
        Ok(kept > 0)
    }
}
