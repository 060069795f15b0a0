//! What is taken along as a file.

use std::time::Duration;

use app::{paths, words};
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, http::HeaderName};
use contract::audit::AuditQuery;
use contract::fault::Fault;
use contract::ports::Chunks;
use contract::query::FileFormat;
use contract::team::Actor;
use futures_util::stream;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::BackendState;

/// How long an answer waits for a file's first piece: one that fails at once leads to the page that says why, instead
/// of a broken file.
const FIRST_PIECE: Duration = Duration::from_secs(8);

/// The audit log as CSV, for admins.
pub(super) async fn audit(
    State(backend): State<BackendState>,
    actor: Option<Extension<Actor>>,
    Query(query): Query<AuditQuery>,
) -> Response {
    let Some(Extension(actor)) = actor else { return unknown() };
    match backend.0.audit.csv(&actor, query).await {
        Ok(csv) => (named("audit.csv", "text/csv; charset=utf-8"), csv).into_response(),
        Err(fault) => refused(&backend, &actor, paths::AUDIT_CSV, &fault),
    }
}

/// A query's full result, as `result.csv` and so on.
pub(super) async fn result(
    State(backend): State<BackendState>,
    actor: Option<Extension<Actor>>,
    Path((id, file)): Path<(String, String)>,
) -> Response {
    let Some(Extension(actor)) = actor else { return unknown() };
    let format = file.strip_prefix("result.").and_then(FileFormat::from_code);
    let exported = match format {
        Some(format) => backend.0.exports.export(&actor, &id, format).await,
        None => Err(Fault::NotFound),
    };
    let mut export = match exported {
        Ok(export) => export,
        Err(fault) => return refused(&backend, &actor, "/query/…/result", &fault),
    };
    let first = tokio::time::timeout(FIRST_PIECE, export.chunks.next()).await.ok();
    if let Some(Some(Err(_))) = first {
        let page = if export.query_id.is_empty() { paths::query(&id) } else { paths::query(&export.query_id) };
        return Redirect::to(&page).into_response();
    }
    (named(&export.name, export.format.media_type()), body(first, export.chunks)).into_response()
}

type Piece = Option<Result<Vec<u8>, Fault>>;

/// A fault breaks the connection off, so that no browser takes a part for the whole.
fn body(first: Option<Piece>, chunks: Box<dyn Chunks>) -> Body {
    Body::from_stream(stream::unfold((first, chunks), |(first, mut chunks)| async move {
        let piece = match first {
            Some(first) => first,
            None => chunks.next().await,
        };
        Some((piece?.map(Bytes::from), (None, chunks)))
    }))
}

/// Names for the SQL editor to complete.
pub(super) async fn names(
    State(backend): State<BackendState>,
    actor: Option<Extension<Actor>>,
    Path(id): Path<String>,
) -> Response {
    let Some(Extension(actor)) = actor else { return unknown() };
    match backend.0.queries.completions(&actor, &id).await {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(fault) => refused(&backend, &actor, "/data/connections/…/names.json", &fault),
    }
}

fn unknown() -> Response {
    (StatusCode::UNAUTHORIZED, "Sign in first.").into_response()
}

fn refused(backend: &BackendState, actor: &Actor, path: &str, fault: &Fault) -> Response {
    if matches!(fault, Fault::NotAdmin | Fault::NotFound) {
        backend.0.audit.refused(actor, path);
    }
    let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, words::faults::fault(fault)).into_response()
}

fn named(name: &str, kind: &'static str) -> [(HeaderName, HeaderValue); 3] {
    // Letters that no header takes are written beside it (RFC 6266 §4.3).
    let ascii: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let whole = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}"));
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}
