//! What is taken along as a file.

use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, http::HeaderName};
use contract::audit::AuditQuery;
use contract::team::Actor;

use super::BackendState;

/// The audit log as CSV, for admins.
pub(super) async fn audit(
    State(backend): State<BackendState>,
    actor: Option<Extension<Actor>>,
    Query(query): Query<AuditQuery>,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return (StatusCode::UNAUTHORIZED, "Sign in first.").into_response();
    };
    match backend.0.audit.csv(&actor, query).await {
        Ok(csv) => (named("audit.csv", "text/csv; charset=utf-8"), csv).into_response(),
        Err(fault) => {
            backend.0.audit.refused(&actor, app::paths::AUDIT_CSV);
            let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, app::words::faults::fault(&fault)).into_response()
        }
    }
}

fn named(name: &'static str, kind: &'static str) -> [(HeaderName, HeaderValue); 3] {
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}
