//! Forgery, headers, paths, sizes.

use std::collections::HashSet;

use axum::body::Body;
use axum::http::{HeaderValue, Request, StatusCode, header};

use super::Site;

#[tokio::test]
async fn o_web_03_a_request_from_elsewhere_changes_nothing() {
    let site = Site::new().await;
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "null"),
        ("origin", "https://flitch.example.evil"),
        ("origin", "http://127.0.0.1:3001"),
    ] {
        let mut request = site.post("/api/sessions/sign-out", "", true, "text/html");
        request.headers_mut().remove("sec-fetch-site");
        request.headers_mut().insert(name, HeaderValue::from_static(value));
        assert_eq!(site.send(request).await.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let mut neither = site.post("/api/sessions/sign-out", "", true, "text/html");
    neither.headers_mut().remove("sec-fetch-site");
    assert_eq!(site.send(neither).await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.page("/data").await.status, StatusCode::OK, "the session lives on");

    let mut own = site.post("/api/sessions/sign-out", "", true, "text/html");
    own.headers_mut().remove("sec-fetch-site");
    own.headers_mut().insert("origin", HeaderValue::from_static("http://127.0.0.1:3000"));
    assert_eq!(site.send(own).await.status, StatusCode::FOUND, "our own origin is enough");
}

/// What another site's form or script can send with the victim's cookies, at every function.
#[tokio::test]
async fn o_web_01_02_a_form_of_another_site_reaches_no_function() {
    let site = Site::new().await;
    for (path, _) in leptos::server_fn::axum::server_fn_paths() {
        for kind in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"] {
            let mut request = site.post(path, "id=x", true, "*/*");
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            request.headers_mut().insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
            request.headers_mut().insert(header::ORIGIN, HeaderValue::from_static("https://evil.example"));
            assert_eq!(site.send(request).await.status, StatusCode::FORBIDDEN, "{path} as {kind}");
        }
    }
    assert_eq!(site.page("/data").await.status, StatusCode::OK, "the session lives on");
}

#[tokio::test]
async fn o_web_04_only_a_post_reaches_a_server_function() {
    let site = Site::new().await;
    for (path, _) in leptos::server_fn::axum::server_fn_paths() {
        for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH"] {
            let mut request = site.post(&format!("{path}?id=x"), "", true, "application/json");
            *request.method_mut() = method.parse().unwrap();
            let answer = site.send(request).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(answer.header("allow"), "POST", "{method} {path}");
        }
    }
    assert_eq!(site.page("/data").await.status, StatusCode::OK);
}

#[tokio::test]
async fn o_web_13_14_every_answer_has_its_headers() {
    let site = Site::new().await;
    let mut nonces = HashSet::new();
    for path in [
        "/data",
        "/data/add/redshift",
        "/help/redshift",
        "/nope",
        "/sign-in",
        "/api/nope",
        "/pkg/nope.js",
        "/health/live",
    ] {
        let answer = site.page(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe-inline"), "{path}: {policy}");
        if answer.header("content-type").starts_with("text/html") {
            assert!(policy.contains("'wasm-unsafe-eval'") && policy.contains("object-src 'none'"), "{path}: {policy}");
            let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
            assert!(nonces.insert(nonce.to_owned()), "{path}: a nonce was used twice");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }
    assert!(nonces.len() >= 4);
    for _ in 0..100 {
        let policy = site.page("/data/add").await.header("content-security-policy").to_owned();
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
        assert!(nonces.insert(nonce), "a nonce was used twice");
    }
}

#[tokio::test]
async fn o_web_17_22_23_odd_paths_and_large_bodies_are_refused() {
    let site = Site::new().await;
    for path in
        ["/pkg/../Cargo.toml", "/pkg/%2e%2e/%2e%2e/etc/passwd", "/pkg//etc/passwd", "/.git/config", "/api/<script>"]
    {
        let Ok(request) =
            Request::get(path.replace('<', "%3C")).header(header::COOKIE, &site.cookie).body(Body::empty())
        else {
            continue;
        };
        let answer = site.send(request).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.body.contains("<script>alert") && !answer.body.contains("root:"), "{path}");
    }
    let large = format!("form[name]={}", "x".repeat(3 * 1024 * 1024));
    let answer = site.call("/api/connections/test", &large, true).await;
    assert!(
        matches!(answer.status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::BAD_REQUEST),
        "{} {}",
        answer.status,
        answer.body
    );
}

#[tokio::test]
async fn o_web_06_the_session_cookie_is_a_host_cookie() {
    let site = Site::new().await;
    let form = "form[email]=ann@acme.example&form[password]=correct+horse+battery";
    let answer = site.call("/api/sessions/sign-in", form, false).await;
    let cookie = answer.header("set-cookie");
    for part in ["__Host-flitch=", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Domain") && cookie.len() > 80, "{cookie}");
    assert!(!answer.body.contains(&cookie[14..40]), "the token is in the cookie only");
}
