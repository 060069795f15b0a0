//! O-WEB-08: an admin of one team, with the ids of another team's things, at every server function and every page.

use axum::http::{StatusCode, header};
use contract::ports::Backend;
use contract::secret::Secret;
use contract::team::Role;
use server::services::operator::add_team;
use store::{CheckRow, ConnectionRow, NewTeam, QueryRow, RotationRow, StageRow, Store, new_id};

use super::{Site, stored};

/// Stands in every name and host of the first team, and in nothing else.
const MARK: &str = "alphacanary";

#[derive(Clone, Copy, PartialEq)]
enum Expected {
    /// As if it were not there.
    NotFound,
    /// An answer, with nothing of the other team in it.
    Own,
    /// Refused for another reason, as named by the fault.
    Refused(&'static str),
}

use Expected::{NotFound, Own, Refused};

/// Every server function, with the first team's ids in the body.
const CALLS: &[(&str, Expected, &str)] = &[
    ("/api/team/is-new", Own, ""),
    (
        "/api/team/found",
        Refused("already_set_up"),
        "form[team_name]=A&form[email]=a&form[password]=p&form[setup_code]=c",
    ),
    ("/api/sessions/sign-in", Refused("wrong_sign_in"), "form[email]=x@other.example&form[password]=p"),
    ("/api/connections/help", Own, ""),
    ("/api/connections/list", Own, ""),
    ("/api/connections/show", NotFound, "id=CONNECTION"),
    ("/api/connections/form", NotFound, "draft=DRAFT"),
    ("/api/connections/test", NotFound, "form[draft]=DRAFT&form[connection_string]=postgresql://a:b@h.example/d"),
    ("/api/connections/save", NotFound, "id=DRAFT"),
    ("/api/connections/rename", NotFound, "id=CONNECTION&name=mine"),
    ("/api/connections/edit", NotFound, "id=CONNECTION"),
    ("/api/connections/pause", NotFound, "id=CONNECTION&reason=x"),
    ("/api/connections/resume", NotFound, "id=CONNECTION"),
    ("/api/connections/disconnect", NotFound, "id=CONNECTION&confirm=alphacanary sales"),
    ("/api/connections/remove", NotFound, "id=CONNECTION&confirm=alphacanary sales"),
    ("/api/checks/start", NotFound, "connection_id=CONNECTION"),
    ("/api/checks/show", NotFound, "connection_id=CONNECTION&check_id=CHECK"),
    (
        "/api/datasets/picker",
        NotFound,
        "connection_id=CONNECTION&filter[search]=&filter[kind]=&filter[schema]=&filter[page]=1",
    ),
    ("/api/datasets/catalog-read", NotFound, "connection_id=CONNECTION"),
    ("/api/datasets/add", NotFound, "picks[connection_id]=CONNECTION&picks[whole_schema]=alphacanary"),
    ("/api/datasets/remove", NotFound, "id=DATASET"),
    ("/api/data/show", Own, ""),
    ("/api/datasets/list", Own, ""),
    ("/api/datasets/show", NotFound, "id=DATASET"),
    ("/api/queries/run", NotFound, "form[connection_id]=CONNECTION&form[sql]=select 1"),
    ("/api/queries/show", NotFound, "id=QUERY"),
    ("/api/queries/rows", NotFound, "id=QUERY&run=0&first=0&count=10"),
    ("/api/queries/run-again", NotFound, "id=QUERY"),
    ("/api/queries/cancel", NotFound, "id=QUERY"),
    ("/api/queries/rename", NotFound, "id=QUERY&name=mine"),
    ("/api/queries/share", NotFound, "id=QUERY&is_shared=true"),
    ("/api/queries/chart", NotFound, "id=QUERY"),
    ("/api/queries/history", Own, "filter[search]="),
    ("/api/queries/history", Own, "filter[of]=shared"),
    ("/api/queries/workspace", Own, ""),
    ("/api/queries/workspace", NotFound, "id=QUERY"),
    ("/api/queries/queue", Own, ""),
    ("/api/queries/ask", NotFound, "dataset_id=DATASET"),
    ("/api/queries/question", NotFound, "dataset_id=DATASET&view=?view=explore&m=count"),
    ("/api/queries/ask-again", NotFound, "dataset_id=DATASET&view=?view=rows"),
    ("/api/refreshes/help", Own, ""),
    ("/api/refreshes/show", NotFound, "dataset_id=DATASET"),
    (
        "/api/refreshes/set",
        NotFound,
        "dataset_id=DATASET&schedule[every]=1&schedule[unit]=days&schedule[at]=03:00&schedule[weekday]=0&schedule[zone]=UTC",
    ),
    ("/api/refreshes/ask", NotFound, "dataset_id=DATASET"),
    ("/api/refreshes/pause", NotFound, "dataset_id=DATASET&reason=x"),
    ("/api/refreshes/resume", NotFound, "dataset_id=DATASET"),
    ("/api/refreshes/address", NotFound, "dataset_id=DATASET"),
    ("/api/refreshes/turn-off", NotFound, "dataset_id=DATASET"),
    ("/api/refreshes/cancel", NotFound, "run_id=RUN"),
    ("/api/refreshes/of-connection", NotFound, "connection_id=CONNECTION"),
    (
        "/api/refreshes/set-all",
        NotFound,
        "connection_id=CONNECTION&schedule[every]=1&schedule[unit]=days&schedule[at]=03:00&schedule[weekday]=0&schedule[zone]=UTC",
    ),
    ("/api/refreshes/turn-off-all", NotFound, "connection_id=CONNECTION"),
    ("/api/refreshes/budget", NotFound, "connection_id=CONNECTION&statements=5"),
    ("/api/credential/show", Own, ""),
    ("/api/credential/edit", Refused("no_team_credential"), ""),
    ("/api/credential/remove", Refused("no_team_credential"), "confirm=alphacanary"),
    ("/api/credential/try", Refused("no_team_credential"), "draft_id=REPLACEMENT"),
    ("/api/credential/tried", Refused("no_team_credential"), "draft_id=REPLACEMENT"),
    ("/api/members/invited", Refused("invitation_over"), "code=x"),
    ("/api/members/accept", Refused("invitation_over"), "form[code]=x&form[email]=a@b.example&form[password]=p"),
    ("/api/members/list", Own, ""),
    ("/api/members/invite", Own, "role=member"),
    ("/api/members/revoke", NotFound, "id=INVITATION"),
    ("/api/members/set-role", NotFound, "id=MEMBER&role=member"),
    ("/api/members/remove", NotFound, "id=MEMBER"),
    ("/api/profile/sessions", Own, ""),
    ("/api/profile/end-sessions", Own, ""),
    ("/api/profile/change-password", Refused("wrong_password"), "form[current]=x&form[new]=a+battery+of+horses"),
    ("/api/audit/page", Own, "query[action]=&query[search]=&query[before]=0"),
    // Last: it ends the session.
    ("/api/sessions/sign-out", Own, ""),
];

/// Every page and file, with the first team's ids in the address.
const PAGES: &[(&str, Expected)] = &[
    ("/data", Own),
    ("/data/add", Own),
    ("/data/add/redshift", Own),
    ("/data/add/redshift?draft=DRAFT", NotFound),
    ("/data/add/redshift?draft=REPLACEMENT", NotFound),
    ("/data/connections/CONNECTION", NotFound),
    ("/data/connections/CREDENTIAL", NotFound),
    ("/data/connections/CONNECTION/checks/CHECK", NotFound),
    ("/data/connections/CONNECTION/datasets", NotFound),
    ("/data/datasets/DATASET", NotFound),
    ("/data/datasets/DATASET?view=explore&m=count", NotFound),
    ("/data/datasets/DATASET?view=refresh", NotFound),
    ("/help/refresh", Own),
    ("/data/connections/CONNECTION/names.json", NotFound),
    ("/query", Own),
    ("/query/QUERY", NotFound),
    ("/query/QUERY/result.csv", NotFound),
    ("/query/QUERY/result.ndjson", NotFound),
    ("/query/QUERY/result.parquet", NotFound),
    ("/query/QUERY/result.xlsx", NotFound),
    ("/settings/data-connections", Own),
    ("/settings/data-connections/rotation/REPLACEMENT", Refused("")),
    ("/settings/members", Own),
    ("/settings/profile", Own),
    ("/settings/audit", Own),
    ("/settings/audit.csv", Own),
    ("/help/redshift", Own),
];

/// What the first team has: one of everything that has an id.
struct First {
    ids: Vec<(&'static str, String)>,
    team_id: String,
    member_id: String,
}

impl First {
    fn filled(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(name, id))
    }

    async fn new(store: &Store, backend: &Backend, cookie: &str) -> Self {
        let token = cookie.split_once('=').unwrap().1;
        let ann = backend.sessions.actor(token).await.unwrap().unwrap();
        let row = |name: &str| stored::connection(&ann, &format!("{MARK} {name}"));
        let (connection, draft) = (row("sales"), row("draft"));
        let credential = ConnectionRow { is_credential: 1, ..row("credential") };
        let replacement = ConnectionRow { is_credential: 1, replaces_id: credential.id.clone(), ..row("credential") };
        for row in [&connection, &draft, &credential, &replacement] {
            assert!(store.draft_put(row).await.unwrap());
        }
        for saved in [&connection, &credential] {
            assert!(store.draft_save(&ann.team_id, &ann.member_id, &saved.id, 1).await.unwrap());
        }
        let dataset = stored::dataset(store, &ann, &connection.id, MARK).await;
        let run = stored::refresh(store, &ann, &connection.id, &dataset).await;
        backend.refreshes.address(&ann, &dataset).await.unwrap();
        let check = CheckRow {
            id: new_id(),
            connection_id: connection.id.clone(),
            outcome: "passed".into(),
            purpose: "p".into(),
            target: "{}".into(),
            started_at: 1,
            duration_us: Some(1),
            alive_until: 1,
        };
        let stage = StageRow { stage: "read".into(), state: "passed".into(), findings: "[]".into(), duration_us: None };
        store.check_insert(&ann.team_id, &check, &[stage]).await.unwrap();
        let query = QueryRow {
            id: new_id(),
            team_id: ann.team_id.clone(),
            member_id: ann.member_id.clone(),
            connection_id: connection.id.clone(),
            dataset_id: Some(dataset.clone()),
            purpose: "sql".into(),
            state: "done".into(),
            statement: MARK.into(),
            queued_at: i64::MAX / 2,
            alive_until: 1,
            ..QueryRow::default()
        };
        store.query_insert(&query).await.unwrap();
        let rotation = RotationRow {
            id: new_id(),
            draft_id: replacement.id.clone(),
            draft_updated_at: 0,
            credential_id: credential.id.clone(),
            credential_updated_at: 1,
            outcome: "good".into(),
            finding: String::new(),
            started_at: 1,
            alive_until: 1,
        };
        store.rotation_insert(&ann.team_id, &rotation, &[&dataset]).await.unwrap();
        backend.members.invite(&ann, Role::Member).await.unwrap();
        let invitation = backend.members.list(&ann).await.unwrap().invitations.remove(0).id;
        let second = new_id();
        let email = format!("{MARK}@acme.example");
        let new =
            NewTeam { team_id: &ann.team_id, team_name: "", member_id: &second, email: &email, password_hash: "h" };
        assert!(store.invitation_use(&invitation, &new, "member", 2).await.unwrap());
        backend.members.invite(&ann, Role::Member).await.unwrap();
        let invitation = backend.members.list(&ann).await.unwrap().invitations.remove(0).id;
        let ids = vec![
            ("CONNECTION", connection.id),
            ("DRAFT", draft.id),
            ("CREDENTIAL", credential.id),
            ("REPLACEMENT", replacement.id),
            ("CHECK", check.id),
            ("DATASET", dataset),
            ("QUERY", query.id),
            ("RUN", run),
            ("INVITATION", invitation),
            ("MEMBER", second),
        ];
        Self { ids, team_id: ann.team_id, member_id: ann.member_id }
    }

    /// All that the team has, as the store holds it.
    async fn state(&self, store: &Store) -> String {
        let mut state = Vec::new();
        for (_, id) in &self.ids {
            state.push(format!("{:?}", store.connection_fetch(&self.team_id, &self.member_id, id).await.unwrap()));
        }
        let datasets = store.dataset_list(&self.team_id).await.unwrap();
        for dataset in &datasets {
            state.push(format!("{:?}", store.refresh_fetch(&self.team_id, &dataset.id).await.unwrap()));
            state.push(format!("{:?}", store.refresh_runs(&self.team_id, &dataset.id, 10).await.unwrap()));
            state.push(format!("{:?}", store.source_use(&dataset.connection_id, 0).await.unwrap()));
        }
        state.push(format!("{datasets:?}"));
        state.push(format!("{:?}", store.member_list(&self.team_id).await.unwrap()));
        state.push(format!("{:?}", store.invitation_list(&self.team_id, 2).await.unwrap()));
        state.join("\n")
    }
}

/// O-SEC-07: what pages hold as admin, as member and as a stranger, with everything there that could be in them.
#[tokio::test]
async fn o_sec_07_no_page_holds_a_secret_a_sealed_value_or_a_keys_id() {
    let mut site = Site::new().await;
    let shared = site._opened.shared.clone();
    let backend = server::services::backend(shared.clone());
    let first = First::new(&shared.store, &backend, &site.cookie).await;
    let form = "form[connection_string]=postgresql://ann:Zq7-canary-in-a-form@h.example/d&form[name]=Sealed";
    site.post_form("/api/connections/test", form, "/data/add/redshift").await;
    let mut never = vec!["Zq7-canary".to_owned()];
    never.extend(shared.ring.ids().iter().map(|id| id.to_string()));
    for kind in store::SealedKind::ALL {
        for row in shared.store.sealed_list(kind, "", 100).await.unwrap().iter().filter(|row| row.sealed.len() > 20) {
            let hex: String = row.sealed.iter().skip(60).take(12).map(|byte| format!("{byte:02x}")).collect();
            let list: Vec<String> = row.sealed.iter().skip(60).take(12).map(u8::to_string).collect();
            never.extend([hex, list.join(",")]);
        }
    }
    assert!(never.len() > 4, "the draft's password and the invitation's code are sealed");
    site.call("/api/members/invite", "role=member", true).await;
    let members = site.call("/api/members/list", "", true).await.body;
    let code = members.split("/invitations/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let form = format!("form[code]={code}&form[email]=bob@acme.example&form[password]=a+battery+of+horses");
    let joined = site.call("/api/members/accept", &form, false).await;
    let member = joined.header(header::SET_COOKIE.as_str()).split(';').next().unwrap().to_owned();
    let admin = site.cookie.clone();
    for cookie in [admin, member, "nobody=x".to_owned()] {
        site.cookie = cookie;
        for (page, _) in PAGES {
            let body = site.page(&first.filled(page)).await.body;
            let found = never.iter().find(|never| body.contains(never.as_str()));
            assert_eq!(found, None, "{page}");
        }
        for (path, _, body) in CALLS.iter().filter(|(path, ..)| !path.contains("session") && !path.contains("profile"))
        {
            let answer = site.call(path, &first.filled(body), true).await.body;
            let found = never.iter().find(|never| answer.contains(never.as_str()));
            assert_eq!(found, None, "{path}");
        }
    }
}

#[tokio::test]
async fn o_web_08_no_function_and_no_page_crosses_the_teams_boundary() {
    holds(Site::new().await).await;
    let database = testkit::postgres::Database::fresh().await;
    holds(Site::over(&["--database-url", &database.url]).await).await;
}

async fn holds(mut site: Site) {
    let shared = site._opened.shared.clone();
    let backend = server::services::backend(shared.clone());
    let first = First::new(&shared.store, &backend, &site.cookie).await;
    let before = first.state(&shared.store).await;
    assert!(site.page("/data").await.body.contains(MARK), "its own team sees it");

    let invited = add_team(&shared.store, &shared.ring, "Other").await.unwrap().unwrap();
    let code = invited.path.rsplit('/').next().unwrap();
    let form = format!("form[code]={code}&form[email]=bob@other.example&form[password]=a+battery+of+horses");
    let joined = site.call("/api/members/accept", &form, false).await;
    site.cookie = joined.header(header::SET_COOKIE.as_str()).split(';').next().unwrap().to_owned();

    let judge = |what: &str, expected: Expected, status: StatusCode, body: &str| {
        assert!(!body.contains(MARK), "{what} tells of the other team: {body}");
        match expected {
            NotFound => assert_eq!(status, StatusCode::NOT_FOUND, "{what}: {body}"),
            Own => assert_eq!(status, StatusCode::OK, "{what}: {body}"),
            Refused(code) => assert!(status.is_client_error() && body.contains(code), "{what}: {status} {body}"),
        }
    };
    for (page, expected) in PAGES {
        let answer = site.page(&first.filled(page)).await;
        judge(page, *expected, answer.status, &answer.body);
    }
    for (path, _) in leptos::server_fn::axum::server_fn_paths() {
        assert!(CALLS.iter().any(|(known, ..)| *known == path), "{path} is not tried");
    }
    for (path, expected, body) in CALLS {
        let answer = site.call(path, &first.filled(body), true).await;
        judge(path, *expected, answer.status, &answer.body);
    }
    // As forms of a browser without scripts, where a redirect would hide what happened.
    assert_eq!(first.state(&shared.store).await, before, "nothing of it was changed");

    // Each try stands in the log of whoever tried.
    let bob = Secret::new("a battery of horses");
    let form = contract::team::SignInForm { email: "bob@other.example".into(), password: bob };
    let token = backend.sessions.sign_in(form, "test").await.unwrap();
    let bob = backend.sessions.actor(&token.0).await.unwrap().unwrap();
    let log =
        backend.audit.page(&bob, contract::audit::AuditQuery { action: "access_refused".into(), ..Default::default() });
    let log = log.await.unwrap().entries;
    let tried = |path: &str| log.iter().any(|entry| entry.named == path && entry.is_refused);
    for (path, _, _) in CALLS.iter().filter(|(_, expected, _)| *expected == NotFound) {
        assert!(tried(path), "{path} is not in the log");
    }
}
