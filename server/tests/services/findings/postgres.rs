//! A real PostgreSQL: rights that fit, a refused database, a table that goes, a view that fails.

use std::net::SocketAddr;
use std::time::Duration;

use contract::catalog::PickerFilter;
use contract::check::{CheckOutcome, Stage};
use contract::dataset::Picks;
use contract::query::Ask;
use testkit::postgres::Database;

use super::{Seen, claim, url, world_to};
use crate::world::{codes, form};

pub const PROVOKED: &[&str] =
    &["access_refused", "not_redshift", "rights_fit", "rights_unknown", "server_said", "table_empty", "table_gone"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_postgres_says_its_own() {
    let seen = &mut Seen::new();
    let database = Database::fresh().await;
    let reader = database.user("reader", "Reader-Secret-1").await;
    let stranger = database.user("stranger", "Stranger-Secret-1").await;
    database
        .run(&format!(
            "revoke all on database {0} from public; grant connect on database {0} to {reader};
             create table public.kept (x int); insert into public.kept values (1);
             create table public.dropped (x int);
             create view public.failing as select 1 / x as y from (select 0 as x offset 0) s;
             grant select on all tables in schema public to {reader}",
            database.name
        ))
        .await;
    let ca = || Some(database.ca_pem.clone());
    let at = SocketAddr::from(([127, 0, 0, 1], database.port));
    let world = world_to(at, ca()).await;
    let to = |who: String| form(url(&who, at, &database.name));
    world.expect(seen, to(format!("{stranger}:Stranger-Secret-1")), Stage::SignIn, "access_refused").await;

    let view = world.check(to(format!("{reader}:Reader-Secret-1"))).await;
    assert_eq!(view.outcome, CheckOutcome::Warned, "{:?}", view.stages);
    seen.extend(codes(&view));
    assert!(codes(&view).contains(&"rights_fit"));

    let id = view.connection_id.clone();
    world.backend.connections.save(&world.actor, &id).await.unwrap();
    let picks = Picks { connection_id: id.clone(), whole_schema: "public".into(), ..Picks::default() };
    assert_eq!(world.backend.datasets.add(&world.actor, picks).await, Ok(3));
    database.run("drop table public.dropped").await;
    for dataset in world.backend.datasets.list(&world.actor).await.unwrap() {
        let preview = loop {
            let preview = world.backend.queries.ask(&world.actor, &dataset.id, Ask::rows()).await.unwrap();
            if !preview.state.is_running() {
                break preview;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let code = preview.finding.as_ref().map(contract::finding::Finding::code);
        let expected = match dataset.name.as_str() {
            "dropped" => Some("table_gone"),
            "failing" => Some("server_said"),
            _ => None,
        };
        assert_eq!(code, expected, "{}", dataset.name);
        seen.extend(code);
    }
    let picker = world.backend.datasets.picker(&world.actor, &id, PickerFilter::default()).await.unwrap();
    assert_eq!(picker.object_count, 3);

    // Rights that cannot be looked up are not said to fit, and an empty table has no row that was read.
    let bare = Database::fresh().await;
    let reader = bare.user("reader", "Reader-Secret-1").await;
    bare.run(&format!(
        "create table public.bare (x int); grant select on public.bare to {reader};
         revoke execute on function pg_catalog.has_table_privilege(oid, text) from public"
    ))
    .await;
    let world = world_to(SocketAddr::from(([127, 0, 0, 1], bare.port)), Some(bare.ca_pem.clone())).await;
    let view = world.check(form(url(&format!("{reader}:Reader-Secret-1"), at, &bare.name))).await;
    assert!(!codes(&view).contains(&"rights_fit"), "{:?}", view.stages);
    seen.extend(codes(&view));

    // What somebody else put before the system's functions is not what Flitch calls.
    let fooled = Database::fresh().await;
    let reader = fooled.user("reader", "Reader-Secret-1").await;
    fooled
        .run(&format!(
            "create table public.secret (x int); grant select, insert on public.secret to {reader};
             create function public.has_table_privilege(oid, text) returns boolean language sql as 'select false';
             alter role {reader} set search_path = public, pg_catalog; alter role {reader} set datestyle = 'SQL, DMY'"
        ))
        .await;
    let world = world_to(SocketAddr::from(([127, 0, 0, 1], fooled.port)), Some(fooled.ca_pem.clone())).await;
    let view = world.check(form(url(&format!("{reader}:Reader-Secret-1"), at, &fooled.name))).await;
    assert!(codes(&view).contains(&"user_can_write"), "{:?}", view.stages);
    claim(seen, PROVOKED);
}
