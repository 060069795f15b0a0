//! What becomes of a saved connection: renamed, edited, paused, cut off, reconnected, removed.

use std::time::Duration;

use contract::connection::{ConnectionForm, ConnectionState};
use contract::connection_string::{Part, StringFault};
use contract::dataset::Picks;
use contract::fault::Fault;
use contract::finding::Finding;
use contract::query::{Ask, QueryState, QueryView};
use contract::secret::Secret;
use sample_cluster::Quirks;

use crate::iam::{Sample, iam_form};
use crate::world::{World, codes, form};

struct Life {
    sample: Sample,
    world: World,
    id: String,
    dataset: String,
}

impl Life {
    /// A saved connection by string, with a dataset.
    async fn new() -> Self {
        let sample = Sample::new(Quirks::default()).await;
        let world = World::new(sample.plan()).await;
        let string =
            ConnectionForm { name: "Sales".into(), ..form(Self::string("flitch_readonly", "Sample-Reader-1")) };
        let view = world.check(string).await;
        assert!(view.outcome.is_good(), "{:?}", view.stages);
        let id = view.connection_id;
        world.backend.connections.save(&world.actor, &id).await.unwrap();
        let picks = Picks { connection_id: id.clone(), whole_schema: "public".into(), ..Picks::default() };
        world.backend.datasets.add(&world.actor, picks).await.unwrap();
        let dataset = world.backend.datasets.list(&world.actor).await.unwrap()[0].id.clone();
        Self { sample, world, id, dataset }
    }

    fn string(user: &str, password: &str) -> String {
        format!("postgresql://{user}:{password}@{}:5439/dev", sample_cluster::cluster::SAMPLE_HOST)
    }

    async fn state(&self) -> ConnectionState {
        self.world.backend.connections.show(&self.world.actor, &self.id).await.unwrap().state
    }

    async fn preview(&self) -> QueryView {
        let (queries, actor) = (&self.world.backend.queries, &self.world.actor);
        queries.ask_again(actor, &self.dataset, Ask::rows()).await.unwrap();
        loop {
            let preview = queries.ask(actor, &self.dataset, Ask::rows()).await.unwrap();
            if !preview.state.is_running() {
                return preview;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn code(preview: &QueryView) -> Option<&'static str> {
        preview.finding.as_ref().map(Finding::code)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_connection_reads_nothing_until_it_is_resumed() {
    let life = Life::new().await;
    let (lives, actor) = (&life.world.backend.connection_life, &life.world.actor);
    lives.rename(actor, &life.id, " Sales 2026 ").await.unwrap();
    assert_eq!(life.world.backend.connections.show(actor, &life.id).await.unwrap().name, "Sales 2026");
    assert!(lives.rename(actor, &life.id, "  ").await.is_err());
    lives.pause(actor, &life.id, "cluster is moving").await.unwrap();
    assert!(matches!(life.state().await, ConnectionState::Paused { by, reason, .. }
        if by == "ann@acme.example" && reason == "cluster is moving"));
    assert_eq!(Life::code(&life.preview().await), Some("connection_paused"));
    assert!(life.world.check_again(&life.id).await.outcome.is_good(), "a person may still test it");
    lives.resume(actor, &life.id).await.unwrap();
    assert_eq!(life.state().await, ConnectionState::Live);
    assert_eq!(life.preview().await.state, QueryState::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_cred_02_an_edit_keeps_the_secret_for_the_same_target_only() {
    let life = Life::new().await;
    let (backend, actor) = (&life.world.backend, &life.world.actor);
    let edit = || async { backend.connection_life.edit(actor, &life.id).await.unwrap() };
    let draft = edit().await;
    let shown = backend.connections.draft_show(actor, &draft).await.unwrap();
    assert_eq!((shown.replaces.as_str(), shown.has_password, shown.name.as_str()), (life.id.as_str(), true, "Sales"));
    // Another port, user, host or certificate rule: the secret is asked for again, and goes nowhere.
    let missing = Fault::ConnectionString { fault: StringFault::Missing { part: Part::Password } };
    let host = sample_cluster::cluster::SAMPLE_HOST;
    for other in [
        format!("postgresql://flitch_readonly@{host}:5440/dev"),
        format!("postgresql://writer@{host}:5439/dev"),
        "postgresql://flitch_readonly@evil.example:5439/dev".to_owned(),
        format!("postgresql://flitch_readonly@{host}:5439/dev?sslmode=verify-ca"),
    ] {
        let again = ConnectionForm { draft: edit().await, ..form(&other) };
        assert_eq!(
            backend.connections.draft(actor, again, true).await.unwrap().fault,
            Some(missing.clone()),
            "{other}"
        );
    }
    // The same target under another name keeps it.
    let same = ConnectionForm { draft: draft.clone(), name: "Kept".into(), ..form(shown.connection_string) };
    assert_eq!(backend.connections.draft(actor, same, true).await.unwrap().fault, None);
    assert!(life.world.check_again(&draft).await.outcome.is_good());
    assert_eq!(backend.connections.save(actor, &draft).await, Ok(life.id.clone()));
    let saved = backend.connections.show(actor, &life.id).await.unwrap();
    assert_eq!((saved.name.as_str(), saved.dataset_count > 0), ("Kept", true));
    assert!(saved.last_check.is_some_and(|check| check.outcome.is_good()), "the draft's check is the connection's");
    assert_eq!(life.preview().await.state, QueryState::Done);
    assert_eq!(backend.connections.draft_show(actor, &draft).await.err(), Some(Fault::NotFound), "the draft is gone");

    // From a password to IAM: the sealed password is gone with it.
    let draft = edit().await;
    let iam = iam_form(|form| form.draft = draft.clone());
    assert_eq!(backend.connections.draft(actor, iam, true).await.unwrap().fault, None);
    backend.connections.save(actor, &draft).await.unwrap();
    let row = life.world.shared.store.connection_fetch(&actor.team_id, &actor.member_id, &life.id).await;
    let row = row.unwrap().unwrap();
    assert_eq!((row.method.as_str(), row.secret), ("iam", None));
    assert_eq!(life.preview().await.state, QueryState::Done);
    assert_eq!(life.sample.cloud.ledger.mints().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disconnecting_erases_and_reconnecting_restores() {
    let life = Life::new().await;
    let (backend, actor) = (&life.world.backend, &life.world.actor);
    assert_eq!(life.preview().await.state, QueryState::Done);
    let lives = &backend.connection_life;
    assert_eq!(lives.disconnect(actor, &life.id, "sales").await, Err(Fault::NameMismatch));
    assert_eq!(life.state().await, ConnectionState::Live);
    let open_edit = lives.edit(actor, &life.id).await.unwrap();
    lives.disconnect(actor, &life.id, "Sales").await.unwrap();
    assert!(matches!(life.state().await, ConnectionState::Disconnected { .. }));
    let store = &life.world.shared.store;
    let row = store.connection_fetch(&actor.team_id, &actor.member_id, &life.id).await.unwrap().unwrap();
    assert_eq!((row.secret, row.catalog_read_at), (None, None));
    let kept = store.sealed_list(store::SealedKind::Query, "", 10).await.unwrap();
    assert!(kept.is_empty(), "nor rows that were read");
    assert_eq!(
        backend.connections.draft_show(actor, &open_edit).await.err(),
        Some(Fault::NotFound),
        "nor a copy of it"
    );
    assert_eq!(Life::code(&life.preview().await), Some("reconnect_required"));
    assert!(codes(&life.world.check_again(&life.id).await).contains(&"reconnect_required"));
    let count = backend.datasets.list(actor).await.unwrap().len();
    assert!(count > 0, "the datasets stay");

    let draft = lives.edit(actor, &life.id).await.unwrap();
    let shown = backend.connections.draft_show(actor, &draft).await.unwrap();
    assert!(!shown.has_password);
    let again = ConnectionForm {
        draft: draft.clone(),
        name: "Sales".into(),
        password: Secret::new("Sample-Reader-1"),
        ..form(shown.connection_string)
    };
    assert_eq!(backend.connections.draft(actor, again, true).await.unwrap().fault, None);
    backend.connections.save(actor, &draft).await.unwrap();
    assert_eq!(life.state().await, ConnectionState::Live);
    assert_eq!(life.preview().await.state, QueryState::Done);
    assert_eq!(backend.datasets.list(actor).await.unwrap().len(), count);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_web_08_another_team_reaches_none_of_it_and_removing_takes_all() {
    let life = Life::new().await;
    let (backend, actor) = (&life.world.backend, &life.world.actor);
    let stranger = life.world.stranger().await;
    let (lives, id) = (&backend.connection_life, life.id.as_str());
    assert_eq!(lives.rename(&stranger, id, "x").await, Err(Fault::NotFound));
    assert_eq!(lives.edit(&stranger, id).await.err(), Some(Fault::NotFound));
    assert_eq!(lives.pause(&stranger, id, "x").await, Err(Fault::NotFound));
    assert_eq!(lives.resume(&stranger, id).await, Err(Fault::NotFound));
    assert_eq!(lives.disconnect(&stranger, id, "Sales").await, Err(Fault::NotFound));
    assert_eq!(lives.remove(&stranger, id, "Sales").await, Err(Fault::NotFound));
    // A draft of one's own that says it edits another team's connection: there is no way to make one.
    let draft = lives.edit(actor, id).await.unwrap();
    assert_eq!(backend.connections.save(&stranger, &draft).await, Err(Fault::NotFound));
    assert_eq!(life.preview().await.state, QueryState::Done);

    assert_eq!(lives.remove(actor, id, "").await, Err(Fault::NameMismatch));
    lives.remove(actor, id, "Sales").await.unwrap();
    assert!(backend.connections.list(actor).await.unwrap().is_empty());
    assert!(backend.datasets.list(actor).await.unwrap().is_empty());
    assert_eq!(backend.connections.show(actor, &draft).await.err(), Some(Fault::NotFound));
}
