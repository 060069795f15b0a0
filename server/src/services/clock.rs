//! The wall clock that schedules go by. Durations never do: they are measured by a clock that only goes forward.

use std::sync::atomic::{AtomicI64, Ordering};

use super::now;

#[derive(Debug, Default)]
pub struct Clock {
    /// Microseconds that it is ahead of the system's; tests set it.
    ahead: AtomicI64,
}

impl Clock {
    /// Microseconds since 1970, UTC.
    pub fn now(&self) -> i64 {
        now() + self.ahead.load(Ordering::Relaxed)
    }

    /// Puts it forward, or back.
    pub fn shift(&self, micros: i64) {
        self.ahead.fetch_add(micros, Ordering::Relaxed);
    }
}
