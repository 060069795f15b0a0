//! An answer comes in the form that was asked for: compact to the page of this version, JSON to everybody else.

use app::api::COMPACT;
use axum::http::header;

use super::Site;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_has_the_compact_form_and_others_have_json() {
    let site = Site::new().await;
    let another = COMPACT.replace("version=", "version=another.");
    for (path, body) in [("/api/queries/workspace", ""), ("/api/datasets/show", "id=none")] {
        let json = site.call(path, body, true).await;
        assert_eq!(json.header("content-type"), "application/json", "{path}");
        serde_json::from_str::<serde_json::Value>(&json.body).unwrap();
        for (accept, form) in [(COMPACT, COMPACT), (&another, "application/json"), ("*/*", "application/json")] {
            let answer = site.send(site.post(path, body, true, accept)).await;
            assert_eq!((answer.status, answer.header("content-type")), (json.status, form), "{path} as {accept}");
            assert_eq!(answer.body == json.body, form != COMPACT, "{path} as {accept}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_of_a_form_is_told_on_the_page_that_it_leads_back_to() {
    let site = Site::new().await;
    let back = site.post_form("/api/queries/run", "form[connection_id]=none&form[sql]=select 1", "/query").await;
    let location = back.header(header::LOCATION.as_str()).to_owned();
    let address = location.trim_start_matches("http://127.0.0.1:3000");
    assert!(address.starts_with("/query?") && address.contains("__err="), "{location}");
    let page = site.page(address).await;
    assert!(page.body.contains(r#"role="alert""#), "{}", page.body);
}
