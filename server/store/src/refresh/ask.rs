//! Asking for a run: who may, and what becomes of it.

use super::due::DAY;
use crate::{Result, Store};

/// Somebody's wish for a run now.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    pub by: &'a str,
    /// From outside: one since this moment was the same wish.
    pub since: Option<i64>,
    pub now: i64,
}

/// What became of somebody's wish for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedRun {
    /// One will start.
    Asked,
    /// One is on its way, or asked for already: they see its result.
    Joined,
    /// From outside, a moment ago, and that run has ended: the same wish.
    Recent,
    /// Somebody paused it.
    Paused,
    /// From outside, where the source refused the way in, and there is no other.
    Refused,
    /// Its connection is paused or disconnected.
    CutOff,
    /// From outside, when the day's budget is used up: one will start when the day is over. Asked for by this wish, or before.
    OverBudget { is_new: bool },
    /// It is not on, or not there.
    Off,
}

/// Of a row that somebody wants refreshed: why it rests, whether the way in was refused, its run, when and by whom a run was
/// asked for, when another system asked, its connection's state, and whether the day's budget is used up.
type Found = (String, i64, String, Option<i64>, String, i64, String, i64);

/// Other systems, by a dataset's address and by the operator's command. Whoever asks and is no person has a name that begins
/// with `@`, as no address does.
pub const BY_TRIGGER: &str = "@trigger";
pub const BY_COMMAND: &str = "@command";

/// Who asks for the first run.
pub const BY_BEGINNING: &str = "@beginning";

/// Of a run that nobody asked for, but a snapshot that is there no more: its connection leads elsewhere now, was
/// reconnected, or the object was gone.
pub const BY_ABSENCE: &str = "@absence";

/// Whether what they ask for rests, like what runs by itself, once a day's budget is used up.
pub fn waits_for_budget(asked_by: &str) -> bool {
    [BY_TRIGGER, BY_COMMAND, BY_ABSENCE].contains(&asked_by)
}

impl Store {
    /// Asks for a run now. Of many that ask at once, all get the same one. Who asks from outside does so because there is
    /// something new, which a run under way may not see: another follows it.
    pub async fn refresh_ask(&self, team_id: &str, dataset_id: &str, wish: Wish<'_>) -> Result<AskedRun> {
        let mut write = self.begin().await?;
        let lock = sqlx::query("update refresh set is_on = is_on where dataset_id = $1 and team_id = $2 and is_on = 1");
        if lock.bind(dataset_id).bind(team_id).execute(&mut *write).await?.rows_affected() == 0 {
            return Ok(AskedRun::Off);
        }
        let found = sqlx::query_as(concat!(
            "select ",
            halt!(),
            ", ",
            is_refused!(),
            ", r.run_id, r.asked_at, r.asked_by, r.triggered_at, c.state,
                    case when r.is_first = 0
                          and c.daily_budget > 0
                          and c.daily_budget <= (select coalesce(max(u.count), 0) from source_use u
                                                 where u.connection_id = c.id and u.day = $2)
                         then 1 else 0 end
             from refresh r
             join connection c on c.id = r.connection_id
             left join connection k on k.id = c.credential_id
             where r.dataset_id = $1",
        ));
        let (halt, is_refused, run_id, asked_at, asked_by, triggered_at, state, is_used_up): Found =
            found.bind(dataset_id).bind(wish.now.div_euclid(DAY)).fetch_one(&mut *write).await?;
        if state != "live" {
            return Ok(AskedRun::CutOff);
        }
        if halt == "person" {
            return Ok(AskedRun::Paused);
        }
        // A person tries it again knowingly.
        if is_refused == 1 && wish.since.is_some() {
            return Ok(AskedRun::Refused);
        }
        let is_same = wish.since.is_some_and(|since| triggered_at > since && triggered_at <= wish.now);
        let is_outside = wish.since.is_some();
        // What waits for the day to be over, or for another way in, does not keep a person waiting.
        let is_put_off = asked_at.is_some() && is_used_up == 1 && waits_for_budget(&asked_by);
        let is_kept_out = is_refused == 1 && asked_by.starts_with('@');
        // A first run that waited for a way in is planned for now.
        let is_first = asked_at.is_none() && run_id.is_empty() && asked_by == BY_BEGINNING;
        let is_asked = match is_outside {
            true => asked_at.is_some() || is_first,
            false => asked_at.is_some() && !is_put_off && !is_kept_out,
        };
        let is_joined = is_same || is_asked || (!is_outside && !run_id.is_empty());
        if !is_joined {
            // What another system asked for is due besides: where a person's run fails, it is tried again for it.
            let ask = sqlx::query(
                "update refresh
                 set next_at = case when asked_at is not null and (next_at is null or next_at > $2)
                                    then $2 else next_at end,
                     asked_at = $2, asked_by = $3
                 where dataset_id = $1",
            );
            ask.bind(dataset_id).bind(wish.now).bind(wish.by).execute(&mut *write).await?;
        }
        if is_outside && !is_same {
            let triggered = sqlx::query("update refresh set triggered_at = $2 where dataset_id = $1");
            triggered.bind(dataset_id).bind(wish.now).execute(&mut *write).await?;
        }
        write.commit().await?;
        Ok(match () {
            () if is_outside && is_used_up == 1 && (is_put_off || !is_joined) => {
                AskedRun::OverBudget { is_new: !is_joined }
            }
            () if !is_joined => AskedRun::Asked,
            () if asked_at.is_none() && run_id.is_empty() && !is_first => AskedRun::Recent,
            () => AskedRun::Joined,
        })
    }
}
