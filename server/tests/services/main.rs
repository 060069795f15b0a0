//! Tests of the services: a whole backend over a store, against real peers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod answers;
mod audit;
mod connection_life;
mod credential;
mod findings;
mod iam;
mod keys;
mod life;
mod members;
mod picker;
mod queries;
mod refreshes;
mod rights;
mod secrets;
mod world;
