//! Tests of the services: a whole backend over a store, against real peers.

mod findings;
mod life;
mod world;
