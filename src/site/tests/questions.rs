//! O-IDENT of the explorer: what stands in an address where a choice or a number belongs is one of the choices, a number
//! in its range, or refused; never part of a statement.

use axum::http::StatusCode;
use store::{CatalogObjectRow, CatalogSchemaRow, ConnectionRow, NewDataset, new_id};
use testkit::cases::load;

use super::Site;

/// The id of a dataset whose columns are known.
async fn dataset(site: &Site) -> String {
    let shared = &site._opened.shared;
    let backend = server::services::backend(shared.clone());
    let token = site.cookie.split_once('=').unwrap().1;
    let ann = backend.sessions.actor(token).await.unwrap().unwrap();
    let row = ConnectionRow {
        id: new_id(),
        team_id: ann.team_id.clone(),
        author_id: ann.member_id.clone(),
        name: "Sales".into(),
        is_draft: 1,
        host: "h.example".into(),
        port: 5439,
        database_name: "dev".into(),
        user_name: "ann".into(),
        secret: Some(vec![1]),
        purpose: "p".into(),
        method: "string".into(),
        ..ConnectionRow::default()
    };
    let store = &shared.store;
    assert!(store.draft_put(&row).await.unwrap());
    assert!(store.draft_save(&ann.team_id, &ann.member_id, &row.id, 1).await.unwrap());
    let schema = CatalogSchemaRow {
        name: "public".into(),
        is_usable: 1,
        is_unlisted: 0,
        match_count: 0,
        schema_count: 0,
        total_count: 0,
    };
    let object = CatalogObjectRow {
        schema_name: "public".into(),
        name: "canary".into(),
        kind: "table".into(),
        is_readable: 1,
        dataset_id: None,
    };
    assert!(store.catalog_replace(&row.id, "p", &[schema], &[object], false, 2).await.unwrap());
    let place = NewDataset { team_id: &ann.team_id, connection_id: &row.id, member_id: &ann.member_id };
    assert_eq!(store.dataset_insert(place, &[("public".into(), "canary".into())], 3).await.unwrap(), 1);
    let id = store.dataset_list(&ann.team_id).await.unwrap().remove(0).id;
    let columns = r#"[{"name":"x","type_name":"integer","shape":"number"}]"#;
    store.dataset_columns(&id, columns).await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_ident_a_choice_or_a_number_in_an_address_is_that_or_refused() {
    let site = Site::new().await;
    let id = dataset(&site).await;
    let encode = |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
    let mut tried = 0;
    for case in load("identifiers").into_iter().filter(|case| case.text("part") == Some("explore")) {
        let input = encode(&case.input("input"));
        let view = match case.text("field").unwrap() {
            "sort direction" => format!("?view=explore&m=count&g=x&s={input}"),
            "limit" => format!("?view=explore&m=count&g=x&n={input}"),
            "offset" => format!("?view=rows&page={input}"),
            field => panic!("no test for {field}"),
        };
        let body = format!("dataset_id={id}&view={}", encode(&view));
        let answer = site.call("/api/queries/ask", &body, true).await;
        let is_refused = matches!(answer.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::BAD_REQUEST);
        assert!(is_refused, "{view}: {} {}", answer.status, answer.body);
        let queue = site._opened.shared.store.query_queue("", i64::MAX).await.unwrap();
        assert!(queue.is_empty(), "{view} was asked");
        tried += 1;
        case.passed("L3");
    }
    assert_eq!(tried, 4);
    let good = format!("dataset_id={id}&view={}", encode("?view=explore&m=count&g=x&s=-m1&n=5"));
    assert_eq!(site.call("/api/queries/ask", &good, true).await.status, StatusCode::OK);
}
