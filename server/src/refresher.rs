//! The refresher: one loop, the same for what is due, what somebody asked for a moment ago, what a restart left behind and
//! what another server lost. Each turn reads from the store what should run, claims as much as there is room for, and
//! starts it. A turn takes no input and repeats nothing by itself: the next one sees what is still to be done.

mod at_source;
pub mod calendar;
mod open;
mod read;
mod verdict;
mod watch;
mod work;

use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::finding::Finding;
use contract::refresh::Schedule;
use store::{Claim, Claimed, DueRow, new_id, waits_for_budget};
use tokio::sync::watch as signal;
use tokio::task::JoinSet;

use crate::services::{DAY, SECOND, Shared, log_failure, snapshots, to_json};
use at_source::AtSource;
use watch::Watch;
use work::Work;

/// The longest between two looks at the store: another server may have changed what is due.
const LOOK: Duration = Duration::from_secs(1);

/// A plan that was made so much later than it is now was made by a clock that is right no more. Servers' clocks may
/// differ by less.
pub(crate) const SLACK: i64 = 5 * 60 * SECOND;

/// How often what is not served any more is removed.
const SWEEP: Duration = Duration::from_secs(60);
const SWEEP_ORPHANS: Duration = Duration::from_secs(60 * 60);

/// How long runs under way may go on once the server is asked to stop, and how long they may then take to end.
const DRAIN: Duration = Duration::from_secs(15);
const HAND_OVER: Duration = Duration::from_secs(8);

pub struct Refresher {
    shared: Arc<Shared>,
    runs: JoinSet<()>,
    watch: Watch,
    /// Told when all that runs has to end.
    end: signal::Sender<bool>,
}

/// Runs until `stop` resolves, and then lets runs end, or hands them over.
pub async fn run(shared: Arc<Shared>, stop: impl Future<Output = ()>) {
    let mut refresher = Refresher::new(shared);
    refresher.take_over_own().await;
    let sweeping = tokio::spawn(sweep(Arc::clone(&refresher.shared)));
    tokio::pin!(stop);
    loop {
        let until = refresher.turn().await;
        let shared = Arc::clone(&refresher.shared);
        tokio::select! {
            () = &mut stop => break,
            () = tokio::time::sleep(until) => {}
            () = shared.nudge.notified() => {}
            Some(_) = refresher.runs.join_next() => {}
        }
    }
    sweeping.abort();
    refresher.drain().await;
}

async fn sweep(shared: Arc<Shared>) {
    let mut orphans_at = Instant::now();
    loop {
        snapshots::sweep(&shared).await;
        if orphans_at <= Instant::now() {
            snapshots::sweep_orphans(&shared, snapshots::ORPHAN_AGE).await;
            orphans_at = Instant::now() + SWEEP_ORPHANS;
        }
        tokio::time::sleep(SWEEP).await;
    }
}

impl Refresher {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, runs: JoinSet::new(), watch: Watch::default(), end: signal::Sender::new(false) }
    }

    /// In the embedded store nobody else can be at work: what it says is running was left by this server's last process.
    async fn take_over_own(&mut self) {
        if !self.shared.store.is_embedded() {
            return;
        }
        match self.shared.store.refresh_running().await {
            Ok(running) => self.take_over(running).await,
            Err(error) => {
                log_failure("what was running could not be looked up", &error);
            }
        }
    }

    async fn take_over(&mut self, lost: Vec<store::RunningRow>) {
        let finding = to_json(&Finding::RunLost);
        for row in lost {
            match self.shared.store.refresh_take_over(&row, &finding, self.shared.clock.now()).await {
                Ok(true) => {
                    tracing::warn!(run.id = row.run_id, dataset.id = row.dataset_id, "a lost refresh was taken over")
                }
                Ok(false) => {}
                Err(error) => {
                    log_failure("a lost refresh could not be taken over", &error);
                }
            }
        }
    }

    /// One turn. Answers how long nothing more is expected.
    pub async fn turn(&mut self) -> Duration {
        while self.runs.try_join_next().is_some() {}
        match self.shared.store.refresh_running().await {
            Ok(mut running) => {
                // Those at work here live, also while the store takes no beat from them.
                running.retain(|row| !self.shared.live.is_here(&row.run_id));
                let lost = self.watch.look(running, self.shared.refresh_limits.lease, Instant::now());
                self.take_over(lost).await;
            }
            Err(error) => {
                log_failure("what is running could not be looked up", &error);
                return LOOK;
            }
        }
        if let Err(error) = self.start_due().await {
            log_failure("what is due could not be looked up", &error);
            return LOOK;
        }
        let next = self.shared.store.refresh_next().await.ok().flatten();
        let until = next.map(|next| next - self.shared.clock.now()).filter(|until| *until > 0);
        until.map_or(LOOK, |until| Duration::from_micros(until.unsigned_abs()).min(LOOK))
    }

    /// How many runs are under way here.
    pub fn running(&self) -> usize {
        self.runs.len()
    }

    /// Waits until all that runs here has ended.
    pub async fn settle(&mut self) {
        while self.runs.join_next().await.is_some() {}
    }

    async fn start_due(&mut self) -> store::Result<()> {
        let shared = Arc::clone(&self.shared);
        let limits = shared.refresh_limits;
        shared.store.refresh_unhalt_budget(shared.clock.now().div_euclid(DAY) * DAY).await?;
        loop {
            let room = (limits.at_once as usize).saturating_sub(self.runs.len());
            if room == 0 {
                return Ok(());
            }
            let now = shared.clock.now();
            let due = shared.store.refresh_due(now, SLACK, room as i64, i64::from(limits.per_connection)).await?;
            let mut has_started = false;
            for due in due {
                has_started |= self.start(due, now).await?;
            }
            // Where nothing came of it, another server is at it.
            if !has_started {
                return Ok(());
            }
        }
    }

    /// Claims a run and starts it. True where the dataset is not due any more because of that.
    async fn start(&mut self, due: DueRow, now: i64) -> store::Result<bool> {
        let shared = Arc::clone(&self.shared);
        let schedule = schedule(&due.schedule, shared.refresh_limits.least_minutes).unwrap_or_default();
        let next_at = calendar::due(&schedule, due.set_at, &due.dataset_id, now);
        // Planned by a clock that was put back since: planned anew, and no run. But a first run is not to be lost.
        if due.asked_at.is_none() && due.asked_by != BY_BEGINNING && due.next_at.is_none_or(|next| next > now) {
            return shared.store.refresh_plan(&due, next_at, now).await;
        }
        let run_id = new_id();
        let claim = Claim {
            run_id: &run_id,
            due: &due,
            cause: cause(&due, &schedule),
            now,
            next_at,
            per_connection: i64::from(shared.refresh_limits.per_connection),
            is_on_budget: is_on_budget(due.is_first == 1, due.asked_at, &due.asked_by),
        };
        let (fence, version) = match shared.store.refresh_claim(claim).await? {
            Claimed::Yes { fence, version } => (fence, version),
            Claimed::OverBudget => return shared.store.refresh_halt_budget(&due.dataset_id, now).await,
            Claimed::No | Claimed::Full => return Ok(false),
        };
        let cancel = shared.live.enter(&run_id);
        let at_source = AtSource::default();
        let work = Work { shared, due, run_id, fence, version, at_source, cancel, end: self.end.subscribe() };
        self.runs.spawn(Arc::new(work).run());
        Ok(true)
    }

    /// No new run is begun. Those under way have a while to end; then they are ended, at the source too, and another
    /// server, or the next process, begins them anew.
    async fn drain(&mut self) {
        if tokio::time::timeout(DRAIN, self.settle()).await.is_err() {
            let _ = self.end.send(true);
            if tokio::time::timeout(HAND_OVER, self.settle()).await.is_err() {
                tracing::warn!(
                    "{} refreshes could not be handed over, and will be taken over as lost",
                    self.runs.len()
                );
            }
        }
    }
}

pub use store::{BY_ABSENCE, BY_BEGINNING, BY_COMMAND, BY_TRIGGER};
pub(crate) use verdict::{Verdict, verdict};

/// Rests once a day's budget is used up: what nobody asked for, or whoever did is no person. Not so a first run, however
/// often it is tried, and whoever asks for it.
pub(crate) fn is_on_budget(is_first: bool, asked_at: Option<i64>, asked_by: &str) -> bool {
    !is_first && (asked_at.is_none() || waits_for_budget(asked_by))
}

/// Nobody else has an address: what else asks has a name that begins with `@`.
pub(crate) fn is_of_a_person(asked_by: &str) -> bool {
    !asked_by.is_empty() && !asked_by.starts_with('@')
}

/// As it is kept, and no oftener than the operator lets it be.
pub(crate) fn schedule(kept: &str, least: u32) -> Option<Schedule> {
    serde_json::from_str(kept).ok().map(|schedule: Schedule| schedule.at_least(least))
}

fn cause(due: &DueRow, schedule: &Schedule) -> &'static str {
    use contract::refresh::Cause;
    let cause = match due.asked_by.as_str() {
        "" if is_another_try(due, schedule) => Cause::Retry,
        "" => Cause::Schedule,
        BY_BEGINNING => Cause::Beginning,
        BY_ABSENCE => Cause::Absence,
        BY_TRIGGER => Cause::Trigger,
        BY_COMMAND => Cause::Command,
        _ => Cause::Person,
    };
    cause.as_str()
}

/// Nobody asked for it, and the time that it is due at is none of its schedule's.
fn is_another_try(due: &DueRow, schedule: &Schedule) -> bool {
    let is_own = |next| calendar::is_due_at(schedule, due.set_at, &due.dataset_id, next);
    due.asked_at.is_some() || due.next_at.is_some_and(|next| !is_own(next))
}
