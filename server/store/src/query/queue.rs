//! Whose turn it is: what waits and what runs, and going from one to the other.

use sqlx::FromRow;

use super::{QueryRow, insert};
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
        let waiting: i64 = sqlx::query_scalar(
            "select count(*) from query
             where team_id = $1 and member_id = $2 and state = 'waiting' and alive_until > $3",
        )
        .bind(&row.team_id)
        .bind(&row.member_id)
        .bind(row.queued_at)
        .fetch_one(&mut *write)
        .await?;
        if waiting >= most {
            return Ok(Queued::Full);
        }
        insert(row).execute(&mut *write).await?;
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
        id: &str,
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
            "update query set state = 'running', started_at = $2, alive_until = $3 where id = $1 and state = 'waiting'",
        )
        .bind(id)
        .bind(now)
        .bind(alive_until)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(claimed.rows_affected() == 1)
    }
}

const LIVE: &str = "select id, member_id, connection_id, state, purpose, queued_at
     from query
     where team_id = $1 and state in ('waiting', 'running', 'cancelling') and alive_until > $2
       -- A file that is made of what is kept runs without a turn.
       and (state <> 'running' or started_at is not null)
     order by id";
