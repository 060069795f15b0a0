//! How long each phase may take, in total: a peer that sends a byte now and then gains nothing.

use std::time::Duration;

#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    pub resolve: Duration,
    pub dial: Duration,
    pub tls: Duration,
    pub sign_in: Duration,
    /// One statement, from sending it to its last row.
    pub statement: Duration,
    /// One of Redshift's `svv_*` views, which can take minutes on a large catalog.
    pub view: Duration,
    /// Cancelling and saying goodbye.
    pub close: Duration,
    /// A workgroup that wakes up, from the first attempt to the last.
    pub wake: Duration,
    pub is_waking: bool,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(3),
            dial: Duration::from_secs(5),
            tls: Duration::from_secs(5),
            sign_in: Duration::from_secs(10),
            statement: Duration::from_secs(60),
            view: Duration::from_secs(20),
            close: Duration::from_secs(2),
            wake: Duration::from_secs(90),
            is_waking: false,
        }
    }
}

/// As findings say it.
pub fn milliseconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

impl Deadlines {
    /// A Serverless workgroup that sleeps wakes up on connect, which takes up to a minute and a half.
    pub fn waking_up(self) -> Self {
        Self { sign_in: self.wake, is_waking: true, ..self }
    }
}
