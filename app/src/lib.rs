//! Everything a person sees: pages, parts, words, and the server functions through which pages reach the ports.
//! Knows no SQL and no sockets.

// `view!` nests types deeper than the compiler's default allows.
#![recursion_limit = "256"]

pub mod api;
pub mod asks;
/// Drawn where the server is: the browser gets the finished markup.
#[cfg(feature = "ssr")]
pub mod chart;
#[cfg(feature = "ssr")]
pub mod made;
pub mod pages;
pub mod parts;
pub mod paths;
mod routes;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod words;

pub use routes::App;
