//! Pages as a browser without JavaScript gets them: whole, valid, and filled from what is kept.

use axum::http::StatusCode;
use scraper::{Html, Selector};

use super::Site;

/// Parses as a browser does; an element that the parser had to move or close is a page that cannot hydrate.
fn valid(body: &str) -> Html {
    let page = Html::parse_document(body);
    // `<!>` is how Leptos marks a place; parsers read it as an empty comment.
    let is_mark = |error: &str| error.contains("MarkupDeclarationOpen") || error.contains("Bad comment");
    let errors: Vec<_> = page.errors.iter().filter(|error| !is_mark(error)).collect();
    assert!(errors.is_empty(), "{errors:?} in {body}");
    page
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
