//! Refreshing datasets, as people see and steer it. The work itself is the refresher's.

mod outside;
pub(crate) mod view;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::audit::Action;
use contract::fault::Fault;
use contract::ports;
use contract::refresh::{ConnectionRefresh, RefreshView, Schedule, ScheduleFault, ScheduleFields, Triggered};
use contract::team::Actor;
use store::{AskedRun, DatasetRow, NewHalt, NewRefresh, Wish};
use vault::Binding;

use super::audit::{self, Deed};
use super::limits::Limit;
use super::sessions::{digest, fresh};
use super::{Shared, datasets, place, snapshots, store_fault, to_json};
use crate::refresher::calendar;

pub(crate) use outside::ask_from_outside;

pub(crate) const SEALED_FIELD: &str = "trigger";

pub(crate) struct Refreshes {
    shared: Arc<Shared>,
    /// Addresses that are none are tried from outside: so many a minute of each client.
    tries: Limit<String>,
    /// What is a dataset's address writes each time: so many a minute of each.
    calls: Limit<String>,
}

impl Refreshes {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, tries: Limit::new(60, Duration::from_secs(60)), calls: Limit::new(60, Duration::from_secs(60)) }
    }

    async fn own(&self, actor: &Actor, dataset_id: &str) -> Result<DatasetRow, Fault> {
        datasets::dataset(&self.shared, actor, dataset_id).await
    }

    /// The datasets of a connection of the actor's.
    async fn all(&self, actor: &Actor, connection_id: &str) -> Result<(String, Vec<DatasetRow>), Fault> {
        let connection = place::connection(&self.shared, actor, connection_id).await?;
        let mut datasets = self.shared.store.dataset_list(&actor.team_id).await.map_err(store_fault)?;
        datasets.retain(|dataset| dataset.connection_id == connection.id);
        Ok((connection.name, datasets))
    }

    async fn wrote(&self, actor: &Actor, action: Action, dataset: &DatasetRow) {
        self.wrote_with(actor, action, dataset, "").await;
    }

    /// The same, with what was set.
    async fn wrote_with(&self, actor: &Actor, action: Action, dataset: &DatasetRow, what: &str) {
        let to = if what.is_empty() { String::new() } else { format!(": {what}") };
        let named = format!("{}.{}{to}", dataset.schema_name, dataset.name);
        audit::done(&self.shared, actor, Deed { action, target: &dataset.id, named: &named }).await;
    }
}

/// Holds a form against what may be set here.
pub(crate) fn schedule(shared: &Shared, fields: &ScheduleFields) -> Result<Schedule, Fault> {
    let refuse = |fault| Fault::Schedule { fault, typed: Box::new(fields.clipped()), picked: Vec::new() };
    let mut schedule = fields.read(shared.refresh_limits.least_minutes).map_err(refuse)?;
    if schedule.unit.has_time() {
        schedule.zone = calendar::zone(&schedule.zone).ok_or_else(|| refuse(ScheduleFault::ZoneUnknown))?;
    }
    Ok(schedule)
}

async fn keep(shared: &Shared, actor: &Actor, dataset: &DatasetRow, schedule: &Schedule) -> Result<(), Fault> {
    let now = shared.clock.now();
    let stored = to_json(schedule);
    let next_at = match calendar::due(schedule, now, &dataset.id, now) {
        Some(due) => Some(due),
        // Where nothing runs by itself, what another system asked for may be to be tried again.
        None => {
            let before = shared.store.refresh_fetch(&actor.team_id, &dataset.id).await.map_err(store_fault)?;
            before.filter(|row| row.schedule == stored && row.is_on == 1).and_then(|row| row.next_at)
        }
    };
    let new = NewRefresh {
        team_id: &actor.team_id,
        dataset_id: &dataset.id,
        member_id: &actor.member_id,
        schedule: &stored,
        next_at,
        now,
    };
    if !shared.store.refresh_set(new).await.map_err(store_fault)? {
        return Err(Fault::NotFound);
    }
    shared.nudge.notify_one();
    Ok(())
}

/// One schedule for several datasets of a connection.
pub(crate) async fn keep_all(
    shared: &Shared,
    actor: &Actor,
    (connection_id, name): (&str, &str),
    datasets: &[DatasetRow],
    schedule: &Schedule,
) -> Result<(), Fault> {
    for dataset in datasets {
        keep(shared, actor, dataset, schedule).await?;
    }
    let named = format!("{name}, datasets: {}, {schedule}", datasets.len());
    audit::done(shared, actor, Deed { action: Action::RefreshSet, target: connection_id, named: &named }).await;
    Ok(())
}

fn binding<'a>(team_id: &'a str, dataset: &'a DatasetRow) -> Binding<'a> {
    Binding { team: team_id, record: &dataset.id, field: SEALED_FIELD, purpose: &dataset.connection_id }
}

#[async_trait]
impl ports::Refreshes for Refreshes {
    async fn show(&self, actor: &Actor, dataset_id: &str) -> ports::Answer<RefreshView> {
        let dataset = self.own(actor, dataset_id).await?;
        view::of(&self.shared, actor, &dataset).await
    }

    async fn set(&self, actor: &Actor, dataset_id: &str, schedule: ScheduleFields) -> ports::Answer<()> {
        let dataset = self.own(actor, dataset_id).await?;
        let schedule = self::schedule(&self.shared, &schedule)?;
        keep(&self.shared, actor, &dataset, &schedule).await?;
        self.wrote_with(actor, Action::RefreshSet, &dataset, &schedule.to_string()).await;
        Ok(())
    }

    async fn turn_off(&self, actor: &Actor, dataset_id: &str) -> ports::Answer<()> {
        let dataset = self.own(actor, dataset_id).await?;
        let now = self.shared.clock.now();
        if self.shared.store.refresh_turn_off(&actor.team_id, dataset_id, now).await.map_err(store_fault)? {
            snapshots::sweep_now(&self.shared).await;
            self.wrote(actor, Action::RefreshTurnedOff, &dataset).await;
        }
        Ok(())
    }

    async fn set_all(&self, actor: &Actor, connection_id: &str, schedule: ScheduleFields) -> ports::Answer<()> {
        let (name, datasets) = self.all(actor, connection_id).await?;
        let schedule = self::schedule(&self.shared, &schedule)?;
        if datasets.is_empty() {
            return Err(Fault::NothingPicked);
        }
        keep_all(&self.shared, actor, (connection_id, &name), &datasets, &schedule).await
    }

    async fn turn_off_all(&self, actor: &Actor, connection_id: &str) -> ports::Answer<()> {
        let (name, datasets) = self.all(actor, connection_id).await?;
        let mut off = 0;
        for dataset in &datasets {
            let now = self.shared.clock.now();
            let was_on = self.shared.store.refresh_turn_off(&actor.team_id, &dataset.id, now).await;
            off += u32::from(was_on.map_err(store_fault)?);
        }
        if off > 0 {
            snapshots::sweep_now(&self.shared).await;
            let named = format!("{name}, datasets: {off}");
            let deed = Deed { action: Action::RefreshTurnedOff, target: connection_id, named: &named };
            audit::done(&self.shared, actor, deed).await;
        }
        Ok(())
    }

    async fn ask(&self, actor: &Actor, dataset_id: &str) -> ports::Answer<()> {
        let dataset = self.own(actor, dataset_id).await?;
        let now = self.shared.clock.now();
        let wish = Wish { by: &actor.email, since: None, now };
        let asked = self.shared.store.refresh_ask(&actor.team_id, dataset_id, wish).await;
        match asked.map_err(store_fault)? {
            AskedRun::Asked => {
                self.shared.nudge.notify_one();
                self.wrote(actor, Action::RefreshAsked, &dataset).await;
                Ok(())
            }
            AskedRun::Joined | AskedRun::Recent | AskedRun::OverBudget { .. } | AskedRun::Refused => Ok(()),
            AskedRun::CutOff => Err(Fault::ConnectionRests),
            AskedRun::Paused => Err(Fault::RefreshPaused),
            AskedRun::Off => Err(Fault::RefreshOff),
        }
    }

    async fn cancel(&self, actor: &Actor, run_id: &str) -> ports::Answer<()> {
        let dataset_id = self.shared.store.refresh_run_dataset(&actor.team_id, run_id).await.map_err(store_fault)?;
        let dataset = self.own(actor, &dataset_id.ok_or(Fault::NotFound)?).await?;
        // One that has ended meanwhile needs no end.
        if self.shared.store.refresh_cancel(&actor.team_id, run_id).await.map_err(store_fault)? {
            self.shared.live.cancel(run_id);
            self.wrote(actor, Action::RefreshCancelled, &dataset).await;
        }
        Ok(())
    }

    async fn pause(&self, actor: &Actor, dataset_id: &str, reason: &str) -> ports::Answer<()> {
        let dataset = self.own(actor, dataset_id).await?;
        let reason: String = reason.trim().chars().filter(|c| !c.is_control()).take(200).collect();
        let halt = NewHalt { halt: "person", by: &actor.email, reason: &reason, at: self.shared.clock.now() };
        if self.shared.store.refresh_pause(&actor.team_id, dataset_id, halt).await.map_err(store_fault)? {
            self.wrote_with(actor, Action::RefreshPaused, &dataset, &reason).await;
            return Ok(());
        }
        let row = self.shared.store.refresh_fetch(&actor.team_id, dataset_id).await.map_err(store_fault)?;
        match row {
            Some(row) if row.is_on == 1 && row.halt_by == actor.email && row.halt_reason == reason => Ok(()),
            // A reason that nobody would see is told to whoever typed it.
            Some(row) if row.is_on == 1 => Err(Fault::RefreshPaused),
            _ => Err(Fault::RefreshOff),
        }
    }

    async fn resume(&self, actor: &Actor, dataset_id: &str) -> ports::Answer<()> {
        let dataset = self.own(actor, dataset_id).await?;
        if place::connection(&self.shared, actor, &dataset.connection_id).await?.state != "live" {
            return Err(Fault::ConnectionRests);
        }
        let now = self.shared.clock.now();
        let resumed = self.shared.store.refresh_resume(&actor.team_id, dataset_id, &actor.email, now).await;
        if resumed.map_err(store_fault)? {
            self.shared.nudge.notify_one();
            self.wrote(actor, Action::RefreshResumed, &dataset).await;
        }
        Ok(())
    }

    async fn address(&self, actor: &Actor, dataset_id: &str) -> ports::Answer<()> {
        let dataset = self.own(actor, dataset_id).await?;
        let code = fresh();
        let sealed = self.shared.ring.seal(&binding(&actor.team_id, &dataset), code.as_bytes());
        let set = self.shared.store.refresh_trigger_set(&actor.team_id, dataset_id, &digest(&code), &sealed).await;
        if !set.map_err(store_fault)? {
            return Err(Fault::RefreshOff);
        }
        self.wrote(actor, Action::RefreshAddressMade, &dataset).await;
        Ok(())
    }

    async fn trigger(&self, code: &str, client: &str) -> ports::Answer<Triggered> {
        outside::trigger(self, code, client).await
    }

    async fn of_connection(&self, actor: &Actor, connection_id: &str) -> ports::Answer<ConnectionRefresh> {
        let connection = place::connection(&self.shared, actor, connection_id).await?;
        view::of_connection(&self.shared, &connection).await
    }

    async fn budget(&self, actor: &Actor, connection_id: &str, statements: u32) -> ports::Answer<()> {
        let connection = place::connection(&self.shared, actor, connection_id).await?;
        let budget = i64::from(statements);
        if !self.shared.store.source_budget_set(&actor.team_id, connection_id, budget).await.map_err(store_fault)? {
            return Err(Fault::NotFound);
        }
        self.shared.nudge.notify_one();
        let to = if statements == 0 { "no limit".to_owned() } else { format!("{statements} times a day") };
        let named = format!("{}: {to}", connection.name);
        let deed = Deed { action: Action::BudgetSet, target: connection_id, named: &named };
        audit::done(&self.shared, actor, deed).await;
        Ok(())
    }
}
