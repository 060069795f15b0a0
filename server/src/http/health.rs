//! Health: alive, and ready to work.

use axum::extract::State;
use axum::http::StatusCode;
use store::Store;

/// The process answers.
pub async fn live() -> &'static str {
    "live\n"
}

/// The metadata store answers too.
pub async fn ready(State(store): State<Store>) -> (StatusCode, &'static str) {
    match store.ping().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the metadata store does not answer\n"),
    }
}
