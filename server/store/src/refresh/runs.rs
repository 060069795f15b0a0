//! Runs as others see them: those under way, those whose task is gone, those that have ended.

use sqlx::FromRow;

use super::run::MOST_FAILURES;
use crate::{Result, Store};

/// A run that somebody works on.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RunningRow {
    pub dataset_id: String,
    pub run_id: String,
    pub beat: i64,
}

/// A run as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RunRow {
    pub id: String,
    pub cause: String,
    pub asked_by: String,
    pub state: String,
    pub due_at: i64,
    pub started_at: i64,
    pub duration_us: Option<i64>,
    /// While its statement was open at the source; none where that is not known.
    pub source_us: Option<i64>,
    pub row_count: i64,
    pub byte_count: i64,
    pub finding: String,
    pub drift: String,
}

impl Store {
    /// What runs anywhere.
    pub async fn refresh_running(&self) -> Result<Vec<RunningRow>> {
        let rows = sqlx::query_as("select dataset_id, run_id, beat from refresh where run_id <> ''");
        Ok(rows.fetch_all(self.pool()).await?)
    }

    /// Takes a run from whoever worked on it, if its beat still is what it was. The next one is due at once, and for
    /// whoever asked for this one; but none where somebody wanted its end, and after five failures none by itself.
    pub async fn refresh_take_over(&self, seen: &RunningRow, finding: &str, now: i64) -> Result<bool> {
        let mut write = self.begin().await?;
        let taken = sqlx::query(
            "update refresh set run_id = '', fence = fence + 1 where dataset_id = $1 and run_id = $2 and beat = $3",
        );
        let taken = taken.bind(&seen.dataset_id).bind(&seen.run_id).bind(seen.beat).execute(&mut *write).await?;
        if taken.rows_affected() == 0 {
            return Ok(false);
        }
        let cancelled =
            sqlx::query("update refresh_run set state = 'cancelled' where id = $1 and state = 'cancelling'");
        if cancelled.bind(&seen.run_id).execute(&mut *write).await?.rows_affected() == 1 {
            let is_over = sqlx::query(
                "update refresh
                 set is_first = case when next_at <= $2 or asked_by = '@beginning' then is_first else 0 end
                 where dataset_id = $1",
            );
            is_over.bind(&seen.dataset_id).bind(now).execute(&mut *write).await?;
            write.commit().await?;
            return Ok(true);
        }
        let asked_by: String =
            sqlx::query_scalar("update refresh_run set state = 'lost', finding = $2 where id = $1 returning asked_by")
                .bind(&seen.run_id)
                .bind(finding)
                .fetch_one(&mut *write)
                .await?;
        sqlx::query(concat!(
            "update refresh
             set failures = failures + 1,
                 is_first = case when failures + 1 < $3 then is_first else 0 end,
                 halt = case when halt in ('', 'budget') and failures + 1 >= $3 then 'failures' else halt end,
                 halt_at = case when halt in ('', 'budget') and failures + 1 >= $3 then $2 else halt_at end,
                 next_at = $2, planned_at = $2,
                 asked_at = case when $4 <> '' and failures + 1 < $3 and ",
            may_ask!("$4", "$5"),
            " then $2 else asked_at end,
                 asked_by = case when $4 <> '' and failures + 1 < $3 and ",
            may_ask!("$4", "$5"),
            " then $4 else asked_by end
             where dataset_id = $1",
        ))
        .bind(&seen.dataset_id)
        .bind(now)
        .bind(MOST_FAILURES)
        .bind(asked_by)
        .bind(&seen.run_id)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(true)
    }

    /// The newest runs of a dataset, the newest first: by their claims, since servers' clocks may differ.
    pub async fn refresh_runs(&self, team_id: &str, dataset_id: &str, limit: i64) -> Result<Vec<RunRow>> {
        let rows = sqlx::query_as(
            "select id, cause, asked_by, state, due_at, started_at, duration_us, source_us, row_count, byte_count, finding,
                    drift
             from refresh_run
             where dataset_id = $1
               and team_id = $2
             order by fence desc
             limit $3",
        )
        .bind(dataset_id)
        .bind(team_id)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// The dataset that a run of the team's is of.
    pub async fn refresh_run_dataset(&self, team_id: &str, run_id: &str) -> Result<Option<String>> {
        let dataset = sqlx::query_scalar("select dataset_id from refresh_run where id = $1 and team_id = $2")
            .bind(run_id)
            .bind(team_id)
            .fetch_optional(self.pool())
            .await?;
        Ok(dataset)
    }

    /// Forgets runs that began before a moment.
    pub async fn refresh_run_purge(&self, before: i64) -> Result<u64> {
        let purged =
            sqlx::query("delete from refresh_run where started_at < $1 and state not in ('running', 'cancelling')");
        Ok(purged.bind(before).execute(self.pool()).await?.rows_affected())
    }
}
