//! The one error that crosses the wire: a fault, which is codes and numbers only.

use contract::fault::Fault;
use leptos::prelude::FromServerFnError;
use leptos::server_fn::error::ServerFnErrorErr;
use serde::{Deserialize, Serialize};

use super::wire::WireEncoding;

/// A fault as server functions return it. (A type of our own, since neither `Fault` nor the trait is.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError(pub Fault);

impl std::fmt::Display for ApiError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for ApiError {}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl FromServerFnError for ApiError {
    type Encoder = WireEncoding;

    /// The framework's own errors hold text of the request; it goes no further.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        if matches!(error, ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_)) {
            return Self(Fault::NoAnswer);
        }
        #[cfg(feature = "ssr")]
        return super::guard::refuse(Fault::BadRequest);
        #[cfg(not(feature = "ssr"))]
        Self(Fault::BadRequest)
    }
}
