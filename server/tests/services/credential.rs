//! The team credential: bound, lent, replaced all or nothing, removed; and nobody but an admin near it.

use std::time::Duration;

use contract::connection::{ConnectionForm, ConnectionState};
use contract::connection_string::{Part, StringFault};
use contract::credential::{LineState, RotationOutcome, RotationView};
use contract::dataset::Picks;
use contract::fault::Fault;
use contract::finding::Finding;
use contract::query::{Ask, QueryState, QueryView};
use contract::secret::Secret;
use contract::team::{Actor, Role};
use sample_cluster::Quirks;
use testkit::postgres::Database;

use crate::iam::{Sample, iam_form};
use crate::rights;
use crate::world::{World, form};

pub const PASSWORD: &str = "Reader-Secret-1";

/// A team with a credential on a real PostgreSQL, a member, and a connection of the member's that leans on it.
pub struct Lent {
    pub database: Database,
    pub world: World,
    pub reader: String,
    pub member: Actor,
    pub id: String,
    pub datasets: Vec<String>,
}

impl Lent {
    pub async fn new() -> Self {
        let database = Database::fresh().await;
        let reader = database.user("reader", PASSWORD).await;
        database
            .run(&format!(
                "create table public.first (x int); create table public.second (x int);
                 grant select on public.first, public.second to {reader}"
            ))
            .await;
        let world = rights::world(&database).await;
        let member = world.member("bob@acme.example").await;
        let view = world.check(Self::credential(&database, &reader)).await;
        assert!(view.outcome.is_good() && view.is_credential, "{:?}", view.stages);
        world.backend.connections.save(&world.actor, &view.connection_id).await.unwrap();

        let mut lent = Self { database, world, reader, member, id: String::new(), datasets: Vec::new() };
        let bob = lent.member.clone();
        lent.id = lent.leaning(&bob, "Bobs").await;
        let picks = Picks { connection_id: lent.id.clone(), whole_schema: "public".into(), ..Picks::default() };
        assert_eq!(lent.world.backend.datasets.add(&bob, picks).await, Ok(2));
        let datasets = lent.world.backend.datasets.list(&bob).await.unwrap();
        lent.datasets = datasets.into_iter().map(|dataset| dataset.id).collect();
        lent
    }

    fn credential(database: &Database, user: &str) -> ConnectionForm {
        ConnectionForm { is_credential: true, ..form(rights::string(database, user)) }
    }

    /// A saved connection by the team credential.
    async fn leaning(&self, actor: &Actor, name: &str) -> String {
        let backend = &self.world.backend;
        let by_team = ConnectionForm { method: "team".into(), name: name.into(), ..ConnectionForm::default() };
        let draft = backend.connections.draft(actor, by_team, true).await.unwrap();
        assert_eq!(draft.fault, None);
        let started = backend.checks.start(actor, &draft.id).await.unwrap();
        assert!(self.world.ended_for(actor, &started).await.outcome.is_good());
        backend.connections.save(actor, &draft.id).await.unwrap()
    }

    async fn preview(&self, dataset: &str) -> QueryView {
        let queries = &self.world.backend.queries;
        queries.ask_again(&self.member, dataset, Ask::rows()).await.unwrap();
        loop {
            let preview = queries.ask(&self.member, dataset, Ask::rows()).await.unwrap();
            if !preview.state.is_running() {
                return preview;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A draft that replaces the credential by this user.
    pub async fn replacement(&self, user: &str, password: &str) -> String {
        let (backend, admin) = (&self.world.backend, &self.world.actor);
        let draft = backend.credential.edit(admin).await.unwrap();
        let string = rights::string(&self.database, user).replace(PASSWORD, password);
        let again = ConnectionForm { draft: draft.clone(), ..form(string) };
        assert_eq!(backend.connections.draft(admin, again, true).await.unwrap().fault, None);
        draft
    }

    pub async fn tried(&self, draft: &str) -> RotationView {
        let (credential, admin) = (&self.world.backend.credential, &self.world.actor);
        credential.rotation_start(admin, draft).await.unwrap();
        loop {
            let run = credential.rotation(admin, draft).await.unwrap();
            if !run.outcome.is_running() {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn save(&self, draft: &str) -> Result<String, Fault> {
        self.world.backend.connections.save(&self.world.actor, draft).await
    }
}

fn states(run: &RotationView) -> Vec<LineState> {
    run.lines.iter().map(|line| line.state).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_cred_01_a_connection_by_the_credential_leads_where_the_admin_said() {
    let lent = Lent::new().await;
    let (backend, bob) = (&lent.world.backend, &lent.member);
    assert_eq!(lent.preview(&lent.datasets[0]).await.state, QueryState::Done);
    let shown = backend.connections.show(bob, &lent.id).await.unwrap();
    assert!(shown.is_team && shown.target.user == lent.reader);
    let store = &lent.world.shared.store;
    let row = store.connection_fetch(&bob.team_id, &bob.member_id, &lent.id).await.unwrap().unwrap();
    assert_eq!(row.secret, None, "no secret of its own");

    // Whatever else is posted: another host, another user, another way to trust it.
    let aimed = ConnectionForm {
        method: "team".into(),
        connection_string: Secret::new("postgresql://x:y@evil.example:5439/dev"),
        endpoint: "evil.example:5439".into(),
        tls_name: "evil.example".into(),
        ca_certificate: "-----BEGIN CERTIFICATE-----".into(),
        user: "x".into(),
        ..ConnectionForm::default()
    };
    let draft = backend.connections.draft(bob, aimed, true).await.unwrap();
    let row = store.connection_fetch(&bob.team_id, &bob.member_id, &draft.id).await.unwrap().unwrap();
    assert_eq!(
        (row.host.as_str(), row.user_name.as_str(), row.tls_name.as_str()),
        ("localhost", lent.reader.as_str(), "")
    );

    // Editing one that leans: the secret does not come along, to the same place or another.
    let missing = Fault::ConnectionString { fault: StringFault::Missing { part: Part::Password } };
    let edit = backend.connection_life.edit(bob, &lent.id).await.unwrap();
    let started = backend.connections.draft_show(bob, &edit).await.unwrap();
    assert!(!started.has_password);
    for host in ["localhost", "evil.example"] {
        let own = ConnectionForm { draft: edit.clone(), ..form(started.connection_string.replace("localhost", host)) };
        assert_eq!(backend.connections.draft(bob, own, true).await.unwrap().fault, Some(missing.clone()), "{host}");
    }
    assert_eq!(backend.connections.save(bob, &edit).await, Err(Fault::NotFound));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_web_09_only_an_admin_comes_near_it_and_nobody_reads_it_back() {
    let lent = Lent::new().await;
    let (backend, bob, admin) = (&lent.world.backend, &lent.member, &lent.world.actor);
    let credential = &backend.credential;
    let draft = lent.replacement(&lent.reader, PASSWORD).await;
    let shown = credential.show(admin).await.unwrap();
    let id = shown.credential.as_ref().unwrap().id.clone();
    assert_eq!(credential.show(bob).await.err(), Some(Fault::NotAdmin));
    assert_eq!(credential.edit(bob).await.err(), Some(Fault::NotAdmin));
    assert_eq!(credential.remove(bob, "x").await, Err(Fault::NotAdmin));
    assert_eq!(credential.rotation_start(bob, &draft).await, Err(Fault::NotAdmin));
    assert_eq!(credential.rotation(bob, &draft).await.err(), Some(Fault::NotAdmin));
    let own = Lent::credential(&lent.database, &lent.reader);
    assert_eq!(backend.connections.draft(bob, own, true).await.err(), Some(Fault::NotAdmin));
    // As if it were a connection: it is none, for the admin neither.
    for actor in [bob, admin] {
        assert_eq!(backend.connections.show(actor, &id).await.err(), Some(Fault::NotFound));
        assert_eq!(backend.connection_life.edit(actor, &id).await.err(), Some(Fault::NotFound));
        assert_eq!(backend.datasets.catalog_read(actor, &id, "").await, Err(Fault::NotFound));
        assert!(backend.connections.list(actor).await.unwrap().iter().all(|connection| connection.id != id));
    }
    assert_eq!(backend.checks.start(bob, &id).await.err(), Some(Fault::NotFound));
    assert!(lent.world.check_again(&id).await.outcome.is_good(), "an admin may check it");
    // An admin who is one no more.
    let demoted = Actor { role: Role::Member, ..admin.clone() };
    assert_eq!(backend.connections.save(&demoted, &draft).await, Err(Fault::NotFound));
    assert_eq!(backend.checks.start(&demoted, &draft).await.err(), Some(Fault::NotFound));

    let told = serde_json::to_string(&(shown, backend.connections.draft_show(admin, &draft).await.unwrap())).unwrap();
    assert!(!told.contains(PASSWORD));
    let second = lent.world.check(Lent::credential(&lent.database, &lent.reader)).await;
    assert_eq!(lent.save(&second.connection_id).await, Err(Fault::CredentialExists));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_cred_02_the_credential_asks_for_its_secret_again_elsewhere() {
    let lent = Lent::new().await;
    let (backend, admin) = (&lent.world.backend, &lent.world.actor);
    let missing = Fault::ConnectionString { fault: StringFault::Missing { part: Part::Password } };
    let draft = backend.credential.edit(admin).await.unwrap();
    let shown = backend.connections.draft_show(admin, &draft).await.unwrap();
    assert!(shown.has_password && shown.is_credential);
    let kept = ConnectionForm { draft: draft.clone(), ..form(shown.connection_string.clone()) };
    assert_eq!(backend.connections.draft(admin, kept, true).await.unwrap().fault, None);
    let elsewhere = [
        ConnectionForm { tls_name: "other.example".into(), ..form(shown.connection_string.clone()) },
        form(shown.connection_string.replace("localhost", "evil.example")),
        form(format!("{}2", shown.connection_string)),
    ];
    for form in elsewhere {
        let draft = backend.credential.edit(admin).await.unwrap();
        let moved = ConnectionForm { draft, ..form };
        assert_eq!(backend.connections.draft(admin, moved, true).await.unwrap().fault, Some(missing.clone()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replacement_that_would_break_something_changes_nothing() {
    let lent = Lent::new().await;
    let other = lent.database.user("other", PASSWORD).await;
    lent.database.run(&format!("grant select on public.first to {other}")).await;
    let draft = lent.replacement(&other, PASSWORD).await;
    assert_eq!(lent.save(&draft).await, Err(Fault::DryRunNeeded), "it was not tried");
    let run = lent.tried(&draft).await;
    assert_eq!((run.outcome, states(&run)), (RotationOutcome::Breaks, vec![LineState::Reads, LineState::Breaks]));
    assert_eq!(run.lines[1].finding.as_ref().map(Finding::code), Some("table_denied"));
    assert_eq!(lent.save(&draft).await, Err(Fault::DryRunNeeded));
    let shown = lent.world.backend.connections.show(&lent.member, &lent.id).await.unwrap();
    assert_eq!(shown.target.user, lent.reader);
    assert_eq!(lent.preview(&lent.datasets[1]).await.state, QueryState::Done);

    // With the right that was missing it is tried again, and switches everything at once.
    lent.database.run(&format!("grant select on public.second to {other}")).await;
    let run = lent.tried(&draft).await;
    assert_eq!(run.outcome, RotationOutcome::Good);
    lent.save(&draft).await.unwrap();
    let shown = lent.world.backend.connections.show(&lent.member, &lent.id).await.unwrap();
    assert_eq!((shown.target.user.as_str(), shown.dataset_count), (other.as_str(), 2));
    assert_eq!(lent.preview(&lent.datasets[1]).await.state, QueryState::Done);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_holds_for_what_it_tried_and_nothing_else() {
    let lent = Lent::new().await;
    let draft = lent.replacement(&lent.reader, PASSWORD).await;
    assert_eq!(lent.tried(&draft).await.outcome, RotationOutcome::Good);
    // Another password was typed since.
    let string = rights::string(&lent.database, &lent.reader).replace(PASSWORD, "Other-Secret-1");
    let again = ConnectionForm { draft: draft.clone(), ..form(string) };
    lent.world.backend.connections.draft(&lent.world.actor, again, true).await.unwrap();
    assert!(lent.world.backend.credential.rotation(&lent.world.actor, &draft).await.unwrap().is_outdated);
    assert_eq!(lent.save(&draft).await, Err(Fault::DryRunNeeded));
    let run = lent.tried(&draft).await;
    assert_eq!(
        (run.outcome, run.finding.as_ref().map(Finding::code)),
        (RotationOutcome::Failed, Some("password_refused"))
    );
    assert_eq!(lent.save(&draft).await, Err(Fault::DryRunNeeded));

    // A dataset was added since.
    let draft = lent.replacement(&lent.reader, PASSWORD).await;
    assert_eq!(lent.tried(&draft).await.outcome, RotationOutcome::Good);
    lent.database
        .run(&format!("create table public.third (x int); grant select on public.third to {}", lent.reader))
        .await;
    let second = lent.leaning(&lent.member, "Another").await;
    let picks = Picks { connection_id: second, whole_schema: "public".into(), ..Picks::default() };
    lent.world.backend.datasets.add(&lent.member, picks).await.unwrap();
    assert_eq!(lent.save(&draft).await, Err(Fault::DryRunNeeded));
    assert_eq!(lent.tried(&draft).await.lines.len(), 5);
    lent.save(&draft).await.unwrap();

    // Somebody else replaced it since.
    let (first, second) =
        (lent.replacement(&lent.reader, PASSWORD).await, lent.replacement(&lent.reader, PASSWORD).await);
    assert_eq!(lent.tried(&first).await.outcome, RotationOutcome::Good);
    assert_eq!(lent.tried(&second).await.outcome, RotationOutcome::Good);
    lent.save(&second).await.unwrap();
    assert_eq!(lent.save(&first).await, Err(Fault::DryRunNeeded));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_broken_already_keeps_nobody_from_replacing() {
    let lent = Lent::new().await;
    lent.database.run("drop table public.second").await;
    lent.database.run(&format!("alter role {} password 'Fresh-Secret-1'", lent.reader)).await;
    assert_eq!(lent.preview(&lent.datasets[0]).await.state, QueryState::Failed);
    let draft = lent.replacement(&lent.reader, "Fresh-Secret-1").await;
    let run = lent.tried(&draft).await;
    assert_eq!((run.outcome, states(&run)), (RotationOutcome::Good, vec![LineState::Reads, LineState::BrokenBefore]));
    lent.save(&draft).await.unwrap();
    assert_eq!(lent.preview(&lent.datasets[0]).await.state, QueryState::Done);
}

/// A table that is locked for a while answers neither credential: that proves nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_told_keeps_the_credential_as_it_is() {
    let lent = Lent::new().await;
    let other = lent.database.user("other", PASSWORD).await;
    lent.database.run(&format!("grant select on public.first to {other}")).await;
    let draft = lent.replacement(&other, PASSWORD).await;
    let lock = lent.database.run("begin; lock table public.second in access exclusive mode; select pg_sleep(45)");
    let run = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        lent.tried(&draft).await
    };
    // The lock outlasts both tries, and is let go with this future.
    let run = tokio::select! {
        run = run => run,
        _ = lock => panic!("the lock ended first"),
    };
    assert_eq!((run.outcome, states(&run)), (RotationOutcome::Breaks, vec![LineState::Reads, LineState::Unclear]));
    assert_eq!(lent.save(&draft).await, Err(Fault::DryRunNeeded));
}

/// Whoever edits while somebody else erases: the erased secret does not come back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erased_secret_is_in_no_draft_that_came_late() {
    let lent = std::sync::Arc::new(Lent::new().await);
    for round in 0..10 {
        let form = ConnectionForm { name: "Own".into(), ..form(rights::string(&lent.database, &lent.reader)) };
        let own = lent.world.check(form).await.connection_id;
        lent.save(&own).await.unwrap();
        let editing = tokio::spawn({
            let (lent, own) = (std::sync::Arc::clone(&lent), own.clone());
            async move {
                let mut drafts = Vec::new();
                for _ in 0..30 {
                    let life = &lent.world.backend.connection_life;
                    drafts.extend(life.edit(&lent.world.actor, &own).await);
                }
                drafts
            }
        });
        tokio::time::sleep(Duration::from_millis(round * 3)).await;
        let (backend, admin) = (&lent.world.backend, &lent.world.actor);
        backend.connection_life.disconnect(admin, &own, "Own").await.unwrap();
        for draft in editing.await.unwrap() {
            if let Ok(shown) = backend.connections.draft_show(admin, &draft).await {
                assert!(!shown.has_password, "round {round}");
                assert_eq!(backend.connections.save(admin, &draft).await, Err(Fault::NotFound));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_cred_05_without_the_credential_nothing_is_read_and_nothing_is_lost() {
    let lent = Lent::new().await;
    let (backend, admin, bob) = (&lent.world.backend, &lent.world.actor, &lent.member);
    let name = backend.credential.show(admin).await.unwrap().credential.unwrap().name;
    let half_filled = ConnectionForm { method: "team".into(), ..ConnectionForm::default() };
    let half_filled = backend.connections.draft(bob, half_filled, true).await.unwrap().id;
    assert_eq!(backend.credential.remove(admin, "another").await, Err(Fault::NameMismatch));
    backend.credential.remove(admin, &name).await.unwrap();
    let shown = backend.connections.show(bob, &lent.id).await.unwrap();
    assert!(matches!(shown.state, ConnectionState::Disconnected { .. }) && !shown.is_team && shown.dataset_count == 2);
    let preview = lent.preview(&lent.datasets[0]).await;
    assert_eq!(preview.finding.as_ref().map(Finding::code), Some("reconnect_required"));
    assert_eq!(backend.connections.draft_show(bob, &half_filled).await.err(), Some(Fault::NotFound));
    let by_team = || ConnectionForm { method: "team".into(), ..ConnectionForm::default() };
    assert_eq!(backend.connections.draft(bob, by_team(), true).await.err(), Some(Fault::NoTeamCredential));

    // With a password of its own it reads again; with a new credential it switches back; the datasets stay throughout.
    let own = form(rights::string(&lent.database, &lent.reader));
    for form in [own, by_team()] {
        if form.method == "team" {
            let view = lent.world.check(Lent::credential(&lent.database, &lent.reader)).await;
            lent.save(&view.connection_id).await.unwrap();
        }
        let is_team = form.method == "team";
        let edit = backend.connection_life.edit(bob, &lent.id).await.unwrap();
        let again = ConnectionForm { draft: edit.clone(), name: "Bobs".into(), ..form };
        assert_eq!(backend.connections.draft(bob, again, true).await.unwrap().fault, None);
        assert_eq!(backend.connections.save(bob, &edit).await, Ok(lent.id.clone()));
        let shown = backend.connections.show(bob, &lent.id).await.unwrap();
        assert_eq!((shown.is_team, shown.dataset_count), (is_team, 2));
        let row =
            lent.world.shared.store.connection_fetch(&bob.team_id, &bob.member_id, &lent.id).await.unwrap().unwrap();
        assert_eq!(row.secret.is_none(), is_team);
        assert_eq!(lent.preview(&lent.datasets[0]).await.state, QueryState::Done);
    }
}

/// U9: one entry for each decision about the credential, by name and without a value.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_decision_about_the_credential_is_recorded_once() {
    let lent = Lent::new().await;
    let draft = lent.replacement(&lent.reader, PASSWORD).await;
    assert_eq!(lent.save(&draft).await, Err(Fault::DryRunNeeded));
    assert_eq!(lent.tried(&draft).await.outcome, RotationOutcome::Good);
    lent.save(&draft).await.unwrap();
    let (backend, admin) = (&lent.world.backend, &lent.world.actor);
    let name = backend.credential.show(admin).await.unwrap().credential.unwrap().name;
    backend.credential.remove(admin, &name).await.unwrap();
    let log = backend.audit.page(admin, Default::default()).await.unwrap().entries;
    let codes = log.iter().rev().map(|entry| entry.action.as_str());
    let codes: Vec<_> = codes.filter(|code| code.starts_with("team_credential")).collect();
    let expected =
        ["team_credential_stored", "team_credential_tried", "team_credential_replaced", "team_credential_removed"];
    assert_eq!(codes, expected);
    assert!(!backend.audit.csv(admin, Default::default()).await.unwrap().contains(PASSWORD));
}

/// The credential is the team's: it outlives whoever typed it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_credential_stays_when_its_admin_goes() {
    let lent = Lent::new().await;
    let (backend, ann) = (&lent.world.backend, &lent.world.actor);
    backend.members.set_role(ann, &lent.member.member_id, Role::Admin).await.unwrap();
    let bob = Actor { role: Role::Admin, ..lent.member.clone() };
    backend.members.remove(&bob, &ann.member_id).await.unwrap();
    let shown = backend.credential.show(&bob).await.unwrap().credential.unwrap();
    assert!(shown.has_left && shown.set_by.is_empty());
    assert_eq!(lent.preview(&lent.datasets[0]).await.state, QueryState::Done);
}

/// Every query is entirely of before or entirely of after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_cred_06_queries_run_through_a_replacement() {
    let lent = std::sync::Arc::new(Lent::new().await);
    let other = lent.database.user("other", PASSWORD).await;
    lent.database.run(&format!("grant select on public.first, public.second to {other}")).await;
    let reading = tokio::spawn({
        let lent = std::sync::Arc::clone(&lent);
        async move {
            let mut ended = Vec::new();
            for turn in 0..20 {
                ended.push(lent.preview(&lent.datasets[turn % 2]).await);
            }
            ended
        }
    });
    for user in [&other, &lent.reader, &other] {
        let draft = lent.replacement(user, PASSWORD).await;
        assert_eq!(lent.tried(&draft).await.outcome, RotationOutcome::Good);
        lent.save(&draft).await.unwrap();
    }
    for preview in reading.await.unwrap() {
        assert_eq!(preview.state, QueryState::Done, "{:?}", preview.finding);
    }
    let shown = lent.world.backend.connections.show(&lent.member, &lent.id).await.unwrap();
    assert_eq!(shown.target.user, other);
}

/// By AWS IAM nothing is stored at all, and each person's query mints its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_by_iam_mints_for_whoever_reads() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let bob = world.member("bob@acme.example").await;
    let view = world.check(iam_form(|form| form.is_credential = true)).await;
    assert!(view.outcome.is_good(), "{:?}", view.stages);
    world.backend.connections.save(&world.actor, &view.connection_id).await.unwrap();
    let by_team = ConnectionForm { method: "team".into(), ..ConnectionForm::default() };
    let draft = world.backend.connections.draft(&bob, by_team, true).await.unwrap();
    let started = world.backend.checks.start(&bob, &draft.id).await.unwrap();
    let view = world.ended_for(&bob, &started).await;
    assert!(view.outcome.is_good() && view.stages.len() == 12, "{:?}", view.stages);
    let id = world.backend.connections.save(&bob, &draft.id).await.unwrap();
    let shown = world.backend.connections.show(&bob, &id).await.unwrap();
    assert_eq!((shown.is_team, shown.mints.unwrap().today), (true, 1));

    // A draft that was written just as the credential went: nothing is minted for it.
    let store = &world.shared.store;
    let name = world.backend.credential.show(&world.actor).await.unwrap().credential.unwrap().name;
    let late = world.backend.connection_life.edit(&bob, &id).await.unwrap();
    let late = store.connection_fetch(&bob.team_id, &bob.member_id, &late).await.unwrap().unwrap();
    world.backend.credential.remove(&world.actor, &name).await.unwrap();
    assert!(store.draft_put(&late).await.unwrap());
    let started = world.backend.checks.start(&bob, &late.id).await.unwrap();
    let view = world.ended_for(&bob, &started).await;
    assert!(crate::world::codes(&view).contains(&"reconnect_required"), "{:?}", view.stages);
    assert_eq!(sample.cloud.ledger.mints().len(), 2, "the admin's check and bob's, before");
}

/// O-WEB-08 for the credential: another team's admin reaches none of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_web_08_another_teams_admin_reaches_none_of_it() {
    let lent = Lent::new().await;
    let backend = &lent.world.backend;
    let stranger = lent.world.stranger().await;
    let draft = lent.replacement(&lent.reader, PASSWORD).await;
    let id = backend.credential.show(&lent.world.actor).await.unwrap().credential.unwrap().id;
    let shown = backend.credential.show(&stranger).await.unwrap();
    assert!(shown.credential.is_none() && shown.connections.is_empty());
    assert_eq!(backend.credential.edit(&stranger).await.err(), Some(Fault::NoTeamCredential));
    assert_eq!(backend.credential.rotation(&stranger, &draft).await.err(), Some(Fault::NoTeamCredential));
    assert_eq!(backend.checks.start(&stranger, &id).await.err(), Some(Fault::NotFound));
    assert_eq!(backend.checks.start(&stranger, &draft).await.err(), Some(Fault::NotFound));
    assert_eq!(backend.connections.save(&stranger, &draft).await, Err(Fault::NotFound));
    let by_team = ConnectionForm { method: "team".into(), ..ConnectionForm::default() };
    assert_eq!(backend.connections.draft(&stranger, by_team, true).await.err(), Some(Fault::NoTeamCredential));
}
