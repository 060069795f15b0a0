//! What a user may do: too little, too much.

use std::sync::Arc;

use contract::check::Stage;
use redshift::Limits;
use sample_cluster::Quirks;

use super::{READER, Seen, claim, local, sample_named, url};
use crate::world::{Plan, World, form};

pub const PROVOKED: &[&str] = &[
    "catalog_cut",
    "database_read",
    "no_schema_visible",
    "no_table_readable",
    "schema_denied",
    "schema_unlisted",
    "table_denied",
    "table_read",
    "user_can_write",
    "user_is_superuser",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rights_are_compared() {
    let seen = &mut Seen::new();
    let (cluster, world) =
        sample_named(Quirks { hides_external_tables: Arc::new(true.into()), ..Quirks::default() }).await;
    let at = cluster.address();
    world.expect(seen, form(url(READER, at, "dev")), Stage::Rights, "schema_denied").await;
    world.expect(seen, form(url(READER, at, "dev")), Stage::Rights, "table_denied").await;
    world.expect(seen, form(url(READER, at, "dev")), Stage::Database, "schema_unlisted").await;
    world.expect(seen, form(url("writer:Sample-Writer-1", at, "dev")), Stage::Rights, "user_can_write").await;
    world.expect(seen, form(url("admin:Sample-Admin-1", at, "dev")), Stage::Rights, "user_is_superuser").await;
    world.expect(seen, form(url("stranger:Sample-Stranger-1", at, "dev")), Stage::Database, "no_schema_visible").await;
    world.expect(seen, form(url("locked_out:Sample-Locked-1", at, "dev")), Stage::Tables, "no_table_readable").await;

    let small = Plan {
        names: local(at),
        extra_ca_pem: Some(cluster.ca_pem().to_owned()),
        catalog_limits: Limits { rows: 6, ..Limits::CATALOG },
        ..Plan::default()
    };
    World::new(small).await.expect(seen, form(url(READER, at, "dev")), Stage::Database, "catalog_cut").await;
    claim(seen, PROVOKED);
}
