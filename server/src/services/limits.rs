//! Rate limits: so many of something per key and time.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use contract::fault::Fault;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

pub(crate) struct Limit<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    /// `burst` at once, refilled evenly over `period`.
    pub fn new(burst: u32, period: Duration) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let each = period / burst.get();
        let quota = Quota::with_period(each).unwrap_or_else(|| Quota::per_minute(burst)).allow_burst(burst);
        Self { limiter: DefaultKeyedRateLimiter::keyed(quota) }
    }

    pub fn take(&self, key: &K) -> Result<(), Fault> {
        // Keys come from strangers; those that are full again are forgotten.
        if self.limiter.len() > 10_000 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1);
            Fault::TooManyTries { retry_after_seconds: seconds }
        })
    }
}
