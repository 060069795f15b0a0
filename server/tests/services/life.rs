//! How drafts, checks and previews live: who sees them, what survives, what is never shown.

use std::time::Duration;

use contract::check::{CheckOutcome, StageState};
use contract::connection::ConnectionForm;
use contract::connection_string::{Part, StringFault};
use contract::dataset::Picks;
use contract::fault::{Fault, Field};
use contract::query::{Ask, Cut};
use contract::secret::Secret;
use contract::team::{Actor, SignInForm, WelcomeForm};
use sample_cluster::{Cluster, Options};
use store::{CheckRow, StageRow};

use crate::world::{Plan, World, files, form};

const CANARY: &str = "Zq7!cAnArY@/:#?%&+=~";

async fn sample() -> (Cluster, World) {
    let cluster = Cluster::start(Options { sales: 500, ..Options::default() }).await.unwrap();
    let world = World::new(Plan { extra_ca_pem: Some(cluster.ca_pem().to_owned()), ..Plan::default() }).await;
    (cluster, world)
}

fn string(cluster: &Cluster) -> String {
    format!("postgresql://flitch_readonly:Sample-Reader-1@127.0.0.1:{}/dev", cluster.address().port())
}

#[tokio::test]
async fn a_saved_connection_shows_its_datasets_rows() {
    let (cluster, world) = sample().await;
    let view = world.check(form(string(&cluster))).await;
    assert!(view.outcome.is_good(), "{:?}", view.stages);
    let id = view.connection_id;
    let picks = |world: &World| {
        let picks = Picks { connection_id: id.clone(), whole_schema: "public".into(), ..Picks::default() };
        let (backend, actor) = (world.backend.clone(), world.actor.clone());
        async move { backend.datasets.add(&actor, picks).await }
    };
    assert_eq!(picks(&world).await, Ok(0), "a draft has no datasets");
    world.backend.connections.save(&world.actor, &id).await.unwrap();
    assert_eq!(picks(&world).await, Ok(8), "all but the closed table");
    assert_eq!(picks(&world).await, Ok(0), "none twice");

    let datasets = world.backend.datasets.list(&world.actor).await.unwrap();
    let sales = datasets.iter().find(|dataset| dataset.name == "sales").unwrap();
    let preview = loop {
        let preview = world.backend.queries.ask(&world.actor, &sales.id, Ask::rows()).await.unwrap();
        if !preview.state.is_running() {
            break preview;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let result = preview.result.unwrap();
    assert_eq!((result.rows.len(), result.cut), (100, Some(Cut::Rows { limit: 100 })));
    let paid = result.columns.iter().position(|column| column.name == "pricepaid").unwrap();
    assert_eq!(result.columns[paid].type_name, "numeric(8,2)");
    assert!(result.rows.iter().all(|row| row[paid].as_ref().unwrap().contains('.')));
}

#[tokio::test]
async fn a_refused_form_keeps_the_rest_and_never_the_secret() {
    let (_, world) = sample().await;
    let bad = ConnectionForm {
        name: "Sales".into(),
        tls_name: "inner.example".into(),
        connection_string: Secret::new(format!("postgresql://ann:{CANARY}@host.example/dev")),
        ..ConnectionForm::default()
    };
    let saved = world.backend.connections.draft(&world.actor, bad, true).await.unwrap();
    assert!(matches!(saved.fault, Some(Fault::ConnectionString { .. })), "{:?}", saved.fault);
    let draft = world.backend.connections.draft_show(&world.actor, &saved.id).await.unwrap();
    assert_eq!((draft.name.as_str(), draft.tls_name.as_str()), ("Sales", "inner.example"));
    assert_eq!((draft.connection_string.as_str(), draft.has_password), ("", false));
    assert_eq!(draft.fault, saved.fault);
    assert!(!format!("{draft:?}").contains("cAnArY"));

    // Corrected without a password: still not ready, and says which part is missing.
    let fixed = ConnectionForm { draft: saved.id.clone(), ..form("postgresql://ann@host.example/dev") };
    let fixed = world.backend.connections.draft(&world.actor, fixed, true).await.unwrap();
    let missing = Fault::ConnectionString { fault: StringFault::Missing { part: Part::Password } };
    assert_eq!((fixed.id, fixed.fault), (saved.id, Some(missing)));

    let pem = ConnectionForm { ca_certificate: "not a certificate".into(), ..form("postgresql://a:b@h.example/dev") };
    let pem = world.backend.connections.draft(&world.actor, pem, true).await.unwrap();
    assert_eq!(pem.fault, Some(Fault::FieldInvalid { field: Field::CaCertificate }));
}

#[tokio::test]
async fn a_stored_password_stays_with_its_endpoint() {
    let (cluster, world) = sample().await;
    let view = world.check(form(string(&cluster))).await;
    // The form again, as it comes back: without the password, which still fits.
    let back = world.backend.connections.draft_show(&world.actor, &view.connection_id).await.unwrap();
    assert!(back.has_password && !back.connection_string.contains("Sample-Reader"), "{back:?}");
    let again =
        ConnectionForm { draft: view.connection_id.clone(), name: "Renamed".into(), ..form(back.connection_string) };
    assert!(world.check(again).await.outcome.is_good());
    // Another host and no password: the old one must not go there.
    let moved =
        ConnectionForm { draft: view.connection_id.clone(), ..form("postgresql://flitch_readonly@127.0.0.2:5439/dev") };
    let moved = world.backend.connections.draft(&world.actor, moved, true).await.unwrap();
    let missing = Fault::ConnectionString { fault: StringFault::Missing { part: Part::Password } };
    assert_eq!(moved.fault, Some(missing.clone()));

    // The old check says what it tested, and no longer anything about the connection.
    let old = world.backend.checks.show(&world.actor, &view.connection_id, &view.id).await.unwrap();
    assert_eq!((old.target, old.is_outdated), (view.target, true));
    let shown = world.backend.connections.show(&world.actor, &view.connection_id).await.unwrap();
    assert_eq!(shown.last_check, None, "an edited connection is not checked");
    let picker = world.backend.datasets.picker(&world.actor, &view.connection_id, Default::default()).await.unwrap();
    assert_eq!(picker.read_at, None, "and its list is not read");
    assert_eq!(world.backend.checks.start(&world.actor, &view.connection_id).await, Err(missing));
    assert_eq!(world.backend.connections.save(&world.actor, &view.connection_id).await, Err(Fault::NotFound));
}

#[tokio::test]
async fn secrets_are_sealed_before_the_first_row_is_written() {
    let world = World::new(Plan::default()).await;
    let encoded: String = CANARY.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let string = format!("postgresql://ann:{encoded}@127.0.0.1:1/dev");
    let view = world.check(form(string)).await;
    assert_eq!(view.outcome, CheckOutcome::Failed);
    world.shared.store.close().await;
    for file in files(&world.folder) {
        let bytes = std::fs::read(file).unwrap();
        for start in 0..CANARY.len() - 6 {
            let piece = &CANARY.as_bytes()[start..start + 6];
            assert!(!bytes.windows(6).any(|window| window == piece), "a piece of the password is on the disk");
        }
    }
}

#[tokio::test]
async fn a_check_whose_server_died_shows_as_interrupted() {
    let (cluster, world) = sample().await;
    let view = world.check(form(string(&cluster))).await;
    let dead = CheckRow {
        id: store::new_id(),
        connection_id: view.connection_id.clone(),
        outcome: "running".into(),
        purpose: String::new(),
        target: String::new(),
        started_at: 1,
        duration_us: None,
        alive_until: 2,
    };
    let stage = StageRow { stage: "tcp".into(), state: "running".into(), findings: "[]".into(), duration_us: None };
    world.shared.store.check_insert(&world.actor.team_id, &dead, &[stage]).await.unwrap();
    let shown = world.backend.checks.show(&world.actor, &view.connection_id, &dead.id).await.unwrap();
    assert_eq!(shown.outcome, CheckOutcome::Interrupted);
    assert_eq!(shown.stages[0].state, StageState::NotRun);
}

#[tokio::test]
async fn others_see_nothing() {
    let (cluster, world) = sample().await;
    let view = world.check(form(string(&cluster))).await;
    let stranger = Actor { team_id: "another".into(), ..world.actor.clone() };
    let colleague = Actor { member_id: "another".into(), ..world.actor.clone() };
    let id = view.connection_id.as_str();
    for actor in [&stranger, &colleague] {
        let backend = &world.backend;
        assert_eq!(backend.connections.show(actor, id).await, Err(Fault::NotFound), "a draft is its author's");
        assert_eq!(backend.connections.draft_show(actor, id).await, Err(Fault::NotFound));
        assert_eq!(backend.connections.save(actor, id).await, Err(Fault::NotFound));
        assert_eq!(backend.checks.start(actor, id).await, Err(Fault::NotFound));
        assert_eq!(backend.checks.show(actor, id, &view.id).await, Err(Fault::NotFound));
        assert!(backend.datasets.picker(actor, id, Default::default()).await.is_err());
    }
    world.backend.connections.save(&world.actor, id).await.unwrap();
    assert!(world.backend.connections.show(&colleague, id).await.is_ok(), "a connection is the team's");
    assert_eq!(world.backend.connections.show(&stranger, id).await, Err(Fault::NotFound));
}

/// A guesser is slowed by address and by account, meets the same answer for everybody, and locks nobody out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_web_19_a_thousand_guesses_get_nowhere_and_lock_nobody_out() {
    let world = World::new(Plan::default()).await;
    let sign_in = async |email: &str, password: &str, client: &str| {
        let form = SignInForm { email: email.into(), password: Secret::new(password) };
        world.backend.sessions.sign_in(form, client).await
    };
    let mut answers = Vec::new();
    for number in 0..1000 {
        let email = if number % 2 == 0 { "ann@acme.example" } else { "nobody@acme.example" };
        answers.push(sign_in(email, "a wrong password", "10.1.1.1").await.err().unwrap());
    }
    let looked_at = answers.iter().filter(|fault| **fault == Fault::WrongSignIn).count();
    assert!(looked_at <= 60, "{looked_at} of 1,000 were looked at");
    let slowed = answers.iter().filter(|fault| matches!(fault, Fault::TooManyTries { .. })).count();
    assert_eq!(looked_at + slowed, 1000, "the same two answers for an account and for none");
    // From elsewhere the owner still signs in, at once.
    assert!(sign_in("ann@acme.example", "correct horse battery", "10.2.2.2").await.is_ok());
}

/// What listens at an address that is not allowed, nobody learns.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_web_21_a_denied_address_says_the_same_whatever_listens_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let open = listener.local_addr().unwrap().port();
    let closed = {
        let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        gone.local_addr().unwrap().port()
    };
    let policy = redshift::Policy { extra_ports: vec![open, closed], ..redshift::Policy::default() };
    let world = World::new(Plan { policy, ..Plan::default() }).await;
    let mut told = Vec::new();
    for host in ["127.0.0.1", "10.0.0.5", "169.254.169.254", "[::1]"] {
        for port in [open, closed] {
            let view = world.check(form(format!("postgresql://a:b@{host}:{port}/d"))).await;
            let denied = view.stages.iter().flat_map(|stage| &stage.findings).find(|f| f.code() == "address_forbidden");
            told.push((host, serde_json::to_string(denied.unwrap()).unwrap()));
        }
    }
    for pair in told.chunks(2) {
        assert_eq!(pair[0], pair[1], "open and closed differ");
    }
    assert!(listener.set_nonblocking(true).is_ok() && listener.accept().is_err(), "nobody came");
}

#[tokio::test]
async fn a_team_is_founded_once_and_sign_in_is_limited() {
    let world = World::new(Plan::default()).await;
    let again = WelcomeForm { team_name: "Other".into(), ..WelcomeForm::default() };
    assert_eq!(world.backend.team.found(again, "x").await.err(), Some(Fault::AlreadySetUp));
    let try_with = |password: &str| {
        let form = SignInForm { email: "Ann@Acme.example".into(), password: Secret::new(password) };
        world.backend.sessions.sign_in(form, "10.1.1.1")
    };
    let token = try_with("correct horse battery").await.unwrap();
    world.backend.sessions.sign_out(&world.actor, &token.0).await.unwrap();
    assert_eq!(world.backend.sessions.actor(&token.0).await, Ok(None), "an ended session is nobody's");
    let mut faults = Vec::new();
    for _ in 0..12 {
        faults.push(try_with("wrong password").await.err().unwrap());
    }
    assert_eq!(faults[0], Fault::WrongSignIn);
    assert!(matches!(faults[11], Fault::TooManyTries { .. }));
}
