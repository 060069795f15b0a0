//! What a run costs the source in time.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long the run's statement is open there: from sending it to its last row, with all that the rows wait for here.
#[derive(Default)]
pub(super) struct AtSource {
    asked: OnceLock<Instant>,
    took: OnceLock<Duration>,
}

impl AtSource {
    pub async fn time<T>(&self, statement: impl Future<Output = T>) -> T {
        let asked = *self.asked.get_or_init(Instant::now);
        let answer = statement.await;
        let _ = self.took.set(asked.elapsed());
        answer
    }

    /// Until now, where it has not come to its end; `None` where it was never sent.
    pub fn took(&self) -> Option<Duration> {
        let asked = self.asked.get()?;
        Some(self.took.get().copied().unwrap_or_else(|| asked.elapsed()))
    }
}
