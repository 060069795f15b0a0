//! Files: the browser build, by hashed name, and the few with a fixed one.

use std::path::Path;

use axum::Router;
use axum::http::{HeaderValue, header};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// `/pkg`: compressed beforehand, and immutable, since a name changes with the content.
pub(super) fn packages(site: &Path) -> Router {
    let files = ServeDir::new(site.join("pkg")).precompressed_br().precompressed_gzip();
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    Router::new().fallback_service(files).layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, forever))
}

/// The address of the SQL editor, by the list of hashes that `make site` wrote; empty where it was not built.
pub(super) fn editor(site: &Path) -> String {
    let hashes = std::fs::read_to_string(site.join("hash.txt")).unwrap_or_default();
    let hash = hashes.lines().find_map(|line| line.strip_prefix("editor: "));
    hash.map_or_else(String::new, |hash| format!("/pkg/editor.{}.js", hash.trim()))
}

pub(super) async fn favicon() -> ([(header::HeaderName, &'static str); 1], &'static str) {
    ([(header::CONTENT_TYPE, "image/svg+xml")], include_str!("../../public/favicon.svg"))
}

pub(super) async fn robots() -> &'static str {
    include_str!("../../public/robots.txt")
}
