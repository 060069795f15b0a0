//! The words both sides share: what a connection, a check, a finding, a dataset and a fault are, and the ports
//! through which pages reach the server. Plain data and traits; builds for the browser too.
//!
//! No type here that travels towards the browser can hold a secret. [`secret::Secret`] travels the other way only.

pub mod audit;
pub mod aws;
pub mod bidi;
pub mod catalog;
pub mod check;
pub mod connection;
pub mod connection_string;
pub mod cookie;
pub mod credential;
pub mod dataset;
pub mod explore;
pub mod fault;
pub mod finding;
pub mod grants;
pub mod host;
pub mod members;
pub mod object_name;
pub mod ports;
pub mod query;
pub mod refresh;
pub mod secret;
pub mod sql;
pub mod team;
