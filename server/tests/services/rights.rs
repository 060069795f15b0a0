//! Rights against a real PostgreSQL: the generated grants are the least there are, and a table that cannot be seen
//! is explained.

use std::net::SocketAddr;
use std::sync::Arc;

use contract::catalog::{ObjectKind, PickerFilter, Whereabouts};
use contract::dataset::Picks;
use contract::grants;
use testkit::postgres::Database;

use crate::world::{Names, Plan, World, codes, form};

pub async fn world(database: &Database) -> World {
    let at = SocketAddr::from(([127, 0, 0, 1], database.port));
    World::new(Plan {
        names: Arc::new(Names(vec![("localhost", Ok(at))])),
        extra_ca_pem: Some(database.ca_pem.clone()),
        ..Plan::default()
    })
    .await
}

pub fn string(database: &Database, user: &str) -> String {
    format!("postgresql://{user}:Reader-Secret-1@localhost:{}/{}", database.port, database.name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_of_the_least_grants_can_be_left_out() {
    let database = Database::fresh().await;
    database
        .run(
            "create schema \"Sales\"; create schema hr;
             create table \"Sales\".\"order\" (x int); create table \"Sales\".lines (x int);
             create view hr.heads as select 1 as x; create table hr.other (x int)",
        )
        .await;
    let tables = [
        ("Sales", "order", ObjectKind::Table),
        ("Sales", "lines", ObjectKind::Table),
        ("hr", "heads", ObjectKind::View),
    ];
    // Whether each of the tables can be read with these grants, and whether the one that was not asked for can.
    let reads = async |skip: Option<usize>| {
        let user = database.user(&format!("r{}", skip.map_or(9, |at| at)), "Reader-Secret-1").await;
        for (at, line) in grants::least(&user, tables).iter().enumerate() {
            if Some(at) != skip {
                database.run(line).await;
            }
        }
        let url = database.url.replace("flitch:flitch@", &format!("{user}:Reader-Secret-1@"));
        let read = |table: &str| {
            std::process::Command::new("psql")
                .args([url.as_str(), "-AtqX", "-c", &format!("select * from {table}")])
                .output()
                .unwrap()
                .status
                .success()
        };
        assert!(!read("hr.other"), "nothing more than was asked for");
        ["\"Sales\".\"order\"", "\"Sales\".lines", "hr.heads"].map(read)
    };
    assert_eq!(reads(None).await, [true; 3]);
    for skip in 0..grants::least("u", tables).len() {
        assert!(reads(Some(skip)).await.contains(&false), "line {skip} could be left out");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_that_is_not_on_the_list_is_explained() {
    let database = Database::fresh().await;
    let reader = database.user("reader", "Reader-Secret-1").await;
    database
        .run(&format!(
            "create table public.open_table (x int); create table public.closed_table (x int);
             create schema shut; create table shut.inside (x int); grant select on public.open_table to {reader}"
        ))
        .await;
    let world = world(&database).await;
    let view = world.check(form(string(&database, &reader))).await;
    let id = view.connection_id.clone();
    let told = async |search: &str, kind: &str| {
        let filter = PickerFilter { search: search.into(), kind: kind.into(), ..PickerFilter::default() };
        world.backend.datasets.picker(&world.actor, &id, filter).await.unwrap().whereabouts
    };
    let own = |schema: &str, table: &str| (schema.to_owned(), table.to_owned());
    let ((schema, table), shut) = (own("public", "closed_table"), "shut".to_owned());
    assert_eq!(told("open_table", "").await, None);
    assert_eq!(told("closed_table", "").await, Some(Whereabouts::TableClosed { schema, table }));
    assert_eq!(told("SHUT.inside", "").await, Some(Whereabouts::SchemaClosed { schema: shut.clone() }));
    assert_eq!(told("shut.nothing", "").await, Some(Whereabouts::SchemaClosed { schema: shut }));
    assert_eq!(told("nope.x", "").await, Some(Whereabouts::SchemaUnknown { schema: "nope".into() }));
    assert_eq!(told("public.x", "").await, Some(Whereabouts::TableUnknown { table: "public.x".into() }));
    assert_eq!(told("pg_class", "").await, Some(Whereabouts::Hidden { name: "pg_class".into() }));
    let (schema, table) = own("public", "open_table");
    assert_eq!(told("open_table", "view").await, Some(Whereabouts::FilteredOut { schema, table }));

    // Once datasets are picked, only what they lack is a finding.
    assert!(codes(&view).contains(&"schema_denied") && codes(&view).contains(&"table_denied"));
    world.backend.connections.save(&world.actor, &id).await.unwrap();
    let picks = Picks { connection_id: id.clone(), whole_schema: "public".into(), ..Picks::default() };
    assert_eq!(world.backend.datasets.add(&world.actor, picks).await, Ok(1));
    let again = world.check_again(&id).await;
    assert!(codes(&again).contains(&"rights_fit"), "{:?}", again.stages);
    database
        .run(&format!(
            "revoke select on public.open_table from {reader}; grant select on public.closed_table to {reader}"
        ))
        .await;
    let again = world.check_again(&id).await;
    assert!(codes(&again).contains(&"table_denied"), "{:?}", again.stages);
}
