//! Every registered server function has a declared rule here, and keeps it. One without fails the test.

use axum::http::StatusCode;

use super::Site;

#[derive(Clone, Copy, PartialEq)]
enum Rule {
    /// Strangers too.
    Anyone,
    Member,
    Admin,
}

/// Path, rule, and a body that gets as far as the rule.
const RULES: &[(&str, Rule, &str)] = &[
    ("/api/team/is-new", Rule::Anyone, ""),
    ("/api/team/found", Rule::Anyone, "form[team_name]=A&form[email]=a&form[password]=p&form[setup_code]=c"),
    ("/api/sessions/sign-in", Rule::Anyone, "form[email]=a@b.example&form[password]=p"),
    ("/api/connections/help", Rule::Member, ""),
    ("/api/connections/list", Rule::Member, ""),
    ("/api/connections/show", Rule::Member, "id=x"),
    ("/api/connections/form", Rule::Member, "draft=x"),
    ("/api/connections/test", Rule::Member, "form[name]=x"),
    ("/api/connections/save", Rule::Member, "id=x"),
    ("/api/connections/rename", Rule::Member, "id=x&name=y"),
    ("/api/connections/edit", Rule::Member, "id=x"),
    ("/api/connections/pause", Rule::Member, "id=x"),
    ("/api/connections/resume", Rule::Member, "id=x"),
    ("/api/connections/disconnect", Rule::Member, "id=x&confirm=y"),
    ("/api/connections/remove", Rule::Member, "id=x&confirm=y"),
    ("/api/checks/start", Rule::Member, "connection_id=x"),
    ("/api/checks/show", Rule::Member, "connection_id=x&check_id=y"),
    (
        "/api/datasets/picker",
        Rule::Member,
        "connection_id=x&filter[search]=&filter[kind]=&filter[schema]=&filter[page]=1",
    ),
    ("/api/datasets/catalog-read", Rule::Member, "connection_id=x"),
    ("/api/datasets/add", Rule::Member, "picks[connection_id]=x"),
    ("/api/datasets/remove", Rule::Member, "id=x"),
    ("/api/data/show", Rule::Member, ""),
    ("/api/datasets/list", Rule::Member, ""),
    ("/api/datasets/show", Rule::Member, "id=x"),
    ("/api/queries/run", Rule::Member, "form[connection_id]=x"),
    ("/api/queries/show", Rule::Member, "id=x"),
    ("/api/queries/rows", Rule::Member, "id=x&run=0&first=0&count=1"),
    ("/api/queries/run-again", Rule::Member, "id=x"),
    ("/api/queries/cancel", Rule::Member, "id=x"),
    ("/api/queries/rename", Rule::Member, "id=x&name=y"),
    ("/api/queries/share", Rule::Member, "id=x&is_shared=true"),
    ("/api/queries/chart", Rule::Member, "id=x"),
    ("/api/queries/history", Rule::Member, "filter[search]="),
    ("/api/queries/workspace", Rule::Member, ""),
    ("/api/queries/queue", Rule::Member, ""),
    ("/api/queries/ask", Rule::Member, "dataset_id=x"),
    ("/api/queries/question", Rule::Member, "dataset_id=x"),
    ("/api/queries/ask-again", Rule::Member, "dataset_id=x"),
    ("/api/refreshes/help", Rule::Member, ""),
    ("/api/refreshes/show", Rule::Member, "dataset_id=x"),
    (
        "/api/refreshes/set",
        Rule::Member,
        "dataset_id=x&schedule[every]=1&schedule[unit]=days&schedule[at]=03:00&schedule[weekday]=0&schedule[zone]=UTC",
    ),
    ("/api/refreshes/ask", Rule::Member, "dataset_id=x"),
    ("/api/refreshes/pause", Rule::Member, "dataset_id=x&reason=x"),
    ("/api/refreshes/resume", Rule::Member, "dataset_id=x"),
    ("/api/refreshes/address", Rule::Member, "dataset_id=x"),
    ("/api/refreshes/turn-off", Rule::Member, "dataset_id=x"),
    ("/api/refreshes/cancel", Rule::Member, "run_id=x"),
    ("/api/refreshes/of-connection", Rule::Member, "connection_id=x"),
    (
        "/api/refreshes/set-all",
        Rule::Member,
        "connection_id=x&schedule[every]=1&schedule[unit]=days&schedule[at]=03:00&schedule[weekday]=0&schedule[zone]=UTC",
    ),
    ("/api/refreshes/turn-off-all", Rule::Member, "connection_id=x"),
    ("/api/refreshes/budget", Rule::Member, "connection_id=x&statements=5"),
    ("/api/members/invited", Rule::Anyone, "code=x"),
    ("/api/members/accept", Rule::Anyone, "form[code]=x&form[email]=a@b.example&form[password]=p"),
    ("/api/members/list", Rule::Admin, ""),
    ("/api/members/invite", Rule::Admin, "role=member"),
    ("/api/members/revoke", Rule::Admin, "id=x"),
    ("/api/members/set-role", Rule::Admin, "id=x&role=member"),
    ("/api/members/remove", Rule::Admin, "id=x"),
    ("/api/profile/sessions", Rule::Member, ""),
    ("/api/profile/end-sessions", Rule::Member, ""),
    ("/api/profile/change-password", Rule::Member, "form[current]=x&form[new]=y"),
    ("/api/credential/show", Rule::Admin, ""),
    ("/api/credential/edit", Rule::Admin, ""),
    ("/api/credential/remove", Rule::Admin, "confirm=x"),
    ("/api/credential/try", Rule::Admin, "draft_id=x"),
    ("/api/credential/tried", Rule::Admin, "draft_id=x"),
    ("/api/audit/page", Rule::Admin, "query[action]=&query[search]=&query[before]=0"),
    // Last: it ends the session.
    ("/api/sessions/sign-out", Rule::Member, ""),
];

#[tokio::test]
async fn every_server_function_keeps_its_declared_rule() {
    let site = Site::new().await;
    for (path, method) in leptos::server_fn::axum::server_fn_paths() {
        assert!(RULES.iter().any(|(known, ..)| *known == path), "{method} {path} has no declared rule");
        assert_eq!(method, "POST", "{path}: a GET would get past the rule against forgery");
    }
    for (path, rule, body) in RULES {
        let stranger = site.call(path, body, false).await;
        let is_refused = stranger.status == StatusCode::UNAUTHORIZED && !stranger.body.contains("wrong_sign_in");
        assert_eq!(is_refused, *rule != Rule::Anyone, "{path} as a stranger: {} {}", stranger.status, stranger.body);
    }
    for (path, _, body) in RULES.iter().filter(|(_, rule, _)| *rule != Rule::Anyone) {
        // The first member is an admin, who may do all of it.
        let member = site.call(path, body, true).await;
        assert!(
            !matches!(
                member.status,
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::INTERNAL_SERVER_ERROR
            ),
            "{path} as a member: {} {}",
            member.status,
            member.body
        );
    }
}

#[tokio::test]
async fn a_plain_member_calls_nothing_that_is_an_admins() {
    let mut site = Site::new().await;
    site.call("/api/members/invite", "role=member", true).await;
    let members = site.call("/api/members/list", "", true).await.body;
    let code = members.split("/invitations/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let form = format!("form[code]={code}&form[email]=bob@acme.example&form[password]=a+battery+of+horses");
    let joined = site.call("/api/members/accept", &form, false).await;
    site.cookie = joined.header("set-cookie").split(';').next().unwrap().to_owned();
    assert_eq!(site.call("/api/connections/list", "", true).await.status, StatusCode::OK);
    for (path, _, body) in RULES.iter().filter(|(_, rule, _)| *rule == Rule::Admin) {
        assert_eq!(site.call(path, body, true).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    // For the team credential.
    let own = "form[is_credential]=true&form[connection_string]=postgresql://a:b@h.example/d";
    assert_eq!(site.call("/api/connections/test", own, true).await.status, StatusCode::FORBIDDEN);
    for path in [
        "/settings/members",
        "/settings/audit",
        "/settings/audit.csv",
        "/settings/data-connections",
        "/settings/data-connections/rotation/x",
    ] {
        assert_eq!(site.page(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn o_web_07_an_ended_session_opens_nothing() {
    let site = Site::new().await;
    assert_eq!(site.page("/data").await.status, StatusCode::OK);
    site.call("/api/sessions/sign-out", "", true).await;
    assert_eq!(site.call("/api/connections/list", "", true).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.page("/data").await.status, StatusCode::SEE_OTHER);
}

/// Numbers at the end of their range, and bytes that are no text.
#[tokio::test]
async fn odd_values_are_no_failure_of_ours() {
    let site = Site::new().await;
    let form = "form[connection_string]=postgresql://a:b@h.example/d&form[name]=Odd";
    site.call("/api/connections/test", form, true).await;
    let store = site._opened.shared.store.clone();
    let id = store.sealed_list(store::SealedKind::Connection, "", 1).await.unwrap().remove(0).id;
    for page in ["0", "1", "42949674", "4294967295"] {
        let body = format!("connection_id={id}&filter[search]=&filter[kind]=&filter[schema]=&filter[page]={page}");
        assert_eq!(site.call("/api/datasets/picker", &body, true).await.status, StatusCode::OK, "{page}");
    }
    assert_eq!(site.call("/api/members/set-role", "id=x&role=garbage", true).await.status, StatusCode::BAD_REQUEST);
    for (path, body) in [("/api/connections/show", "id=%00"), ("/api/datasets/show", "id=%00")] {
        assert_eq!(site.call(path, body, true).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let exported = site.page("/settings/audit.csv").await;
    assert!(exported.status == StatusCode::OK && exported.body.starts_with("number,"), "{}", exported.body);
    let log = site.call("/api/audit/page", "query[action]=audit_exported&query[search]=&query[before]=0", true).await;
    assert!(log.body.contains("data-action=\\\"audit_exported\\\""), "{}", log.body);
}

/// A browser that hangs up in the middle of a call: what was done stands in the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_was_cut_off_leaves_no_deed_without_its_record() {
    let site = Site::new().await;
    let form = "form[connection_string]=postgresql://a:b@h.example/d&form[name]=n";
    site.call("/api/connections/test", form, true).await;
    let shared = site._opened.shared.clone();
    let id = shared.store.sealed_list(store::SealedKind::Connection, "", 1).await.unwrap().remove(0).id;
    site.call("/api/connections/save", &format!("id={id}"), true).await;
    let mut done = 0;
    for number in 0..40_u64 {
        let body = format!("id={id}&name=n{number}x");
        let call = site.call("/api/connections/rename", &body, true);
        let _ = tokio::time::timeout(std::time::Duration::from_micros(number * 100), call).await;
        // What goes on without the browser ends soon.
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        let shown = site.call("/api/connections/show", &format!("id={id}"), true).await.body;
        if shown.contains(&format!("\"n{number}x\"")) {
            done += 1;
            let query = format!("query[action]=connection_renamed&query[search]=n{number}x&query[before]=0");
            let log = site.call("/api/audit/page", &query, true).await.body;
            assert!(log.contains(&format!("n{number}x")), "renamed, and not written down: {log}");
        }
    }
    assert!(done > 0, "at least one went through");
}

#[tokio::test]
async fn a_fault_has_the_status_that_tells_the_truth() {
    let site = Site::new().await;
    assert_eq!(site.call("/api/connections/show", "id=nope", true).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.call("/api/connections/show", "nonsense=1", true).await.status, StatusCode::BAD_REQUEST);
    let refused = site.call("/api/connections/test", "form[connection_string]=mysql://u:p@h/d", true).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("scheme") && !refused.body.contains("mysql"), "{}", refused.body);
    assert_eq!(site.page("/data/connections/nope").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.page("/nope").await.status, StatusCode::NOT_FOUND);
}
