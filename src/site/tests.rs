//! The site as a whole, in process, over an embedded store: rights on every server function, headers, forgery.

mod boundary;
mod forms;
mod pages;
mod questions;
mod rights;
mod safety;
mod sessions;
mod slow;
mod start;
mod stored;

use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use clap::Parser;
use contract::secret::Secret;
use contract::team::WelcomeForm;
use server::config::Settings;
use server::services;
use tower::ServiceExt;

use super::{Parts, router};

#[derive(Parser)]
struct Flags {
    #[command(flatten)]
    settings: Settings,
}

/// A site with a team, and its admin's session.
struct Site {
    router: Router,
    cookie: String,
    folder: PathBuf,
    _opened: services::Opened,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn settings(folder: &Path, more: &[&str]) -> Settings {
    let flags = ["test", "--data", folder.to_str().unwrap(), "--dev-loopback", "--checks-per-minute", "100"];
    Flags::parse_from(flags.iter().chain(more)).settings
}

/// Of the team that every test has.
fn founder(shared: &services::Shared) -> WelcomeForm {
    WelcomeForm {
        team_name: "Acme".into(),
        email: "ann@acme.example".into(),
        password: Secret::new("correct horse battery"),
        setup_code: Secret::new(shared.setup_code.code().unwrap()),
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl Site {
    async fn new() -> Self {
        Self::over(&[]).await
    }

    /// With more settings.
    async fn over(more: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("flitch-site-{}", store::new_id()));
        let settings = settings(&folder, more);
        let opened = services::open(&settings).await.unwrap();
        let shared = opened.shared.clone();
        let backend = services::backend(shared.clone());
        let token = backend.team.found(founder(&shared), "test").await.unwrap();
        let parts =
            Parts { backend, store: shared.store.clone(), origin: settings.origin(), site: folder.join("no-site") };
        Self {
            router: router(parts),
            cookie: format!("{}={}", contract::cookie::NAME, token.0),
            folder,
            _opened: opened,
        }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 16 * 1024 * 1024).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// A page, as the admin.
    async fn page(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::COOKIE, &self.cookie).header(header::ACCEPT, "text/html");
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// A call as the app in the browser makes it.
    async fn call(&self, path: &str, body: &str, is_member: bool) -> Answer {
        self.send(self.post(path, body, is_member, "application/json")).await
    }

    /// A form as a browser without JavaScript posts it.
    async fn post_form(&self, path: &str, body: &str, from: &str) -> Answer {
        let mut request = self.post(path, body, true, "text/html,application/xhtml+xml");
        let referer = format!("http://127.0.0.1:3000{from}").parse().unwrap();
        request.headers_mut().insert(header::REFERER, referer);
        self.send(request).await
    }

    fn post(&self, path: &str, body: &str, is_member: bool, accept: &str) -> Request<Body> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::HOST, "127.0.0.1:3000")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, accept);
        if is_member {
            request = request.header(header::COOKIE, &self.cookie);
        }
        request.body(Body::from(body.to_owned())).unwrap()
    }
}
