//! Whose turn it is: what waits and what runs, and going from one to the other.

use sqlx::{Any, FromRow, Transaction};

use super::{QueryRow, Run, insert};
use crate::{Result, Store};

/// A query that waits or runs.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct LiveQuery {
    pub id: String,
    pub member_id: String,
    pub connection_id: String,
    pub state: String,
    pub purpose: String,
    pub queued_at: i64,
    /// The beginning of its text.
    pub beginning: String,
}

/// What became of a query that was to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Queued {
    Now,
    /// The same is on its way already.
    Twin(String),
    /// Its author has too many waiting.
    Full,
}

/// What lives in a team, in the order in which it came.
pub type Queue = Vec<LiveQuery>;

impl Store {
    /// Puts a query into the queue, unless its author has so many waiting there already, or the same is on its way: the
    /// same text of the same person at the same place, with the same text around it. Of many at once, one asks at a time.
    pub async fn query_enqueue(&self, row: &QueryRow, most: i64, is_alone: bool) -> Result<Queued> {
        let mut write = self.begin().await?;
        sqlx::query("update team set name = name where id = $1").bind(&row.team_id).execute(&mut *write).await?;
        if !is_alone {
            let twin: Option<String> = sqlx::query_scalar(
                "select id from query
                 where team_id = $1 and member_id = $2 and connection_id = $3 and purpose = $4 and statement = $5
                   and typed = $6 and state in ('waiting', 'running') and alive_until > $7
                 order by id
                 limit 1",
            )
            .bind(&row.team_id)
            .bind(&row.member_id)
            .bind(&row.connection_id)
            .bind(&row.purpose)
            .bind(&row.statement)
            .bind(&row.typed)
            .bind(row.queued_at)
            .fetch_optional(&mut *write)
            .await?;
            if let Some(twin) = twin {
                return Ok(Queued::Twin(twin));
            }
        }
        if waiting(&mut write, row).await? >= most {
            return Ok(Queued::Full);
        }
        insert(row).execute(&mut *write).await?;
        write.commit().await?;
        Ok(Queued::Now)
    }

    /// Puts a query that has ended back into the queue as it is in `row`, without what came of it. The same query's twin
    /// is itself, where it has not ended.
    pub async fn query_restart(&self, row: &QueryRow, most: i64) -> Result<Queued> {
        let mut write = self.begin().await?;
        sqlx::query("update team set name = name where id = $1").bind(&row.team_id).execute(&mut *write).await?;
        let restarted = sqlx::query(
            "update query
             set state = $4, queued_at = $5, alive_until = $6, started_at = null, duration_us = null, cancelled_by = '',
                 row_count = 0, byte_count = 0, result_columns = '', cut = '', finding = '', notices = '',
                 kept_read_only = ''
             where id = $1
               and team_id = $2
               and member_id = $3
               -- Later than every run before it, whatever the clock says.
               and queued_at < $5
               and (state in ('done', 'failed', 'interrupted') or alive_until <= $5)",
        )
        .bind(&row.id)
        .bind(&row.team_id)
        .bind(&row.member_id)
        .bind(&row.state)
        .bind(row.queued_at)
        .bind(row.alive_until)
        .execute(&mut *write)
        .await?;
        if restarted.rows_affected() == 0 {
            return Ok(Queued::Twin(row.id.clone()));
        }
        // It waits itself now; where it may not, all of this is undone.
        if waiting(&mut write, row).await? > most {
            return Ok(Queued::Full);
        }
        sqlx::query("delete from result_page where query_id = $1").bind(&row.id).execute(&mut *write).await?;
        write.commit().await?;
        Ok(Queued::Now)
    }

    pub async fn query_queue(&self, team_id: &str, now: i64) -> Result<Queue> {
        let live = sqlx::query_as(LIVE).bind(team_id).bind(now).fetch_all(self.pool()).await?;
        Ok(live)
    }

    /// Lets a waiting query run if `admits` says so of what lives in its team at this moment. On however many servers,
    /// one asks at a time.
    pub async fn query_claim(
        &self,
        team_id: &str,
        run: Run<'_>,
        now: i64,
        alive_until: i64,
        admits: impl FnOnce(&Queue) -> bool + Send,
    ) -> Result<bool> {
        let mut write = self.begin().await?;
        // Takes the team's turn: on Postgres this row is locked until the end.
        sqlx::query("update team set name = name where id = $1").bind(team_id).execute(&mut *write).await?;
        let live: Queue = sqlx::query_as(LIVE).bind(team_id).bind(now).fetch_all(&mut *write).await?;
        if !admits(&live) {
            return Ok(false);
        }
        let claimed = sqlx::query(
            "update query set state = 'running', started_at = $3, alive_until = $4
             where id = $1 and queued_at = $2 and state = 'waiting'",
        )
        .bind(run.query_id)
        .bind(run.queued_at)
        .bind(now)
        .bind(alive_until)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(claimed.rows_affected() == 1)
    }
}

const LIVE: &str =
    "select id, member_id, connection_id, state, purpose, queued_at, substr(statement, 1, 200) as beginning
     from query
     where team_id = $1 and state in ('waiting', 'running', 'cancelling') and alive_until > $2
       -- A file that is made of what is kept runs without a turn.
       and (state <> 'running' or started_at is not null)
     order by queued_at, id";

/// How many of a query's author's wait.
async fn waiting(write: &mut Transaction<'_, Any>, row: &QueryRow) -> Result<i64> {
    let waiting = sqlx::query_scalar(
        "select count(*) from query where team_id = $1 and member_id = $2 and state = 'waiting' and alive_until > $3",
    );
    let waiting = waiting.bind(&row.team_id).bind(&row.member_id).bind(row.queued_at);
    Ok(waiting.fetch_one(&mut **write).await?)
}
