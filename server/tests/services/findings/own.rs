//! Failures of Flitch's own.

use contract::check::Stage;
use contract::finding::Finding;
use sample_cluster::Quirks;

use super::{READER, Seen, claim, sample_named, url, world_to};
use crate::world::{Plan, codes, form};

pub const PROVOKED: &[&str] = &["connection_paused", "internal", "reconnect_required", "secret_unreadable"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_failures_are_said() {
    let seen = &mut Seen::new();
    let (cluster, world) = sample_named(Quirks::default()).await;
    let string = || form(url(READER, cluster.address(), "dev"));
    let saved = world.backend.connections.draft(&world.actor, string(), true).await.unwrap();

    // The same store, under other keys.
    let other = world.restarted(Plan::default());
    let started = other.backend.checks.start(&world.actor, &saved.id).await.unwrap();
    let view = world.ended(&started).await;
    assert!(codes(&view).contains(&"secret_unreadable"), "{:?}", view.stages);
    seen.extend(codes(&view));

    // What somebody did to the connection.
    let id = saved.id.clone();
    world.backend.connections.save(&world.actor, &id).await.unwrap();
    world.backend.connection_life.pause(&world.actor, &id, "moving").await.unwrap();
    seen.extend(world.list_again(&id, "").await.finding.as_ref().map(Finding::code));
    let name = world.backend.connections.show(&world.actor, &id).await.unwrap().name;
    world.backend.connection_life.disconnect(&world.actor, &id, &name).await.unwrap();
    seen.extend(codes(&world.check_again(&id).await));

    let broken = Some("-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n".to_owned());
    world_to(cluster.address(), broken).await.expect(seen, string(), Stage::Tls, "internal").await;
    claim(seen, PROVOKED);
}
