//! Server functions: who is calling, one port call, the fault mapped. Nothing else happens here.

pub mod audit;
pub mod checks;
pub mod connection_life;
pub mod connections;
pub mod credential;
pub mod data;
pub mod datasets;
mod error;
#[cfg(feature = "ssr")]
mod guard;
pub mod members;
pub mod queries;
pub mod refreshes;
pub mod sessions;
pub mod team;
mod wire;

pub use error::ApiError;
pub use wire::{COMPACT, Wire};
