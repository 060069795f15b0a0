//! A run under way: kept alive by a beat, ended once.

use sqlx::AnyConnection;

use super::SnapshotRow;
use super::refused::{ANEW, HALT};
use crate::{Result, Store};

/// A run and the token of its claim: whoever comes with an older one is not heard.
#[derive(Clone, Copy, Debug)]
pub struct RunRef<'a> {
    pub dataset_id: &'a str,
    pub run_id: &'a str,
    pub fence: i64,
}

/// What a run took and read.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunCost {
    pub duration_us: i64,
    /// While its statement was open at the source; none where it never was.
    pub source_us: Option<i64>,
    pub rows: i64,
    /// Of the text that the source sent.
    pub bytes: i64,
}

/// How a run ended badly, and what that means for those to come.
#[derive(Clone, Copy, Debug)]
pub struct RefreshEnd<'a> {
    /// `failed`, `cancelled` or `lost`.
    pub state: &'a str,
    pub cost: RunCost,
    pub finding: &'a str,
    /// Whether it counts among those that pause the schedule.
    pub is_failure: bool,
    /// Whether it came so far that its way in is not refused any more.
    pub is_let_in: bool,
    /// The source refused the way in of this version: nothing is tried through the connection until there is another.
    pub refused_version: Option<i64>,
    /// Another try before the schedule's own time.
    pub retry_at: Option<i64>,
    /// Whom the next run is for; empty for nobody.
    pub asked_by: &'a str,
    /// Whether a first run, if this was one, is still to come, as it is where its connection was paused meanwhile.
    pub is_unfinished: bool,
    pub now: i64,
}

/// Runs that failed, one after another, after which a schedule is paused.
pub(super) const MOST_FAILURES: i64 = 5;

impl Store {
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
    pub async fn refresh_done(&self, run: RunRef<'_>, snapshot: &SnapshotRow, cost: RunCost, now: i64) -> Result<bool> {
        let mut write = self.begin().await?;
        lock(&mut write, run.dataset_id).await?;
        let switched = sqlx::query(concat!(
            "update refresh
             set snapshot_id = $4, run_id = '', failures = 0, is_first = 0,
                 -- Refused to another since this one was let in: then that stands.
                 halt = case when halt = 'person' then halt
                             when halt = 'credential'
                              and halt_at > (select n.started_at from refresh_run n where n.id = $2) then halt
                             when halt = 'failures'
                              and halt_at > (select n.started_at from refresh_run n where n.id = $2)
                              and halt_version = ",
            version!(),
            " then 'credential'
                             else '' end
             where dataset_id = $1
               and run_id = $2
               and fence = $3
               and is_on = 1
               and exists (select 1 from connection c
                           where c.id = refresh.connection_id and c.purpose = $5 and c.state <> 'disconnected')",
        ))
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
        // It was let in: what rests because of the way in goes on, for all that reads through the connection, and nothing
        // that a person tries is taken for what was refused before.
        sqlx::query(
            "update refresh
             set halt = case when halt = 'credential' then '' else halt end, halt_version = 0
             where connection_id = $1
               and halt_version <> 0
               and not (halt in ('credential', 'failures')
                        and halt_at > (select n.started_at from refresh_run n where n.id = $2))",
        )
        .bind(&snapshot.connection_id)
        .bind(run.run_id)
        .execute(&mut *write)
        .await?;
        sqlx::query("update snapshot set retired_at = $2 where dataset_id = $1 and retired_at is null")
            .bind(run.dataset_id)
            .bind(now)
            .execute(&mut *write)
            .await?;
        super::snapshot::insert(snapshot, now).execute(&mut *write).await?;
        sqlx::query(
            "update refresh_run
             set state = 'done', duration_us = $2, row_count = $3, byte_count = $4, source_us = cast($5 as bigint)
             where id = $1",
        )
        .bind(run.run_id)
        .bind(cost.duration_us)
        .bind(cost.rows)
        .bind(cost.bytes)
        .bind(cost.source_us)
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
        lock(&mut write, run.dataset_id).await?;
        let ended = sqlx::query(concat!(
            "update refresh
             set run_id = '', failures = failures + $4,
                 -- Also where another beginning was asked for since, or the connection was paused.
                 is_first = case when ($9 = 1 or next_at <= $7 or asked_by = '@beginning') and failures + $4 < $5
                                 then is_first else 0 end,
                 halt = case when halt in ('', 'budget') and failures + $4 >= $5 then 'failures'
                             -- A person tried what was refused, and did not come as far.
                             when halt = '' and $10 = 0 and halt_version = ",
            version!(),
            " then 'credential'
                             else halt end,
                 halt_at = case when halt in ('', 'budget') and failures + $4 >= $5 then $7 else halt_at end,
                 halt_version = case when $10 = 1
                                      and not (halt in ('credential', 'failures')
                                               and halt_at > (select n.started_at from refresh_run n where n.id = $2))
                                     then 0 else halt_version end,
                 next_at = case when cast($6 as bigint) is not null and (next_at is null or next_at > $6)
                                then $6 else next_at end,
                 asked_by = case when $8 <> '' and asked_at is null and ",
            may_ask!("$8", "$2"),
            " then $8 else asked_by end,
                 asked_at = case when $8 <> '' and ",
            may_ask!("$8", "$2"),
            " then coalesce(asked_at, $7) else asked_at end
             where dataset_id = $1
               and run_id = $2
               and fence = $3",
        ))
        .bind(run.dataset_id)
        .bind(run.run_id)
        .bind(run.fence)
        .bind(i64::from(end.is_failure))
        .bind(MOST_FAILURES)
        .bind(end.retry_at)
        .bind(end.now)
        .bind(end.asked_by)
        .bind(i64::from(end.is_unfinished))
        .bind(i64::from(end.is_let_in))
        .execute(&mut *write)
        .await?;
        let is_own = ended.rows_affected() == 1;
        if let Some(version) = end.refused_version.filter(|_| is_own) {
            let halt = sqlx::query(HALT).bind(run.dataset_id).bind(end.now).bind(version);
            if halt.execute(&mut *write).await?.rows_affected() == 0 {
                let anew = sqlx::query(ANEW).bind(run.dataset_id).bind(end.now).bind(version).bind(run.run_id);
                anew.execute(&mut *write).await?;
            }
        }
        sqlx::query(
            "update refresh_run
             set state = $2, duration_us = $3, row_count = $4, byte_count = $5, finding = $6,
                 source_us = cast($7 as bigint)
             where id = $1 and state in ('running', 'cancelling')",
        )
        .bind(run.run_id)
        .bind(end.state)
        .bind(end.cost.duration_us)
        .bind(end.cost.rows)
        .bind(end.cost.bytes)
        .bind(end.finding)
        .bind(end.cost.source_us)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(is_own)
    }
}

/// Takes the connection's turn, as a claim does: rows of its other datasets are written too, and two that began with their
/// own would wait for each other.
async fn lock(write: &mut AnyConnection, dataset_id: &str) -> Result<()> {
    sqlx::query(
        "update connection set updated_at = updated_at
         where id = (select connection_id from refresh where dataset_id = $1)",
    )
    .bind(dataset_id)
    .execute(write)
    .await?;
    Ok(())
}
