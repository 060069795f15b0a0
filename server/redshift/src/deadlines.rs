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
    /// Cancelling and saying goodbye.
    pub close: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(3),
            dial: Duration::from_secs(5),
            tls: Duration::from_secs(5),
            sign_in: Duration::from_secs(10),
            statement: Duration::from_secs(60),
            close: Duration::from_secs(2),
        }
    }
}

impl Deadlines {
    /// A Serverless workgroup that sleeps wakes up on connect, which takes up to a minute and a half.
    pub fn waking_up(self) -> Self {
        Self { sign_in: Duration::from_secs(90), ..self }
    }
}
