//! Pages are for members: anybody else is sent to sign in, or, before there is a team, to make one.

use app::paths;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use contract::ports::Backend;
use contract::team::Actor;

/// Server functions are not looked at here: each asks by itself who is calling.
pub(super) async fn require_member(State(backend): State<Backend>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_member = request.extensions().get::<Actor>().is_some();
    let is_page = matches!(*request.method(), Method::GET | Method::HEAD) && !path.starts_with("/api/");
    if is_member && is_page && matches!(path, paths::SIGN_IN | paths::WELCOME) {
        return Redirect::to(paths::DATA).into_response();
    }
    if is_member || !is_page || path == paths::WELCOME {
        return next.run(request).await;
    }
    match (path, backend.team.is_new().await) {
        (_, Ok(true)) => Redirect::to(paths::WELCOME).into_response(),
        (path, Ok(false)) if !paths::is_public(path) => Redirect::to(paths::SIGN_IN).into_response(),
        _ => next.run(request).await,
    }
}
