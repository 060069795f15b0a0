//! Who is calling, and how an answer leaves.

use contract::fault::Fault;
use contract::ports::Backend;
use contract::query::QueryView;
use contract::team::{Actor, Client, SessionToken};
use http::header::ACCEPT;
use http::request::Parts;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use super::{ApiError, COMPACT};
use crate::words::Told;
use crate::words::findings::{Around, told};

pub fn backend() -> Result<Backend, ApiError> {
    use_context::<Backend>().ok_or(ApiError(Fault::BadRequest))
}

/// The signed-in member; everybody else is refused.
pub fn member() -> Result<Actor, ApiError> {
    extension::<Actor>().ok_or_else(|| refuse(Fault::NotSignedIn))
}

/// The token of the session, for ending it.
pub fn token() -> Option<SessionToken> {
    extension::<SessionToken>()
}

pub fn client() -> String {
    extension::<Client>().unwrap_or_default().0
}

fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
    use_context::<Parts>()?.extensions.get::<T>().cloned()
}

/// Writes down that somebody asked for what is not theirs: which function, and nothing that they sent.
fn write_down(fault: &Fault) {
    if matches!(fault, Fault::NotAdmin | Fault::NotFound)
        && let (Ok(backend), Some(actor), Some(parts)) = (backend(), extension::<Actor>(), use_context::<Parts>())
    {
        let path = parts.uri.path();
        // A page's address may hold anything.
        backend.audit.refused(&actor, if path.starts_with("/api/") { path } else { "a page" });
    }
}

/// Turns a fault into an answer with the right status. Only for scripted calls: on a plain form post the status
/// would replace the redirect back to the page.
pub fn refuse(fault: Fault) -> ApiError {
    write_down(&fault);
    if is_scripted()
        && let Some(response) = use_context::<ResponseOptions>()
        && let Ok(status) = http::StatusCode::from_u16(fault.status())
    {
        response.set_status(status);
    }
    ApiError(fault)
}

/// The call comes from a script, not from a form that the browser posts itself, nor from a page render.
pub fn is_scripted() -> bool {
    use_context::<Parts>().is_some_and(|parts| parts.uri.path().starts_with("/api/") && !accepts_pages(&parts))
}

fn accepts_pages(parts: &Parts) -> bool {
    parts.headers.get(ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// The answer is read by Flitch's own page, at once or from its address; says so where it is an answer by itself.
pub fn is_compact() -> bool {
    let Some(parts) = use_context::<Parts>() else { return false };
    let asked_for = parts.headers.get(ACCEPT).is_some_and(|accept| accept == COMPACT);
    if asked_for && let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(http::header::CONTENT_TYPE, http::HeaderValue::from_static(COMPACT));
    }
    asked_for || accepts_pages(&parts)
}

pub fn set_cookie(cookie: &str) {
    if let (Some(response), Ok(cookie)) = (use_context::<ResponseOptions>(), http::HeaderValue::from_str(cookie)) {
        response.append_header(http::header::SET_COOKIE, cookie);
    }
}

/// A query with its finding put into words.
pub async fn tell_query(backend: &Backend, actor: &Actor, query: QueryView) -> Result<QueryView<Told>, ApiError> {
    let connection = backend.connections.show(actor, &query.connection_id).await.map_err(refuse)?;
    let egress = backend.connections.facts(actor).await.map_err(refuse)?.egress;
    Ok(query.tell(|finding| told(finding, Around { target: &connection.target, egress: &egress })))
}
