//! Our own rule against cross-site requests, beside tower-http's layer: anything that may change something must
//! say where it comes from, and come from here.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// The public URL's scheme, host and port.
#[derive(Clone)]
pub struct Origin(pub String);

pub async fn require(State(own): State<Origin>, request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_safe || comes_from_here(request.headers(), &own) {
        next.run(request).await
    } else {
        let words = format!("This request did not come from a page of Flitch. Open Flitch at {} and try again.", own.0);
        (StatusCode::FORBIDDEN, words).into_response()
    }
}

/// `Sec-Fetch-Site: same-origin`, or an `Origin` equal to the public URL. Neither is not enough, and where both
/// are sent, both must hold.
fn comes_from_here(headers: &HeaderMap, own: &Origin) -> bool {
    let value = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("not text"));
    let site = value("sec-fetch-site").map(|site| site == "same-origin");
    let origin = value(header::ORIGIN.as_str()).map(|origin| origin.eq_ignore_ascii_case(&own.0));
    match (site, origin) {
        (None, None) => false,
        (site, origin) => site.unwrap_or(true) && origin.unwrap_or(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_or_a_foreign_one_is_refused() {
        let judge = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter().map(|(name, value)| {
                (axum::http::HeaderName::from_static(name), axum::http::HeaderValue::from_static(value))
            });
            comes_from_here(&pairs.collect(), &Origin("https://flitch.example".into()))
        };
        assert!(judge(&[("sec-fetch-site", "same-origin")]));
        assert!(judge(&[("origin", "https://flitch.example")]));
        assert!(judge(&[("origin", "https://flitch.example"), ("sec-fetch-site", "same-origin")]));
        for refused in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "https://flitch.example.evil")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
            &[("origin", "https://flitch.example"), ("sec-fetch-site", "cross-site")],
        ] {
            assert!(!judge(refused), "{refused:?}");
        }
    }
}
