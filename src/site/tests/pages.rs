//! Pages as a browser without JavaScript gets them: whole, valid, and filled from what is kept.

use axum::http::StatusCode;
use scraper::{Html, Selector};

use super::Site;

/// Parses as a browser does, and asserts that every element stands where the source has it: one that the parser
/// moved or closed early (a `<div>` in a `<p>`, a form in a form) is a page that cannot hydrate.
fn valid(body: &str) -> Html {
    let page = Html::parse_document(body);
    let parsed: Vec<(usize, String)> = page
        .tree
        .root()
        .descendants()
        .filter_map(|node| Some((node.ancestors().count(), node.value().as_element()?.name().to_owned())))
        .collect();
    // Leptos writes its data in scripts behind the document's end; a parser puts them into the body.
    let (document, _) = body.split_once("</html>").unwrap();
    let written = written(document);
    let (page_itself, data) = parsed.split_at(written.len());
    assert_eq!(written, page_itself);
    assert!(data.iter().all(|(_, name)| name == "script"), "{data:?}");
    page
}

/// Depth and name of each element as the source nests them.
fn written(body: &str) -> Vec<(usize, String)> {
    const VOID: [&str; 6] = ["meta", "link", "input", "br", "img", "hr"];
    let (mut found, mut depth, mut rest) = (Vec::new(), 1, body);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('/') {
            depth -= 1;
            rest = after;
        } else if let Some(after) = rest.strip_prefix("!--") {
            rest = &after[after.find("-->").unwrap()..];
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
            found.push((depth, name.clone()));
            let end = rest.find('>').unwrap();
            let is_closed = rest[..end].ends_with('/');
            rest = &rest[end..];
            if matches!(name.as_str(), "script" | "textarea" | "title" | "noscript") {
                rest = &rest[rest.find(&format!("</{name}>")).unwrap() + name.len() + 3..];
            } else if !VOID.contains(&name.as_str()) && !is_closed {
                depth += 1;
            }
        }
    }
    found
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    page.select(&Selector::parse(selector).unwrap()).map(|element| element.text().collect()).collect()
}

#[tokio::test]
async fn pages_are_whole_without_javascript() {
    let site = Site::new().await;
    for (path, title) in [
        ("/data", "Data"),
        ("/data/add", "Add source"),
        ("/data/add/redshift", "Amazon Redshift"),
        ("/help/redshift", "Connect Amazon Redshift"),
    ] {
        let answer = site.page(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(texts(&valid(&answer.body), "h1"), [title], "{path}");
    }
}

#[tokio::test]
async fn a_refused_form_comes_back_filled_and_without_its_secret() {
    let site = Site::new().await;
    let body = "form[name]=</textarea><b>Sales&form[connection_string]=mysql%3A%2F%2Fu%3AcAnArY-12345@h%2Fd\
                &form[tls_name]=inner.example&form[ca_certificate]=</textarea><script>alert(1)</script>";
    let answer = site.post_form("/api/connections/test", body, "/data/add/redshift").await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let place = answer.header("location").to_owned();
    assert!(place.contains("/data/add/redshift?draft=") && !place.contains("cAnArY"), "{place}");
    let path = place.trim_start_matches("http://127.0.0.1:3000");
    let page = site.page(path).await;
    assert!(!page.body.contains("cAnArY"), "the secret came back");
    let html = valid(&page.body);
    assert_eq!(texts(&html, "[role=alert]").len(), 1);
    let values = |selector: &str| {
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).filter_map(|field| field.attr("value").map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(values("input[name='form[name]']"), ["</textarea><b>Sales"]);
    assert_eq!(values("input[name='form[tls_name]']"), ["inner.example"]);
    let kept = texts(&html, "textarea[name='form[ca_certificate]']");
    assert!(kept[0].contains("</textarea><script>alert(1)</script>"), "text, not markup: {kept:?}");
}

#[tokio::test]
async fn an_error_in_the_address_shows_our_own_words_only() {
    let site = Site::new().await;
    // What the framework would put there, forged: its text must not reach the page.
    let forged = "/sign-in?__path=%2Fapi%2Fsessions%2Fsign-in&__err=U2VjdXJpdHkgbm90aWNlOiBnbyB0byBldmls";
    let mut request = axum::http::Request::get(forged).body(axum::body::Body::empty()).unwrap();
    request.headers_mut().insert("accept", axum::http::HeaderValue::from_static("text/html"));
    let answer = site.send(request).await;
    assert!(!answer.body.contains("Security notice"), "{}", answer.body);
}

#[tokio::test]
async fn a_wrong_password_is_said_on_the_page() {
    let site = Site::new().await;
    let form = "form[email]=ann@acme.example&form[password]=wrong";
    let mut request = site.post("/api/sessions/sign-in", form, false, "text/html");
    request.headers_mut().insert("referer", "http://127.0.0.1:3000/sign-in".parse().unwrap());
    let answer = site.send(request).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let place = answer.header("location").trim_start_matches("http://127.0.0.1:3000").to_owned();
    assert!(!place.contains("wrong&") && !place.contains("ann@"), "{place}");
    let page = site.send(axum::http::Request::get(place).body(axum::body::Body::empty()).unwrap()).await;
    let alerts = texts(&valid(&page.body), "[role=alert]");
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].contains("do not match"), "{alerts:?}");
}
