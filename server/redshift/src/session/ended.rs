//! Who ended a statement. Redshift says "cancelled on user's request" for a time-out too (amazon-redshift-utils issue
//! 174), so its words are read together with what is known on this side.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Session;
use crate::deadlines::milliseconds;
use crate::error::Error;
use crate::server_error::ServerErrorKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndedBy {
    /// The limit that Flitch set.
    TimeOut,
    /// A shorter limit, of the user's or the cluster's own.
    ServerLimit,
    /// A cancel that was asked for here.
    Cancel,
    /// A rule of the cluster's workload manager.
    WorkloadRule { rule: String },
    /// Somebody or something at the cluster.
    Administrator,
}

/// A time-out fires this much early at most, by the resolution of the server's timer.
const SLACK: Duration = Duration::from_millis(50);

impl Session {
    pub(super) fn told_apart(&self, error: Error, limit: Duration, elapsed: Duration) -> Error {
        let Error::Server(said) = &error else {
            return error;
        };
        let was_asked = || self.canceller.as_ref().is_some_and(|canceller| canceller.was_asked.load(Ordering::Relaxed));
        let by = match said.kind() {
            ServerErrorKind::WorkloadRule(rule) => EndedBy::WorkloadRule { rule },
            ServerErrorKind::Cancelled if was_asked() => EndedBy::Cancel,
            ServerErrorKind::Cancelled if elapsed + SLACK >= limit => EndedBy::TimeOut,
            ServerErrorKind::Cancelled if said.message.contains("timeout") => EndedBy::ServerLimit,
            ServerErrorKind::Cancelled | ServerErrorKind::Terminated => EndedBy::Administrator,
            _ => return error,
        };
        Error::Ended { by, after_ms: milliseconds(elapsed) }
    }
}
