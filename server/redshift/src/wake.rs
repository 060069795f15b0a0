//! Patience with a Serverless workgroup: the first connections after a rest are dropped, or wait, until it is awake.
//!
//! Seen on real workgroups: the handshake blocks, or is cut in the middle. What the server itself refuses is never
//! tried again.

use std::time::Instant;

use crate::deadlines::Deadlines;
use crate::error::{Error, Phase};

/// The attempts at one step. Call `after` with each failure; it waits, and says whether to try again.
pub struct Patience {
    started: Instant,
    failures: u32,
    deadlines: Deadlines,
}

impl Patience {
    pub fn new(deadlines: &Deadlines) -> Self {
        Self { started: Instant::now(), failures: 0, deadlines: *deadlines }
    }

    pub async fn after(&mut self, error: &Error) -> bool {
        if !self.deadlines.is_waking || !is_of_waking(error) {
            return false;
        }
        let wake = self.deadlines.wake;
        // 2, 5 and then 10 s of the usual 90.
        let pause = match self.failures {
            0 => wake / 45,
            1 => wake / 18,
            _ => wake / 9,
        };
        self.failures += 1;
        if self.started.elapsed() + pause >= wake {
            return false;
        }
        tokio::time::sleep(pause).await;
        true
    }
}

fn is_of_waking(error: &Error) -> bool {
    matches!(
        error,
        Error::DialRefused
            | Error::DialTimedOut
            | Error::TlsFailed
            | Error::Lost { phase: Phase::Tls | Phase::SignIn }
            | Error::TimedOut { phase: Phase::Tls | Phase::SignIn, .. }
    )
}
