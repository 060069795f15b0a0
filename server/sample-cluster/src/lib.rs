#![doc = include_str!("../README.md")]

pub mod aws;
mod backends;
pub mod cert;
pub mod cluster;
mod engine;
mod lexer;
pub mod quirks;
pub mod users;
mod wire;

pub use cluster::{Cluster, Options};
pub use quirks::{Quirks, Trouble, Waking};
