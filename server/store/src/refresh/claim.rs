//! A run is claimed once, on however many servers.

use super::due::DAY;
use super::{DueRow, USE, USE_ADD};
use crate::{Result, Store};

/// What whoever takes a dataset's run says.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    pub run_id: &'a str,
    pub due: &'a DueRow,
    pub cause: &'a str,
    pub now: i64,
    /// When it is due by itself after this.
    pub next_at: Option<i64>,
    pub per_connection: i64,
    /// Whoever asked for it rests once the day's budget is used up.
    pub is_on_budget: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    Yes {
        /// The token that tells this claim from every later one.
        fence: i64,
        /// Of the way in, as it stood before the run could sign in with it.
        version: i64,
    },
    /// Somebody else has it, or it is not due any more.
    No,
    /// As many run through its connection as may.
    Full,
    /// The source was asked as often as it may be on this day.
    OverBudget,
}

impl Store {
    /// Takes a dataset's run, if it is still due and its connection has room. On however many servers, one gets it. It
    /// counts as a use of the source from here on, so that of several at once none goes beyond the day's budget.
    pub async fn refresh_claim(&self, claim: Claim<'_>) -> Result<Claimed> {
        let due = claim.due;
        let mut write = self.begin().await?;
        // Takes the connection's turn: on Postgres this row is locked until the end.
        sqlx::query("update connection set updated_at = updated_at where id = $1")
            .bind(&due.connection_id)
            .execute(&mut *write)
            .await?;
        let running: i64 = sqlx::query_scalar("select count(*) from refresh where connection_id = $1 and run_id <> ''")
            .bind(&due.connection_id)
            .fetch_one(&mut *write)
            .await?;
        if running >= claim.per_connection {
            return Ok(Claimed::Full);
        }
        let day = claim.now.div_euclid(DAY);
        if claim.is_on_budget {
            let used: Option<(i64, i64)> =
                sqlx::query_as(USE).bind(&due.connection_id).bind(day).fetch_optional(&mut *write).await?;
            if used.is_some_and(|(used, budget)| budget > 0 && used >= budget) {
                return Ok(Claimed::OverBudget);
            }
        }
        let claimed: Option<(i64, i64)> = sqlx::query_as(concat!(
            "update refresh
             set run_id = $2, fence = fence + 1, beat = 0, asked_at = null, asked_by = '', next_at = $3, planned_at = $4,
                 -- There is another way in, or somebody tries the same one again.
                 halt = case when halt = 'credential' then '' else halt end
             where dataset_id = $1
               and is_on = 1
               and run_id = ''
               and halt <> 'person'
               and exists (select 1 from connection c where c.id = refresh.connection_id and c.state = 'live')
               and ((asked_at is not null and (asked_by not like '@%' or halt not in ('credential', 'failures')))
                    or halt = ''
                    or ((halt = 'credential' or (halt = 'failures' and asked_at is not null))
                        and halt_version <> ",
            version!(),
            "))
               and planned_at = $5
               and coalesce(asked_at, 0) = coalesce(cast($6 as bigint), 0)
             returning fence, ",
            version!(),
        ))
        .bind(&due.dataset_id)
        .bind(claim.run_id)
        .bind(claim.next_at)
        .bind(claim.now)
        .bind(due.planned_at)
        .bind(due.asked_at)
        .fetch_optional(&mut *write)
        .await?;
        let Some((fence, version)) = claimed else { return Ok(Claimed::No) };
        sqlx::query(
            "insert into refresh_run (id, team_id, dataset_id, connection_id, cause, asked_by, state, fence, due_at,
                                      started_at)
             values ($1, $2, $3, $4, $5, $6, 'running', $7, $8, $9)",
        )
        .bind(claim.run_id)
        .bind(&due.team_id)
        .bind(&due.dataset_id)
        .bind(&due.connection_id)
        .bind(claim.cause)
        .bind(&due.asked_by)
        .bind(fence)
        .bind(due.asked_at.or(due.next_at).unwrap_or(claim.now))
        .bind(claim.now)
        .execute(&mut *write)
        .await?;
        sqlx::query(USE_ADD).bind(&due.connection_id).bind(day).execute(&mut *write).await?;
        write.commit().await?;
        Ok(Claimed::Yes { fence, version })
    }
}
