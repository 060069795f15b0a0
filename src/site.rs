//! The router: pages, server functions, files, health, and the layers around them. Tests call it too.

mod downloads;
mod files;
mod gate;
#[cfg(test)]
mod tests;
mod trigger;
mod whole;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::shell::{EditorScript, shell};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Router, middleware};
use contract::ports::Backend;
use leptos::config::{Env, LeptosOptions};
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes, generate_route_list};
use server::http::headers::IsHttps;
use server::http::origin::Origin;
use server::http::{headers, health, origin, session};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;

/// Forms are small; the largest thing posted is a certificate.
const BODY_LIMIT: usize = 1024 * 1024;

/// A request as a whole, its body included.
const REQUEST_DEADLINE: Duration = Duration::from_secs(15);

/// What the site is made from.
pub struct Parts {
    pub backend: Backend,
    pub store: store::Store,
    /// The public URL's origin.
    pub origin: String,
    /// The folder that `make site` filled.
    pub site: PathBuf,
}

#[derive(Clone, axum::extract::FromRef)]
struct AppState {
    options: LeptosOptions,
    backend: BackendState,
    store: store::Store,
}

#[derive(Clone)]
struct BackendState(Backend);

pub fn router(parts: Parts) -> Router {
    let Parts { backend, store, origin, site } = parts;
    let options = options(&site);
    let is_https = IsHttps(origin.starts_with("https://"));
    let refreshes = Arc::clone(&backend.refreshes);
    let state = AppState { options: options.clone(), backend: BackendState(backend.clone()), store };
    let provide = {
        let (backend, editor) = (backend.clone(), EditorScript(files::editor(&site).into()));
        move || {
            provide_context(backend.clone());
            provide_context(editor.clone());
        }
    };
    let pages = Router::new()
        .route("/api/{*function}", any(no_such_function))
        .route(app::paths::AUDIT_CSV, get(downloads::audit))
        .route("/query/{id}/{file}", get(downloads::result))
        .route("/data/connections/{id}/names.json", get(downloads::names))
        .leptos_routes_with_context(&state, generate_route_list(App), provide.clone(), move || shell(options.clone()))
        .fallback(leptos_axum::file_and_error_handler_with_context::<AppState, _>(provide, shell))
        .layer(middleware::from_fn(whole::to_the_end))
        .layer(middleware::from_fn_with_state(Origin(origin.clone()), own_referer))
        .layer(middleware::from_fn_with_state(backend.clone(), gate::require_member))
        .layer(middleware::from_fn_with_state(Arc::clone(&backend.sessions), session::identify));
    Router::new()
        .merge(pages)
        .nest_service("/pkg", files::packages(&site))
        .route("/favicon.svg", get(files::favicon))
        .route("/robots.txt", get(files::robots))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .with_state(state)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(tower_http::limit::RequestBodyLimitLayer::new(BODY_LIMIT))
        .layer(CsrfLayer::new())
        .layer(middleware::from_fn_with_state(Origin(origin), origin::require))
        // For other systems, which come from no page and bring no cookie: what they know is in the address.
        .merge(trigger::route(refreshes))
        // No page waits for a source, so this is for clients that send a body drop by drop.
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_DEADLINE))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(is_https, headers::add))
        .layer(middleware::from_fn(server::metrics::count_request))
}

/// A name that is no server function: the framework would answer with the path in the body.
async fn no_such_function() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "There is no such function.")
}

/// Middleware: a form without scripts leads back to the page that it was on, and to no page elsewhere.
async fn own_referer(State(Origin(own)): State<Origin>, mut request: Request, next: Next) -> Response {
    let is_own = |referer: &HeaderValue| {
        let rest = referer.to_str().ok().and_then(|referer| referer.strip_prefix(&own));
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    if !request.headers().get(header::REFERER).is_some_and(is_own) {
        request.headers_mut().remove(header::REFERER);
    }
    next.run(request).await
}

/// The page files' names carry hashes, which `make site` wrote down beside them.
fn options(site: &Path) -> LeptosOptions {
    let hashes = std::path::absolute(site.join("hash.txt")).unwrap_or_else(|_| site.join("hash.txt"));
    LeptosOptions::builder()
        .output_name("flitch")
        .site_root(site.display().to_string())
        .site_pkg_dir("pkg")
        .env(Env::PROD)
        .hash_files(hashes.exists())
        // An absolute path: the framework looks beside the running binary otherwise.
        .hash_file(hashes.display().to_string().into())
        .build()
}

/// The page says nothing of what went wrong; the panic's own words are in the log.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "Something failed on Flitch's server.").into_response()
}
