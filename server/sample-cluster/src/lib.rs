#![doc = include_str!("../README.md")]

pub mod cert;
pub mod cluster;
mod engine;
mod lexer;
pub mod users;
mod wire;

pub use cluster::{Cluster, Options, Quirks};
