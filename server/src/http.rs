//! HTTP parts that are not pages.

pub mod headers;
pub mod health;
pub mod origin;
pub mod serve;
pub mod session;
