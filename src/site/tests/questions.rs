//! O-IDENT of the explorer: what stands in an address where a choice or a number belongs is one of the choices, a number
//! in its range, or refused; never part of a statement.

use axum::http::StatusCode;
use contract::audit::{Action, AuditQuery};
use contract::ports::Backend;
use contract::team::Actor;
use testkit::cases::load;

use super::Site;
use super::stored::{self, connection};

async fn signed_in(site: &Site) -> (Backend, Actor) {
    let backend = server::services::backend(site._opened.shared.clone());
    let token = site.cookie.split_once('=').unwrap().1;
    let ann = backend.sessions.actor(token).await.unwrap().unwrap();
    (backend, ann)
}

/// How often a source was asked: each time that is written down first.
async fn times_asked(site: &Site) -> usize {
    let (backend, ann) = signed_in(site).await;
    let action = Action::CredentialUsed.as_str().to_owned();
    backend.audit.page(&ann, AuditQuery { action, ..AuditQuery::default() }).await.unwrap().entries.len()
}

/// The id of a dataset whose columns are known.
async fn dataset(site: &Site) -> String {
    let store = &site._opened.shared.store;
    let (_, ann) = signed_in(site).await;
    let row = connection(&ann, "sales");
    assert!(store.draft_put(&row).await.unwrap());
    assert!(store.draft_save(&ann.team_id, &ann.member_id, &row.id, 1).await.unwrap());
    let id = stored::dataset(store, &ann, &row.id, "canary").await;
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
        assert_eq!(times_asked(&site).await, 0, "{view} was asked");
        tried += 1;
        case.passed("L3");
    }
    assert_eq!(tried, 4);
    let good = format!("dataset_id={id}&view={}", encode("?view=explore&m=count&g=x&s=-m1&n=5"));
    assert_eq!(site.call("/api/queries/ask", &good, true).await.status, StatusCode::OK);
    assert_eq!(times_asked(&site).await, 1);
}

/// Also where the source is asked anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crooked_address_asks_nothing_again() {
    let site = Site::new().await;
    let id = dataset(&site).await;
    for view in ["view=explore%26m=sum%26mc=nope", "view=explore%26m=count%26n=0", "view=rows%26page=minus"] {
        let body = format!("dataset_id={id}&view=?{view}");
        let answer = site.call("/api/queries/ask-again", &body, true).await;
        assert!(answer.status.is_client_error(), "{view}: {} {}", answer.status, answer.body);
    }
    assert_eq!(times_asked(&site).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_judged_without_the_source() {
    let site = Site::new().await;
    let id = dataset(&site).await;
    let asked = async |view: &str| {
        let view: String = view.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = site.call("/api/queries/question", &format!("dataset_id={id}&view={view}"), true).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        serde_json::from_str::<app::api::queries::Question>(&answer.body).unwrap()
    };
    let place = async |view: &str| asked(view).await.fault.and_then(contract::explore::ExploreFault::place);
    use contract::explore::Part;
    assert_eq!(asked("?view=explore&m=count&g=x").await.fault, None);
    assert_eq!(asked("?view=explore").await.columns.len(), 1);
    assert_eq!(place("?view=explore&m=sum").await, Some((Part::Measure, 0)));
    assert_eq!(place("?view=explore&m=count&g=x&g=nope").await, Some((Part::Group, 1)));
    assert_eq!(place("?view=explore&m=count&f=x&fo=gt&fv=many").await, Some((Part::Filter, 0)));
    assert_eq!(place("?view=explore&m=count&f=x&fo=like&fv=a").await, Some((Part::Filter, 0)));
    assert_eq!(times_asked(&site).await, 0);
}
