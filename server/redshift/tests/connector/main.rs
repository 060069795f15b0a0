//! The connector against a real PostgreSQL and against the sample cluster.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod arrow;
mod hostile;
mod iam;
mod postgres;
mod sample;
mod text;
mod way;
mod ways;
