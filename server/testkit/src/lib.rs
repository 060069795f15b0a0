//! What tests of several packages need: a throwaway database in a real PostgreSQL, peers that misbehave, the
//! catalogue's cases, and what must hold after each.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world should stop there")]

pub mod aws;
pub mod canary;
pub mod cases;
pub mod hostile;
pub mod logs;
pub mod peer;
pub mod postgres;
pub mod trial;
pub mod vitals;
