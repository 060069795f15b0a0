//! What is due, and when the next one is.

use sqlx::FromRow;

use crate::{Result, Store};

/// A dataset whose time has come.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct DueRow {
    pub dataset_id: String,
    pub team_id: String,
    pub connection_id: String,
    pub schedule: String,
    pub set_by: String,
    pub set_at: i64,
    pub next_at: Option<i64>,
    pub planned_at: i64,
    pub asked_at: Option<i64>,
    pub asked_by: String,
    /// 1 where no run has come to its end since it was turned on.
    pub is_first: i64,
}

/// In microseconds.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1_000_000;

impl Store {
    /// Those whose time has come, the longest overdue first, of connections that can be read through. A clock that was put
    /// back behind a plan makes it due too. What no person asks for waits where the way in was refused, and, but for a first
    /// run, where the day's budget is used up.
    pub async fn refresh_due(&self, now: i64, slack: i64, limit: i64, per_connection: i64) -> Result<Vec<DueRow>> {
        let rows = sqlx::query_as(concat!(
            "select r.dataset_id, r.team_id, r.connection_id, r.schedule, r.set_by, r.set_at, r.next_at, r.planned_at,
                    r.asked_at, r.asked_by, r.is_first
             from refresh r
             join connection c on c.id = r.connection_id
             left join connection k on k.id = c.credential_id
             left join (select connection_id, count(*) as running from refresh where run_id <> '' group by connection_id) b
               on b.connection_id = r.connection_id
             where r.is_on = 1
               and r.run_id = ''
               and coalesce(b.running, 0) < $4
               and c.state = 'live'
               and ((r.asked_at is not null
                     and r.halt <> 'person'
                     and not (r.asked_by like '@%' and ",
            is_refused!(),
            " = 1)
                     and not (r.is_first = 0
                              and r.asked_by in ('@trigger', '@command', '@absence')
                              and c.daily_budget > 0
                              and c.daily_budget <= (select coalesce(max(u.count), 0) from source_use u
                                                     where u.connection_id = c.id and u.day = $5)))
                    or ((r.next_at <= $1 or r.planned_at > $1 + $2)
                        and (r.halt = ''
                             or (r.halt = 'credential'
                                 and r.halt_version <> case when k.updated_at > c.updated_at
                                                            then k.updated_at else c.updated_at end))))
             order by coalesce(r.asked_at, r.next_at), r.dataset_id
             limit $3",
        ))
        .bind(now)
        .bind(slack)
        .bind(limit)
        .bind(per_connection)
        .bind(now.div_euclid(DAY))
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// When the next one is due by itself.
    pub async fn refresh_next(&self) -> Result<Option<i64>> {
        let next = sqlx::query_scalar("select min(next_at) from refresh where is_on = 1 and halt = '' and run_id = ''");
        Ok(next.fetch_one(self.pool()).await?)
    }

    /// Plans the next run anew, without one now.
    pub async fn refresh_plan(&self, due: &DueRow, next_at: Option<i64>, now: i64) -> Result<bool> {
        let planned = sqlx::query(
            "update refresh set next_at = $2, planned_at = $3
             where dataset_id = $1 and planned_at = $4 and run_id = ''",
        )
        .bind(&due.dataset_id)
        .bind(next_at)
        .bind(now)
        .bind(due.planned_at)
        .execute(self.pool())
        .await?;
        Ok(planned.rows_affected() == 1)
    }

    /// Rests by itself: a budget is used up. Not what a refused way in rests longer.
    pub async fn refresh_halt_budget(&self, dataset_id: &str, now: i64) -> Result<bool> {
        let halted = sqlx::query(concat!(
            "update refresh set halt = 'budget', halt_at = $2
             where dataset_id = $1
               and (halt = '' or (halt = 'credential' and halt_version <> ",
            version!(),
            "))"
        ));
        Ok(halted.bind(dataset_id).bind(now).execute(self.pool()).await?.rows_affected() == 1)
    }

    /// A new day: what rested because of a budget goes on.
    pub async fn refresh_unhalt_budget(&self, before: i64) -> Result<u64> {
        // One of a day to come was set by a clock that was put back since.
        let gone =
            sqlx::query("update refresh set halt = '' where halt = 'budget' and (halt_at < $1 or halt_at >= $2)");
        Ok(gone.bind(before).bind(before + DAY).execute(self.pool()).await?.rows_affected())
    }
}
