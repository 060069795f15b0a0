//! Signing in: who is let in, how, and why not.

use contract::check::Stage;
use sample_cluster::Quirks;

use super::{READER, Seen, claim, sample_named, url};
use crate::world::form;

pub const PROVOKED: &[&str] = &[
    "is_redshift",
    "no_table_visible",
    "password_refused",
    "read_only_not_proven",
    "read_only_proven",
    "sign_in_unsupported",
    "signed_in",
    "ssl_required",
    "string_read",
    "too_many_connections",
    "unknown_database",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ins_end_in_their_own_words() {
    let seen = &mut Seen::new();
    let (cluster, world) = sample_named(Quirks::default()).await;
    let at = cluster.address();
    for who in [READER, "reader_sha256:Sample-Reader-2", "reader_clear:Sample-Reader-3"] {
        world.expect(seen, form(url(who, at, "dev")), Stage::Tables, "table_read").await;
    }
    world.expect(seen, form(url("flitch_readonly:wrong", at, "dev")), Stage::SignIn, "password_refused").await;
    world.expect(seen, form(url("nobody:wrong", at, "dev")), Stage::SignIn, "password_refused").await;
    world.expect(seen, form(url(READER, at, "nope")), Stage::SignIn, "unknown_database").await;
    world.expect(seen, form(url(READER, at, "empty")), Stage::Database, "no_table_visible").await;
    world.expect(seen, form(url(READER, at, "dev?sslmode=disable")), Stage::Tls, "tls_off").await;

    let (cluster, world) = sample_named(Quirks { requires_tls: true, ..Quirks::default() }).await;
    let plain = form(url(READER, cluster.address(), "dev?sslmode=disable"));
    world.expect(seen, plain, Stage::SignIn, "ssl_required").await;

    let (cluster, world) = sample_named(Quirks { max_sessions: 0, ..Quirks::default() }).await;
    world.expect(seen, form(url(READER, cluster.address(), "dev")), Stage::SignIn, "too_many_connections").await;

    let (cluster, world) = sample_named(Quirks { asks_for_token: true, ..Quirks::default() }).await;
    world.expect(seen, form(url(READER, cluster.address(), "dev")), Stage::SignIn, "sign_in_unsupported").await;

    let (cluster, world) = sample_named(Quirks { is_redshift: false, ..Quirks::default() }).await;
    world.expect(seen, form(url(READER, cluster.address(), "dev")), Stage::SignIn, "not_redshift").await;

    let (cluster, world) = sample_named(Quirks { ignores_read_only: true, ..Quirks::default() }).await;
    world.expect(seen, form(url(READER, cluster.address(), "dev")), Stage::ReadOnly, "read_only_not_proven").await;
    claim(seen, PROVOKED);
}
