//! Finds out who is calling, once per request, and leaves it for the pages.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use contract::cookie;
use contract::ports::Sessions;
use contract::team::{Client, SessionToken};

/// Middleware: adds the [`contract::team::Actor`], the token and the client to the request. A request whose session
/// cannot be looked up is refused rather than treated as signed out.
pub async fn identify(State(sessions): State<Arc<dyn Sessions>>, mut request: Request, next: Next) -> Response {
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
    request.extensions_mut().insert(Client(address.unwrap_or_default()));
    let cookies = request.headers().get_all(header::COOKIE).iter();
    let token = cookies.filter_map(|value| value.to_str().ok()).find_map(cookie::read).map(str::to_owned);
    if let Some(token) = token {
        match sessions.actor(&token).await {
            Ok(Some(actor)) => {
                request.extensions_mut().insert(actor);
                request.extensions_mut().insert(SessionToken(token));
            }
            Ok(None) => {}
            Err(_) => return (StatusCode::SERVICE_UNAVAILABLE, "Flitch's own database is busy.").into_response(),
        }
    }
    next.run(request).await
}
