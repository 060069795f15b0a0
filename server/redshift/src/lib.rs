#![doc = include_str!("../README.md")]

pub mod address;
pub mod arrow;
pub mod cancel;
pub mod catalog;
mod clean;
pub mod deadlines;
pub mod dial;
pub mod error;
pub mod guard;
pub mod iam;
pub mod identify;
mod paced;
pub mod probe;
pub mod rows;
pub mod server_error;
pub mod session;
pub mod sign_in;
pub mod sql;
pub mod stream;
pub mod text;
pub mod tls;
pub mod types;
pub mod wake;

pub use address::{Endpoint, PinnedAddr, Policy, Resolver, SystemResolver};
pub use deadlines::Deadlines;
pub use dial::{Dialer, SystemDialer};
pub use error::{Error, Phase};
pub use rows::{Limits, Rows};
pub use session::{EndedBy, Means, Session};
pub use sign_in::Login;
pub use tls::{TlsMode, TlsPolicy};
