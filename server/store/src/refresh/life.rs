//! Turning it on and off, pausing it, ending a run.

use super::ask::BY_BEGINNING;
use super::refused::WAIT_WITH_OTHERS;
use crate::{Result, Store};

/// What somebody set for a dataset.
#[derive(Clone, Copy, Debug)]
pub struct NewRefresh<'a> {
    pub team_id: &'a str,
    pub dataset_id: &'a str,
    pub member_id: &'a str,
    /// JSON.
    pub schedule: &'a str,
    pub next_at: Option<i64>,
    pub now: i64,
}

/// Why nothing runs by itself from now on.
#[derive(Clone, Copy, Debug)]
pub struct NewHalt<'a> {
    pub halt: &'a str,
    pub by: &'a str,
    pub reason: &'a str,
    pub at: i64,
}

/// Whether whoever sets a schedule begins with it: nothing is served yet, and nothing rests or is under way.
macro_rules! begins {
    () => {
        "refresh.snapshot_id = '' and refresh.asked_at is null
         and (refresh.is_on = 0 or (refresh.halt = '' and refresh.run_id = ''))"
    };
}

impl Store {
    /// Turns it on, or sets another schedule; asks for a first run where nothing is served yet and none is under way. What
    /// was paused by a person stays paused. A run that is due by now, and waits for a way in or for its turn, still comes.
    /// Where the way in was refused to another dataset of the connection, the first run waits for another, too. False where
    /// the dataset is not the team's.
    pub async fn refresh_set(&self, new: NewRefresh<'_>) -> Result<bool> {
        let mut write = self.begin().await?;
        // Takes the connection's turn, as a run does that was refused and says so to all its datasets.
        sqlx::query(
            "update connection set updated_at = updated_at
             where id = (select d.connection_id from dataset d where d.id = $1)",
        )
        .bind(new.dataset_id)
        .execute(&mut *write)
        .await?;
        let set = sqlx::query(concat!(
            "insert into refresh (dataset_id, team_id, connection_id, is_on, schedule, set_by, set_at, next_at,
                                  planned_at, asked_at, asked_by, is_first)
             select d.id, d.team_id, d.connection_id, 1, $4, $3, $6, cast($5 as bigint), $6, $6, $7, 1
             from dataset d
             where d.id = $2 and d.team_id = $1
             on conflict (dataset_id) do update set
               is_on = 1, schedule = excluded.schedule, set_by = excluded.set_by, set_at = excluded.set_at,
               next_at = case when refresh.next_at <= excluded.set_at
                               and (excluded.next_at is not null or refresh.snapshot_id = '')
                              then refresh.next_at else excluded.next_at end,
               planned_at = excluded.planned_at,
               halt = case when refresh.is_on = 0 then '' else refresh.halt end,
               is_first = case when ",
            begins!(),
            " then 1 else refresh.is_first end,
               asked_by = case when ",
            begins!(),
            " then excluded.asked_by else refresh.asked_by end,
               asked_at = case when ",
            begins!(),
            " then excluded.asked_at else refresh.asked_at end",
        ))
        .bind(new.team_id)
        .bind(new.dataset_id)
        .bind(new.member_id)
        .bind(new.schedule)
        .bind(new.next_at)
        .bind(new.now)
        .bind(BY_BEGINNING)
        .execute(&mut *write)
        .await?;
        sqlx::query(WAIT_WITH_OTHERS)
            .bind(new.dataset_id)
            .bind(new.now)
            .bind(BY_BEGINNING)
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(set.rows_affected() == 1)
    }

    /// Turns it off: looks go to the source again, the run under way ends, the snapshot goes.
    pub async fn refresh_turn_off(&self, team_id: &str, dataset_id: &str, now: i64) -> Result<bool> {
        let mut write = self.begin().await?;
        let off = sqlx::query(
            "update refresh
             set is_on = 0, next_at = null, asked_at = null, failures = 0, halt = '', halt_by = '', halt_reason = '',
                 halt_version = 0, snapshot_id = '', trigger_hash = '', trigger_code = null
             where dataset_id = $1 and team_id = $2 and is_on = 1",
        )
        .bind(dataset_id)
        .bind(team_id)
        .execute(&mut *write)
        .await?;
        if off.rows_affected() == 0 {
            return Ok(false);
        }
        for (end, bind) in [
            ("update refresh_run set state = 'cancelling' where dataset_id = $1 and state = 'running'", None),
            ("update snapshot set retired_at = $2 where dataset_id = $1 and retired_at is null", Some(0)),
        ] {
            let end = sqlx::query(end).bind(dataset_id);
            match bind {
                Some(at) => end.bind(at.min(now)).execute(&mut *write).await?,
                None => end.execute(&mut *write).await?,
            };
        }
        write.commit().await?;
        Ok(true)
    }

    /// Pauses it in a person's name. The run under way goes on to its end.
    pub async fn refresh_pause(&self, team_id: &str, dataset_id: &str, halt: NewHalt<'_>) -> Result<bool> {
        let paused = sqlx::query(
            "update refresh set halt = $3, halt_by = $4, halt_reason = $5, halt_at = $6, asked_at = null, asked_by = ''
             where dataset_id = $1 and team_id = $2 and is_on = 1 and halt <> 'person'",
        )
        .bind(dataset_id)
        .bind(team_id)
        .bind(halt.halt)
        .bind(halt.by)
        .bind(halt.reason)
        .bind(halt.at)
        .execute(self.pool())
        .await?;
        Ok(paused.rows_affected() == 1)
    }

    /// Lets it go on, whyever it rested, with no failures counted, and with a run now unless one is under way. Where
    /// another system told of something new since that began, one follows: the pause dropped the wish. What another system
    /// asked for and could not have yet is due, too: a run that fails is tried again for it.
    pub async fn refresh_resume(&self, team_id: &str, dataset_id: &str, by: &str, now: i64) -> Result<bool> {
        let resumed = sqlx::query(
            "update refresh set halt = '', halt_by = '', halt_reason = '', failures = 0,
                                next_at = case when asked_at is not null and asked_by like '@%'
                                                and (next_at is null or next_at > $4)
                                               then $4 else next_at end,
                                asked_by = case when run_id = '' or triggered_at > (select n.started_at from refresh_run n
                                                                                    where n.id = refresh.run_id)
                                                then $3 else asked_by end,
                                asked_at = case when run_id = '' or triggered_at > (select n.started_at from refresh_run n
                                                                                    where n.id = refresh.run_id)
                                                then cast($4 as bigint) else asked_at end
             where dataset_id = $1 and team_id = $2 and is_on = 1 and halt <> ''",
        )
        .bind(dataset_id)
        .bind(team_id)
        .bind(by)
        .bind(now)
        .execute(self.pool())
        .await?;
        Ok(resumed.rows_affected() == 1)
    }

    /// A check got in: what rests for want of a way in goes on at once, where it was refused before the check began and
    /// the way is the same.
    pub async fn refresh_let_in(&self, check_id: &str, began: i64, now: i64) -> Result<u64> {
        let mut write = self.begin().await?;
        // Takes the connection's turn, as a run does that is refused or let in meanwhile.
        sqlx::query(
            "update connection set updated_at = updated_at
             where id = (select k.connection_id from check_run k where k.id = $1)",
        )
        .bind(check_id)
        .execute(&mut *write)
        .await?;
        let let_in = sqlx::query(
            "update refresh
             set halt = case when halt = 'credential' then '' else halt end, halt_version = 0,
                 next_at = case when halt = 'credential' and next_at > $3 then $3 else next_at end
             where halt_version <> 0
               and not (halt in ('credential', 'failures') and halt_at > $2)
               and exists (select 1
                           from check_run k
                           join connection c on c.id = k.connection_id and c.purpose = k.purpose
                           where k.id = $1 and k.connection_id = refresh.connection_id)",
        );
        let let_in = let_in.bind(check_id).bind(began).bind(now).execute(&mut *write).await?.rows_affected();
        write.commit().await?;
        Ok(let_in)
    }

    /// Asks the run under way to end.
    pub async fn refresh_cancel(&self, team_id: &str, run_id: &str) -> Result<bool> {
        let asked = sqlx::query(
            "update refresh_run set state = 'cancelling' where id = $1 and team_id = $2 and state = 'running'",
        );
        Ok(asked.bind(run_id).bind(team_id).execute(self.pool()).await?.rows_affected() == 1)
    }

    /// Gives it an address that starts a run from outside, in the place of the one before.
    pub async fn refresh_trigger_set(&self, team_id: &str, dataset_id: &str, hash: &str, code: &[u8]) -> Result<bool> {
        let set = sqlx::query(
            "update refresh set trigger_hash = $3, trigger_code = $4
             where dataset_id = $1 and team_id = $2 and is_on = 1",
        );
        let set = set.bind(dataset_id).bind(team_id).bind(hash).bind(code).execute(self.pool()).await?;
        Ok(set.rows_affected() == 1)
    }

    /// The team and dataset of such an address.
    pub async fn refresh_by_trigger(&self, hash: &str) -> Result<Option<(String, String)>> {
        let found = sqlx::query_as("select team_id, dataset_id from refresh where trigger_hash = $1 and is_on = 1");
        Ok(found.bind(hash).fetch_optional(self.pool()).await?)
    }
}
