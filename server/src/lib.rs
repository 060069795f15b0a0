//! Everything behind the ports: services over the connector, the store and the vault, and the HTTP parts that are
//! not pages.

pub mod config;
pub mod http;
pub mod metrics;
pub mod refresher;
pub mod services;
pub mod telemetry;
