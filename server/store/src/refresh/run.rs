//! Runs: claimed once, kept alive by a beat, ended once, taken over where the beat stands still.

use sqlx::FromRow;

use super::SnapshotRow;
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
}

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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// With the token that tells this claim from every later one.
    Yes { fence: i64 },
    /// Somebody else has it, or it is not due any more.
    No,
    /// As many run through its connection as may.
    Full,
}

/// A run and the token of its claim: whoever comes with an older one is not heard.
#[derive(Clone, Copy, Debug)]
pub struct RunRef<'a> {
    pub dataset_id: &'a str,
    pub run_id: &'a str,
    pub fence: i64,
}

/// A run that somebody works on.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct RunningRow {
    pub dataset_id: String,
    pub run_id: String,
    pub beat: i64,
}

/// How a run ended badly, and what that means for those to come.
#[derive(Clone, Copy, Debug)]
pub struct RefreshEnd<'a> {
    /// `failed`, `cancelled` or `lost`.
    pub state: &'a str,
    pub duration_us: i64,
    pub rows: i64,
    pub bytes: i64,
    pub finding: &'a str,
    /// Whether it counts among those that pause the schedule.
    pub is_failure: bool,
    /// The source refused the way in: nothing is tried through the connection until there is another.
    pub is_credential: bool,
    /// Another try before the schedule's own time.
    pub retry_at: Option<i64>,
    pub now: i64,
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
    pub row_count: i64,
    pub byte_count: i64,
    pub finding: String,
    pub drift: String,
}

/// Runs that failed, one after another, after which a schedule is paused.
const MOST_FAILURES: i64 = 5;

/// Nothing more is tried through a connection whose way in was refused, until that is another: its own, or the credential
/// that it leans on, was changed since.
const HALT: &str = "
    update refresh
    set halt = 'credential', halt_at = $2, asked_at = null,
        halt_version = (select max(v.updated_at) from connection v
                        where v.id = refresh.connection_id
                           or v.id = (select c.credential_id from connection c where c.id = refresh.connection_id))
    where connection_id = (select r.connection_id from refresh r where r.dataset_id = $1)
      and halt <> 'person'";

impl Store {
    /// Those whose time has come, the longest overdue first, of connections that can be read through. A clock that was put
    /// back behind a plan makes it due too.
    pub async fn refresh_due(&self, now: i64, slack: i64, limit: i64, per_connection: i64) -> Result<Vec<DueRow>> {
        let rows = sqlx::query_as(
            "select r.dataset_id, r.team_id, r.connection_id, r.schedule, r.set_by, r.set_at, r.next_at, r.planned_at,
                    r.asked_at, r.asked_by
             from refresh r
             join connection c on c.id = r.connection_id
             left join connection k on k.id = c.credential_id
             left join (select connection_id, count(*) as running from refresh where run_id <> '' group by connection_id) b
               on b.connection_id = r.connection_id
             where r.is_on = 1
               and r.run_id = ''
               and coalesce(b.running, 0) < $4
               and c.state = 'live'
               and (r.asked_at is not null
                    or ((r.next_at <= $1 or r.planned_at > $1 + $2)
                        and (r.halt = ''
                             or (r.halt = 'credential'
                                 and r.halt_version <> case when k.updated_at > c.updated_at
                                                            then k.updated_at else c.updated_at end))))
             order by coalesce(r.asked_at, r.next_at), r.dataset_id
             limit $3",
        )
        .bind(now)
        .bind(slack)
        .bind(limit)
        .bind(per_connection)
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
    pub async fn refresh_plan(&self, due: &DueRow, next_at: Option<i64>, now: i64) -> Result<()> {
        sqlx::query(
            "update refresh set next_at = $2, planned_at = $3
             where dataset_id = $1 and planned_at = $4 and run_id = ''",
        )
        .bind(&due.dataset_id)
        .bind(next_at)
        .bind(now)
        .bind(due.planned_at)
        .execute(self.pool())
        .await?;
        Ok(())
    }

    /// Takes a dataset's run, if it is still due and its connection has room. On however many servers, one gets it.
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
        let fence: Option<i64> = sqlx::query_scalar(
            "update refresh
             set run_id = $2, fence = fence + 1, beat = 0, asked_at = null, asked_by = '', next_at = $3, planned_at = $4
             where dataset_id = $1
               and is_on = 1
               and run_id = ''
               and planned_at = $5
               and coalesce(asked_at, 0) = coalesce(cast($6 as bigint), 0)
             returning fence",
        )
        .bind(&due.dataset_id)
        .bind(claim.run_id)
        .bind(claim.next_at)
        .bind(claim.now)
        .bind(due.planned_at)
        .bind(due.asked_at)
        .fetch_optional(&mut *write)
        .await?;
        let Some(fence) = fence else { return Ok(Claimed::No) };
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
        write.commit().await?;
        Ok(Claimed::Yes { fence })
    }

    /// How the columns changed, as soon as the run knows.
    pub async fn refresh_drift(&self, run_id: &str, drift: &str) -> Result<()> {
        let kept = sqlx::query("update refresh_run set drift = $2 where id = $1");
        kept.bind(run_id).bind(drift).execute(self.pool()).await?;
        Ok(())
    }

    /// The task lives, and so far. `None` where the run is not its own any more; the state else, which is `cancelling`
    /// where somebody wants its end or its connection was cut off.
    pub async fn refresh_beat(&self, run: RunRef<'_>, rows: i64, bytes: i64) -> Result<Option<String>> {
        let mut write = self.begin().await?;
        let beat =
            sqlx::query("update refresh set beat = beat + 1 where dataset_id = $1 and run_id = $2 and fence = $3");
        let beat = beat.bind(run.dataset_id).bind(run.run_id).bind(run.fence).execute(&mut *write).await?;
        if beat.rows_affected() == 0 {
            return Ok(None);
        }
        let state = sqlx::query_scalar(
            "update refresh_run set row_count = $2, byte_count = $3 where id = $1
             returning case when exists (select 1 from connection c
                                         where c.id = refresh_run.connection_id and c.state = 'disconnected')
                            then 'cancelling' else state end",
        )
        .bind(run.run_id)
        .bind(rows)
        .bind(bytes)
        .fetch_optional(&mut *write)
        .await?;
        write.commit().await?;
        Ok(state)
    }

    /// A run went well: from this moment its snapshot is the one that is served. False where the run is not the caller's
    /// any more, or its connection leads elsewhere now; then nothing has changed.
    pub async fn refresh_done(
        &self,
        run: RunRef<'_>,
        snapshot: &SnapshotRow,
        (duration_us, bytes): (i64, i64),
        now: i64,
    ) -> Result<bool> {
        let mut write = self.begin().await?;
        let switched = sqlx::query(
            "update refresh
             set snapshot_id = $4, run_id = '', failures = 0,
                 halt = case when halt = 'person' then halt else '' end
             where dataset_id = $1
               and run_id = $2
               and fence = $3
               and is_on = 1
               and exists (select 1 from connection c
                           where c.id = refresh.connection_id and c.purpose = $5 and c.state <> 'disconnected')",
        )
        .bind(run.dataset_id)
        .bind(run.run_id)
        .bind(run.fence)
        .bind(&snapshot.id)
        .bind(&snapshot.purpose)
        .execute(&mut *write)
        .await?;
        if switched.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("update snapshot set retired_at = $2 where dataset_id = $1 and retired_at is null")
            .bind(run.dataset_id)
            .bind(now)
            .execute(&mut *write)
            .await?;
        super::snapshot::insert(snapshot).execute(&mut *write).await?;
        sqlx::query(
            "update refresh_run set state = 'done', duration_us = $2, row_count = $3, byte_count = $4
             where id = $1",
        )
        .bind(run.run_id)
        .bind(duration_us)
        .bind(snapshot.row_count)
        .bind(bytes)
        .execute(&mut *write)
        .await?;
        sqlx::query("update dataset set known_columns = $2 where id = $1")
            .bind(run.dataset_id)
            .bind(&snapshot.known_columns)
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(true)
    }

    /// A run came to nothing. False where it is not the caller's any more.
    pub async fn refresh_fail(&self, run: RunRef<'_>, end: RefreshEnd<'_>) -> Result<bool> {
        let mut write = self.begin().await?;
        let ended = sqlx::query(
            "update refresh
             set run_id = '', failures = failures + $4,
                 halt = case when halt = '' and failures + $4 >= $5 then 'failures' else halt end,
                 halt_at = case when halt = '' and failures + $4 >= $5 then $7 else halt_at end,
                 next_at = case when cast($6 as bigint) is not null and (next_at is null or next_at > $6)
                                then $6 else next_at end
             where dataset_id = $1
               and run_id = $2
               and fence = $3",
        )
        .bind(run.dataset_id)
        .bind(run.run_id)
        .bind(run.fence)
        .bind(i64::from(end.is_failure))
        .bind(MOST_FAILURES)
        .bind(end.retry_at)
        .bind(end.now)
        .execute(&mut *write)
        .await?;
        let is_own = ended.rows_affected() == 1;
        if is_own && end.is_credential {
            sqlx::query(HALT).bind(run.dataset_id).bind(end.now).execute(&mut *write).await?;
        }
        sqlx::query(
            "update refresh_run set state = $2, duration_us = $3, row_count = $4, byte_count = $5, finding = $6
             where id = $1 and state in ('running', 'cancelling')",
        )
        .bind(run.run_id)
        .bind(end.state)
        .bind(end.duration_us)
        .bind(end.rows)
        .bind(end.bytes)
        .bind(end.finding)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(is_own)
    }

    /// Rests by itself: a budget is used up.
    pub async fn refresh_halt_budget(&self, dataset_id: &str, now: i64) -> Result<()> {
        sqlx::query("update refresh set halt = 'budget', halt_at = $2 where dataset_id = $1 and halt = ''")
            .bind(dataset_id)
            .bind(now)
            .execute(self.pool())
            .await?;
        Ok(())
    }

    /// A new day: what rested because of a budget goes on.
    pub async fn refresh_unhalt_budget(&self, before: i64) -> Result<u64> {
        let gone = sqlx::query("update refresh set halt = '' where halt = 'budget' and halt_at < $1");
        Ok(gone.bind(before).execute(self.pool()).await?.rows_affected())
    }

    /// What runs anywhere.
    pub async fn refresh_running(&self) -> Result<Vec<RunningRow>> {
        let rows = sqlx::query_as("select dataset_id, run_id, beat from refresh where run_id <> ''");
        Ok(rows.fetch_all(self.pool()).await?)
    }

    /// Takes a run from whoever worked on it, if its beat still is what it was: the next one is due at once.
    pub async fn refresh_take_over(&self, seen: &RunningRow, finding: &str, now: i64) -> Result<bool> {
        let mut write = self.begin().await?;
        let taken = sqlx::query(
            "update refresh
             set run_id = '', fence = fence + 1, next_at = $4, planned_at = $4, failures = failures + 1,
                 halt = case when halt = '' and failures + 1 >= $5 then 'failures' else halt end,
                 halt_at = case when halt = '' and failures + 1 >= $5 then $4 else halt_at end
             where dataset_id = $1 and run_id = $2 and beat = $3",
        )
        .bind(&seen.dataset_id)
        .bind(&seen.run_id)
        .bind(seen.beat)
        .bind(now)
        .bind(MOST_FAILURES)
        .execute(&mut *write)
        .await?;
        if taken.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query("update refresh_run set state = 'lost', finding = $2 where id = $1")
            .bind(&seen.run_id)
            .bind(finding)
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(true)
    }

    /// The newest runs of a dataset, the newest first.
    pub async fn refresh_runs(&self, team_id: &str, dataset_id: &str, limit: i64) -> Result<Vec<RunRow>> {
        let rows = sqlx::query_as(
            "select id, cause, asked_by, state, due_at, started_at, duration_us, row_count, byte_count, finding, drift
             from refresh_run
             where dataset_id = $1
               and team_id = $2
             order by started_at desc, id desc
             limit $3",
        )
        .bind(dataset_id)
        .bind(team_id)
        .bind(limit)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    pub async fn refresh_run_is_known(&self, team_id: &str, run_id: &str) -> Result<bool> {
        let known: i64 = sqlx::query_scalar("select count(*) from refresh_run where id = $1 and team_id = $2")
            .bind(run_id)
            .bind(team_id)
            .fetch_one(self.pool())
            .await?;
        Ok(known > 0)
    }

    /// Forgets runs that began before a moment.
    pub async fn refresh_run_purge(&self, before: i64) -> Result<u64> {
        let purged =
            sqlx::query("delete from refresh_run where started_at < $1 and state not in ('running', 'cancelling')");
        Ok(purged.bind(before).execute(self.pool()).await?.rows_affected())
    }
}
