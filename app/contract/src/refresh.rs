//! Refresh: a dataset is rebuilt in the background and served from its snapshot between runs. Off unless somebody turns
//! it on.

mod drift;
mod schedule;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::finding::Finding;

pub use drift::Drift;
pub use schedule::{LONGEST, Schedule, ScheduleFault, ScheduleFields, Unit, WEEKDAYS};

/// How a dataset stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshState<F = Finding> {
    /// Off: every look asks the source.
    Live,
    /// On, and not read yet: looks ask the source until it is.
    First,
    /// Served from a snapshot; the last run went well.
    Fresh,
    /// Served from the last good snapshot: so many runs failed since, the last of them for this reason; or none did, and
    /// none came when it was due; or the last found the source too full to let it in, which counts as no failure.
    Stale {
        failures: u32,
        why: Option<F>,
    },
    /// The connection was disconnected, and what was read through it deleted.
    Disconnected,
    /// The source refused the way in. Nothing is tried until there is another.
    ReconnectRequired {
        why: Option<F>,
    },
    /// So many runs failed, one after another.
    PausedByFailures {
        failures: u32,
        why: Option<F>,
    },
    PausedBy {
        who: String,
        reason: String,
        since: i64,
    },
    /// The connection rests, and with it all that reads through it.
    ConnectionPaused {
        who: String,
        reason: String,
        since: i64,
    },
    /// As many statements were sent today as may be.
    OverBudget {
        limit: u32,
    },
}

/// What is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotFacts {
    /// When it was read: microseconds since 1970, UTC.
    pub taken_at: i64,
    pub age_us: u64,
    pub rows: u64,
    /// Of the file that is kept.
    pub bytes: u64,
}

/// A run under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    pub run_id: String,
    pub rows: u64,
    /// Of the text that the source sent.
    pub bytes: u64,
    pub since_us: u64,
    /// How much longer, if it goes on as it did and there are as many rows as last time.
    pub left_us: Option<u64>,
    pub is_cancelling: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It was turned on.
    Beginning,
    /// Its snapshot is there no more: its connection leads elsewhere now, for instance.
    Absence,
    Schedule,
    /// One before did not get to its end.
    Retry,
    Person,
    /// The address for other systems.
    Trigger,
    /// `flitch refresh`.
    Command,
}

impl Cause {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Beginning => "beginning",
            Self::Absence => "absence",
            Self::Schedule => "schedule",
            Self::Retry => "retry",
            Self::Person => "person",
            Self::Trigger => "trigger",
            Self::Command => "command",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Running,
    Cancelling,
    Done,
    Failed,
    Cancelled,
    /// Whoever worked on it stopped.
    Lost,
}

/// A run that has ended, or is under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunView<F = Finding> {
    pub id: String,
    pub cause: Cause,
    /// Who pressed; empty where nobody did.
    pub by: String,
    pub state: RunState,
    pub started_at: i64,
    pub duration_us: u64,
    /// While its statement was open at the source; 0 where that is not known, or never was.
    pub source_us: u64,
    pub rows: u64,
    /// Of the text that the source sent.
    pub bytes: u64,
    pub why: Option<F>,
    pub drift: Drift,
}

/// All that the dataset page says of its refresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshView<F = Finding> {
    pub state: RefreshState<F>,
    /// As it is set, or was; none where it never was.
    pub schedule: Option<Schedule>,
    pub is_on: bool,
    /// The next runs: microseconds since 1970, UTC.
    pub next: Vec<i64>,
    pub snapshot: Option<SnapshotFacts>,
    pub running: Option<Running>,
    /// A run was asked for, and has not begun.
    pub is_asked: bool,
    /// A run was asked for from outside, and waits for the day to be over: its budget is used up.
    pub is_put_off: bool,
    /// The newest first.
    pub runs: Vec<RunView<F>>,
    /// The address that starts a run from outside, if there is one.
    pub trigger: Option<String>,
    /// A run wakes compute that is paid by the second.
    pub is_serverless: bool,
    pub least_minutes: u32,
}

impl<F> RefreshView<F> {
    /// The page looks again soon.
    pub fn is_moving(&self) -> bool {
        self.running.is_some() || self.is_asked
    }

    /// The same, its findings put into words.
    pub fn tell<T>(self, tell: impl Fn(F) -> T) -> RefreshView<T> {
        let state = match self.state {
            RefreshState::Live => RefreshState::Live,
            RefreshState::First => RefreshState::First,
            RefreshState::Fresh => RefreshState::Fresh,
            RefreshState::Disconnected => RefreshState::Disconnected,
            RefreshState::Stale { failures, why } => RefreshState::Stale { failures, why: why.map(&tell) },
            RefreshState::ReconnectRequired { why } => RefreshState::ReconnectRequired { why: why.map(&tell) },
            RefreshState::PausedByFailures { failures, why } => {
                RefreshState::PausedByFailures { failures, why: why.map(&tell) }
            }
            RefreshState::PausedBy { who, reason, since } => RefreshState::PausedBy { who, reason, since },
            RefreshState::ConnectionPaused { who, reason, since } => {
                RefreshState::ConnectionPaused { who, reason, since }
            }
            RefreshState::OverBudget { limit } => RefreshState::OverBudget { limit },
        };
        let run = |run: RunView<F>| RunView {
            why: run.why.map(&tell),
            id: run.id,
            cause: run.cause,
            by: run.by,
            state: run.state,
            started_at: run.started_at,
            duration_us: run.duration_us,
            source_us: run.source_us,
            rows: run.rows,
            bytes: run.bytes,
            drift: run.drift,
        };
        RefreshView {
            state,
            runs: self.runs.into_iter().map(run).collect(),
            schedule: self.schedule,
            is_on: self.is_on,
            next: self.next,
            snapshot: self.snapshot,
            running: self.running,
            is_asked: self.is_asked,
            is_put_off: self.is_put_off,
            trigger: self.trigger,
            is_serverless: self.is_serverless,
            least_minutes: self.least_minutes,
        }
    }
}

/// What a connection's page says of refreshing its datasets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionRefresh {
    /// Of its datasets.
    pub on: u32,
    pub total: u32,
    /// That have a snapshot.
    pub served: u32,
    /// That rest for want of a way in: the source refused it, or the connection was disconnected.
    pub refused: u32,
    /// That somebody, or five failures, paused.
    pub paused: u32,
    /// How often the source was asked today (UTC), and how often it may be; 0 for as often as there is reason to.
    pub asked_today: u32,
    pub budget: u32,
    pub is_serverless: bool,
    pub least_minutes: u32,
}

pub const MOST_BUDGET: u32 = 1_000_000;

/// A daily budget as a form sends it; 0 is none.
pub fn read_budget(typed: &str) -> Result<u32, Fault> {
    let refused = || Fault::Budget { typed: typed.chars().take(64).collect() };
    typed.trim().parse().ok().filter(|budget| *budget <= MOST_BUDGET).ok_or_else(refused)
}

/// What became of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Triggered {
    /// A run will start.
    Started,
    /// One is on its way.
    Joined,
    /// One was asked for a moment ago, and has ended.
    Recent,
    /// Its connection is paused or disconnected.
    CutOff,
    /// Somebody paused it.
    Paused,
    /// The source refused the way in, and there is no other yet.
    Refused,
    /// The day's budget of its connection is used up: a run starts when the day is over.
    OverBudget,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_a_whole_number() {
        assert_eq!((read_budget(" 20 "), read_budget("0")), (Ok(20), Ok(0)));
        for typed in ["", "-1", "1e5", "2.5", "many", "1000001", "99999999999"] {
            assert_eq!(read_budget(typed), Err(Fault::Budget { typed: typed.into() }));
        }
    }
}
