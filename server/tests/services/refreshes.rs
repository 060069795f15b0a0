//! Refreshing datasets: a real PostgreSQL as the source, a folder for the snapshots, and a clock that tests set.

mod again;
mod bounds;
mod budget;
mod clocks;
mod faults;
mod held;
mod kept_out;
mod lent;
mod lost;
mod minted;
mod refused;
mod runs;
mod serving;
mod sources;
mod standing;
mod steering;

use std::time::Duration;

use contract::refresh::{RefreshState, RefreshView, RunState, ScheduleFields};
use server::refresher::Refresher;
use store::{Claim, Claimed, DueRow, RefreshEnd, RunCost, RunRef};

use crate::queries::Connected;
use crate::world::Plan;

const MINUTE: i64 = 60 * 1_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How fast it is read is decided when a statement begins: one that was left behind at the source may go on for long, and
/// holds what it reads.
const SLOW: &str = "create table pace as select 0.1::float8 as seconds; alter table sales rename to plain;
                    create view sales as select n as id, pg_sleep((select seconds from pace))::text as x
                    from generate_series(1, 1000) n";
const QUICK: &str = "update pace set seconds = 0";

/// Where it has a time of day, that is half a day away: at no hour of the clock does it come round in the middle of a test.
pub fn every(every: u32, unit: &str) -> ScheduleFields {
    let away = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).saturating_add(jiff::Span::new().hours(12));
    ScheduleFields {
        every: every.to_string(),
        unit: unit.into(),
        at: away.strftime("%H:%M").to_string(),
        weekday: "0".into(),
        zone: "UTC".into(),
    }
}

/// A team with a table of so many rows as its dataset, and a refresher that turns when the test says so.
pub struct Refreshed {
    pub team: Connected,
    pub refresher: Refresher,
    /// Of `sales`.
    pub dataset: String,
    pub datasets: Vec<String>,
}

impl Refreshed {
    pub async fn new(rows: u32) -> Self {
        Self::with(rows, "").await
    }

    /// With more tables.
    pub async fn with(rows: u32, more: &str) -> Self {
        Self::planned(Plan::default(), rows, more).await
    }

    pub async fn planned(plan: Plan, rows: u32, more: &str) -> Self {
        let team = Connected::with(plan).await;
        let fill = format!(
            "create table sales (id int, kind text, price numeric(8,2));
             insert into sales select n, 'kind ' || n % 7, n / 3.0 from generate_series(1, {rows}) as n"
        );
        team.database.run(&fill).await;
        team.database.run(more).await;
        let datasets = team.datasets().await;
        let list = team.world.backend.datasets.list(&team.world.actor).await.unwrap();
        let dataset = list.into_iter().find(|dataset| dataset.name == "sales").unwrap().id;
        let refresher = Refresher::new(team.world.shared.clone());
        Self { team, refresher, dataset, datasets }
    }

    pub async fn set(&self, fields: ScheduleFields) {
        self.team.world.backend.refreshes.set(&self.team.world.actor, &self.dataset, fields).await.unwrap();
    }

    pub async fn ask(&self) {
        self.team.world.backend.refreshes.ask(&self.team.world.actor, &self.dataset).await.unwrap();
    }

    /// Reads as another user of the source from now on: as one with this password, and by that one, which may be wrong.
    pub async fn reads_as(&self, role: &str, password: &str, tried: &str) -> String {
        let user = self.team.database.user(role, password).await;
        self.team.database.run(&format!("grant select on all tables in schema public to {user}")).await;
        self.team.edit(self.team.string(&user, tried)).await;
        user
    }

    /// Lets the source be asked once a day, and has it asked today.
    pub async fn use_up(&self) {
        let (world, connection) = (&self.team.world, &self.team.connection);
        world.backend.refreshes.budget(&world.actor, connection, 1).await.unwrap();
        world.shared.store.source_use_add(connection, world.shared.clock.now().div_euclid(DAY)).await.unwrap();
    }

    /// Of an address that starts runs from outside, made anew.
    pub async fn code(&self) -> String {
        self.team.world.backend.refreshes.address(&self.team.world.actor, &self.dataset).await.unwrap();
        self.view().await.trigger.unwrap().rsplit('/').next().unwrap().to_owned()
    }

    pub async fn view(&self) -> RefreshView {
        self.team.world.backend.refreshes.show(&self.team.world.actor, &self.dataset).await.unwrap()
    }

    pub async fn state(&self) -> RefreshState {
        self.view().await.state
    }

    /// Starts what is due, and waits for its end. Answers how many runs there are by now.
    pub async fn turn(&mut self) -> usize {
        self.refresher.turn().await;
        self.refresher.settle().await;
        self.view().await.runs.len()
    }

    pub fn shift(&self, micros: i64) {
        self.team.world.shared.clock.shift(micros);
    }

    /// To this hour of the next day, UTC. What is counted by days is then counted in one, at whatever hour the test runs.
    pub fn to_hour(&self, hour: i64) {
        self.shift(DAY - self.team.world.shared.clock.now().rem_euclid(DAY) + hour * HOUR);
    }

    /// Waits until the run under way is so.
    pub async fn until(&self, is: impl Fn(&RefreshView) -> bool) -> RefreshView {
        for _ in 0..2_000 {
            let view = self.view().await;
            if is(&view) {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{:?}", self.view().await);
    }

    /// Its table is gone until somebody renames it back, and five failures pause it.
    pub async fn fail_five_times(&mut self) {
        self.team.database.run("alter table sales rename to gone").await;
        for _ in 0..5 {
            self.ask().await;
            self.turn().await;
        }
        assert!(matches!(self.state().await, RefreshState::PausedByFailures { failures: 5, why: Some(_) }));
    }

    /// What is due first.
    pub async fn due(&self) -> DueRow {
        let (store, now) = (&self.team.world.shared.store, self.team.world.shared.clock.now());
        store.refresh_due(now, HOUR, 1, 2).await.unwrap().remove(0)
    }

    /// Another server takes it, or tries to.
    pub async fn claim(&self, due: &DueRow) -> Claimed {
        let (store, now) = (&self.team.world.shared.store, self.team.world.shared.clock.now());
        let (cause, next_at, per_connection, is_on_budget) = ("person", None, 2, false);
        let claim = Claim { run_id: "run", due, cause, now, next_at, per_connection, is_on_budget };
        store.refresh_claim(claim).await.unwrap()
    }

    /// Another server has what is due first.
    pub async fn claimed(&self) -> (DueRow, i64) {
        let due = self.due().await;
        let Claimed::Yes { fence, .. } = self.claim(&due).await else { panic!("not claimed") };
        (due, fence)
    }

    /// It stops, and says so.
    pub async fn hand_over(&self, (due, fence): &(DueRow, i64)) {
        let (store, now) = (&self.team.world.shared.store, self.team.world.shared.clock.now());
        let end = RefreshEnd {
            state: "lost",
            cost: RunCost { duration_us: 1, ..RunCost::default() },
            finding: "\"run_lost\"",
            is_let_in: false,
            is_failure: false,
            refused_version: None,
            retry_at: Some(now),
            asked_by: &due.asked_by,
            is_unfinished: true,
            now,
        };
        let run = RunRef { dataset_id: &due.dataset_id, run_id: "run", fence: *fence };
        assert!(store.refresh_fail(run, end).await.unwrap());
    }

    /// It is gone.
    pub async fn lose(&self) {
        let (store, now) = (&self.team.world.shared.store, self.team.world.shared.clock.now());
        let seen = store.refresh_running().await.unwrap().remove(0);
        assert!(store.refresh_take_over(&seen, "", now).await.unwrap());
    }

    /// The files of snapshots, as paths in their folder.
    pub fn files(&self) -> Vec<String> {
        let found = crate::world::files(&self.team.world.folder.join("snapshots"));
        found.into_iter().map(|file| file.display().to_string()).collect()
    }
}

fn states(view: &RefreshView) -> Vec<RunState> {
    view.runs.iter().map(|run| run.state).collect()
}
