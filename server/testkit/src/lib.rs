//! What tests of several packages need: a throwaway database in a real PostgreSQL, and peers that misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world should stop there")]

pub mod cases;
pub mod peer;
pub mod postgres;
