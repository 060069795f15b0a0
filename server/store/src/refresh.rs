//! Refreshing datasets: when each is due, the run under way, the snapshot that is served.

/// Why a refresh rests, as it stands: what was refused to another way in than there is now rests no more, and whoever was
/// disconnected has none.
macro_rules! halt {
    () => {
        "case when c.state = 'disconnected' then 'credential'
              when r.halt = 'credential' and r.halt_version <> case when k.updated_at > c.updated_at
                                                                    then k.updated_at else c.updated_at end
              then '' else r.halt end"
    };
}

/// Whether the source refused the way in, and there is no other: of what rests because of that, and of what five failures
/// paused.
macro_rules! is_refused {
    () => {
        "case when c.state = 'disconnected'
                or (r.halt in ('credential', 'failures')
                    and r.halt_version = case when k.updated_at > c.updated_at then k.updated_at else c.updated_at end)
              then 1 else 0 end"
    };
}

/// Whether a run that was cut short is asked for again in that name: not where a person paused it meanwhile, or turned it
/// off; and where the way in was refused meanwhile, a person that asked before that did not mean to try it.
macro_rules! may_ask {
    ($name:literal, $run:literal) => {
        concat!(
            "is_on = 1 and halt <> 'person' and (",
            $name,
            " like '@%' or halt not in ('credential', 'failures') or halt_version <> ",
            version!(),
            " or (halt = 'failures' and halt_at <= (select n.started_at from refresh_run n where n.id = ",
            $run,
            ")))"
        )
    };
}

/// The way in as it stands: the connection's own, or the credential that it leans on, whichever was changed last.
macro_rules! version {
    () => {
        "(select max(v.updated_at) from connection v
          where v.id = refresh.connection_id
             or v.id = (select c.credential_id from connection c where c.id = refresh.connection_id))"
    };
}

mod ask;
mod claim;
mod due;
mod life;
mod refused;
mod run;
mod runs;
mod snapshot;

use sqlx::FromRow;

use crate::{Result, Store};

pub use ask::{AskedRun, BY_ABSENCE, BY_BEGINNING, BY_COMMAND, BY_TRIGGER, Wish, waits_for_budget};
pub use claim::{Claim, Claimed};
pub use due::DueRow;
pub use life::{NewHalt, NewRefresh};
pub use run::{RefreshEnd, RunCost, RunRef};
pub use runs::{RunRow, RunningRow};
pub use snapshot::{ServedRow, SnapshotRow, UnservedRow};

/// Of a connection's datasets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct RefreshCounts {
    pub datasets: i64,
    pub refreshed: i64,
    /// They have a snapshot that is served.
    pub served: i64,
    /// They rest for want of a way in.
    pub refused: i64,
    /// Somebody, or five failures, paused them.
    pub paused: i64,
}

/// A dataset's refresh as it stands, with what is served.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct RefreshRow {
    pub dataset_id: String,
    pub team_id: String,
    pub connection_id: String,
    pub is_on: i64,
    /// JSON.
    pub schedule: String,
    pub set_by: String,
    pub set_at: i64,
    pub next_at: Option<i64>,
    pub asked_at: Option<i64>,
    pub asked_by: String,
    /// 1 where no run has come to its end since it was turned on.
    pub is_first: i64,
    pub failures: i64,
    /// `person`, `failures`, `credential` or `budget`; empty where it runs by itself.
    pub halt: String,
    /// 1 where the source refused the way in, and there is no other.
    pub is_refused: i64,
    pub halt_by: String,
    pub halt_reason: String,
    pub halt_at: i64,
    pub run_id: String,
    /// Of the run under way.
    pub run_started_at: Option<i64>,
    pub trigger_code: Option<Vec<u8>>,
    /// JSON: why the last run that ended came to nothing; empty where it did not.
    pub last_finding: String,
    /// Of the run that the snapshot is of; none where nothing is served.
    pub taken_at: Option<i64>,
    pub row_count: Option<i64>,
    pub byte_count: Option<i64>,
}

/// Refreshes as they stand, with what is served.
macro_rules! select_refresh {
    ($which:literal) => {
        concat!(
            "select r.dataset_id, r.team_id, r.connection_id, r.is_on, r.schedule, r.set_by, r.set_at, r.next_at,
                    r.asked_at, r.asked_by, r.is_first, r.failures, ",
            halt!(),
            " as halt, ",
            is_refused!(),
            " as is_refused,
                    r.halt_by, r.halt_reason, r.halt_at, r.run_id, r.trigger_code,
                    (select n.started_at from refresh_run n where n.id = r.run_id) as run_started_at,
                    coalesce((select x.finding from refresh_run x
                              where x.dataset_id = r.dataset_id
                                and x.state not in ('running', 'cancelling')
                              order by x.fence desc
                              limit 1), '') as last_finding,
                    s.taken_at, s.row_count, s.byte_count
             from refresh r
             join connection c on c.id = r.connection_id
             left join connection k on k.id = c.credential_id
             left join snapshot s
               on s.id = r.snapshot_id and s.purpose = c.purpose and c.state <> 'disconnected'
             where r.team_id = $1 and ",
            $which
        )
    };
}

/// How often a source was asked on a day, and how often it may be.
const USE: &str = "
    select coalesce(u.count, 0), c.daily_budget
    from connection c
    left join source_use u on u.connection_id = c.id and u.day = $2
    where c.id = $1";

const USE_ADD: &str = "
    insert into source_use (connection_id, day, count)
    select $1, $2, 1 from connection where id = $1
    on conflict (connection_id, day) do update set count = source_use.count + 1";

impl Store {
    pub async fn refresh_fetch(&self, team_id: &str, dataset_id: &str) -> Result<Option<RefreshRow>> {
        let row = sqlx::query_as(select_refresh!("r.dataset_id = $2"));
        Ok(row.bind(team_id).bind(dataset_id).fetch_optional(self.pool()).await?)
    }

    /// Of all of a team's datasets where it is on.
    pub async fn refresh_list(&self, team_id: &str) -> Result<Vec<RefreshRow>> {
        let rows = sqlx::query_as(select_refresh!("r.is_on = 1"));
        Ok(rows.bind(team_id).fetch_all(self.pool()).await?)
    }

    pub async fn refresh_counts(&self, connection_id: &str) -> Result<RefreshCounts> {
        let counts = sqlx::query_as(concat!(
            "select count(r.dataset_id) as refreshed, count(*) as datasets, count(s.id) as served, count(case when r.is_on = 1 and ",
            halt!(),
            " = 'credential' then 1 end) as refused, count(case when r.is_on = 1 and ",
            halt!(),
            " in ('person', 'failures') then 1 end) as paused
             from dataset d
             join connection c on c.id = d.connection_id
             left join connection k on k.id = c.credential_id
             left join refresh r on r.dataset_id = d.id and r.is_on = 1
             left join snapshot s
               on s.id = r.snapshot_id and s.purpose = c.purpose and c.state <> 'disconnected'
             where d.connection_id = $1",
        ));
        Ok(counts.bind(connection_id).fetch_one(self.pool()).await?)
    }

    /// How often a source was asked on a day, counting this once more.
    pub async fn source_use_add(&self, connection_id: &str, day: i64) -> Result<()> {
        sqlx::query(USE_ADD).bind(connection_id).bind(day).execute(self.pool()).await?;
        Ok(())
    }

    /// How often a source was asked on a day, and how often it may be; 0 for as often as there is reason to.
    pub async fn source_use(&self, connection_id: &str, day: i64) -> Result<(i64, i64)> {
        let used: Option<(i64, i64)> =
            sqlx::query_as(USE).bind(connection_id).bind(day).fetch_optional(self.pool()).await?;
        Ok(used.unwrap_or_default())
    }

    /// The same of all connections of a team.
    pub async fn source_uses(&self, team_id: &str, day: i64) -> Result<Vec<(String, i64, i64)>> {
        let used = sqlx::query_as(
            "select c.id, coalesce(u.count, 0), c.daily_budget
             from connection c
             left join source_use u on u.connection_id = c.id and u.day = $2
             where c.team_id = $1 and c.is_draft = 0",
        );
        Ok(used.bind(team_id).bind(day).fetch_all(self.pool()).await?)
    }

    /// Sets how often a source may be asked in a day. What rested because of it goes on.
    pub async fn source_budget_set(&self, team_id: &str, connection_id: &str, budget: i64) -> Result<bool> {
        let mut write = self.begin().await?;
        let set =
            sqlx::query("update connection set daily_budget = $3 where id = $1 and team_id = $2 and is_draft = 0");
        let set = set.bind(connection_id).bind(team_id).bind(budget).execute(&mut *write).await?;
        sqlx::query("update refresh set halt = '' where connection_id = $1 and halt = 'budget'")
            .bind(connection_id)
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(set.rows_affected() == 1)
    }

    /// Forgets what was counted before a day.
    pub async fn source_use_purge(&self, day: i64) -> Result<u64> {
        let purged = sqlx::query("delete from source_use where day < $1").bind(day).execute(self.pool()).await?;
        Ok(purged.rows_affected())
    }
}
