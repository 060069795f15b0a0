//! U9 of the catalogue: one record of each decision, with who, what, to what, and the outcome.

use contract::audit::{Action, AuditQuery};
use contract::dataset::Picks;
use contract::fault::Fault;
use contract::query::Ask;
use contract::secret::Secret;
use contract::team::{Actor, Role, SignInForm};
use sample_cluster::Quirks;

use crate::iam::{Sample, iam_form};
use crate::world::World;

async fn log(world: &World, query: AuditQuery) -> Vec<(Action, String, String, bool)> {
    let page = world.backend.audit.page(&world.actor, query).await.unwrap();
    page.entries.into_iter().rev().map(|entry| (entry.action, entry.who, entry.named, entry.is_refused)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_decision_is_recorded_once() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let sign_in = |password: &str| {
        let form = SignInForm { email: "ann@acme.example".into(), password: Secret::new(password) };
        world.backend.sessions.sign_in(form, "10.1.1.1")
    };
    assert!(sign_in("wrong wrong wrong").await.is_err());
    let token = loop {
        // The refusal is written down after its answer.
        if log(&world, AuditQuery::default()).await.len() == 2 {
            break sign_in("correct horse battery").await.unwrap();
        }
        tokio::task::yield_now().await;
    };
    world.backend.sessions.sign_out(&world.actor, &token.0).await.unwrap();
    let view = world.check(iam_form(|form| form.name = "Sales".into())).await;
    let id = view.connection_id;
    world.backend.connections.save(&world.actor, &id).await.unwrap();
    let picks = Picks { connection_id: id.clone(), whole_schema: "reporting".into(), ..Picks::default() };
    world.backend.datasets.add(&world.actor, picks).await.unwrap();
    let dataset = world.backend.datasets.list(&world.actor).await.unwrap().remove(0);
    world.backend.queries.ask(&world.actor, &dataset.id, Ask::rows()).await.unwrap();
    world.backend.queries.ask(&world.actor, &dataset.id, Ask::rows()).await.unwrap();
    world.backend.datasets.remove(&world.actor, &dataset.id).await.unwrap();

    let named = format!("{}.{}", dataset.schema, dataset.name);
    let of = |action, named: &str, is_refused| (action, "ann@acme.example".to_owned(), named.to_owned(), is_refused);
    let expected = [
        of(Action::TeamFounded, "Acme", false),
        of(Action::SignInRefused, "", true),
        of(Action::SignedIn, "", false),
        of(Action::SignedOut, "", false),
        of(Action::ConnectionChecked, "Sales", false),
        of(Action::ConnectionSaved, "Sales", false),
        of(Action::DatasetsAdded, "Sales: 3", false),
        of(Action::CredentialUsed, &named, false),
        of(Action::DatasetRemoved, &named, false),
    ];
    assert_eq!(log(&world, AuditQuery::default()).await, expected);
    let query = AuditQuery { action: "credential_used".into(), search: "ANN@".into(), before: 0 };
    assert_eq!(log(&world, query).await, [of(Action::CredentialUsed, &named, false)]);

    let csv = world.backend.audit.csv(&world.actor, AuditQuery::default()).await.unwrap();
    assert_eq!(csv.lines().count(), 10);
    assert!(csv.contains(",\"ann@acme.example\",\"connection_saved\","), "{csv}");
    let member = Actor { role: Role::Member, ..world.actor.clone() };
    assert_eq!(world.backend.audit.page(&member, AuditQuery::default()).await, Err(Fault::NotAdmin));
    assert_eq!(world.backend.audit.csv(&member, AuditQuery::default()).await, Err(Fault::NotAdmin));
    let stranger = world.stranger().await;
    assert!(world.backend.audit.page(&stranger, AuditQuery::default()).await.unwrap().entries.is_empty());
}
