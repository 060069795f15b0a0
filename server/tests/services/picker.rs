//! The picker over large and broken catalogs.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use contract::catalog::{Picker, PickerFilter};
use contract::dataset::Picks;
use contract::object_name::ObjectName;
use sample_cluster::{Cluster, Options, Quirks};
use testkit::postgres::Database;

use crate::world::{Names, Plan, World, codes, form};

async fn world(at: SocketAddr, ca_pem: &str) -> World {
    World::new(Plan {
        names: Arc::new(Names(vec![("localhost", Ok(at))])),
        extra_ca_pem: Some(ca_pem.to_owned()),
        ..Plan::default()
    })
    .await
}

impl World {
    async fn picker(&self, connection_id: &str, filter: PickerFilter) -> Picker {
        self.backend.datasets.picker(&self.actor, connection_id, filter).await.unwrap()
    }

    /// Reads the list again, or one schema of it, and waits for the end.
    pub async fn list_again(&self, connection_id: &str, schema: &str) -> Picker {
        self.backend.datasets.catalog_read(&self.actor, connection_id, schema).await.unwrap();
        loop {
            let filter = PickerFilter { schema: schema.to_owned(), ..PickerFilter::default() };
            let picker = self.picker(connection_id, filter).await;
            if !picker.is_reading {
                return picker;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_external_schema_that_was_not_listed_is_listed_alone() {
    let is_broken = Arc::new(AtomicBool::new(true));
    let quirks = Quirks { hides_external_tables: Arc::clone(&is_broken), ..Quirks::default() };
    let cluster = Cluster::start(Options { sales: 100, quirks, ..Options::default() }).await.unwrap();
    let world = world(cluster.address(), cluster.ca_pem()).await;
    let port = cluster.address().port();
    let string = format!("postgresql://flitch_readonly:Sample-Reader-1@localhost:{port}/dev");
    let view = world.check(form(string)).await;
    assert!(codes(&view).contains(&"schema_unlisted"), "{:?}", codes(&view));
    let id = view.connection_id;
    let before = world.picker(&id, PickerFilter::default()).await;

    let failed = world.list_again(&id, "spectrum").await;
    assert!(failed.finding.is_some(), "its role is still broken, and that is said");
    assert!(failed.schemas[0].is_unlisted);

    is_broken.store(false, Ordering::Relaxed);
    let listed = world.list_again(&id, "spectrum").await;
    assert_eq!(listed.finding, None);
    assert!(!listed.schemas[0].is_unlisted);
    assert_eq!(listed.schemas[0].objects.len(), 1);
    assert_eq!(listed.object_count, before.object_count + 1, "the other schemas keep theirs");

    // A schema that is listed is not read in this way: its rights would be lost.
    let local = world.list_again(&id, "public").await;
    let payroll = local.schemas[0].objects.iter().find(|object| object.name == "payroll").unwrap();
    assert!(!payroll.is_readable);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_catalog_comes_as_schemas_and_ticks_outlive_a_new_list() {
    let database = Database::fresh().await;
    let reader = database.user("reader", "Reader-Secret-1").await;
    let mut made = String::new();
    for schema in 0..3 {
        made += &format!("create schema s{schema}; grant usage on schema s{schema} to {reader};");
        for table in 0..90 {
            made += &format!("create table s{schema}.t{table} (x int);");
        }
    }
    made += &format!("grant select on all tables in schema s0, s1 to {reader}");
    database.run(&made).await;
    let at = SocketAddr::from(([127, 0, 0, 1], database.port));
    let world = world(at, &database.ca_pem).await;
    let string = format!("postgresql://{reader}:Reader-Secret-1@localhost:{}/{}", database.port, database.name);
    let id = world.check(form(string)).await.connection_id;

    let names = |picker: &Picker| {
        let of = |schema: &contract::catalog::CatalogSchema| {
            (schema.name.clone(), schema.match_count, schema.is_open, schema.objects.len())
        };
        picker.schemas.iter().filter(|schema| schema.name != "public").map(of).collect::<Vec<_>>()
    };
    let closed = |name: &str| (name.to_owned(), 90, false, 0);
    let all = world.picker(&id, PickerFilter::default()).await;
    assert_eq!(names(&all), [closed("s0"), closed("s1"), closed("s2")]);
    let one = PickerFilter { schema: "s1".into(), ..PickerFilter::default() };
    assert_eq!(names(&world.picker(&id, one).await), [("s1".to_owned(), 90, true, 90)]);
    let found = PickerFilter { search: "t8".into(), ..PickerFilter::default() };
    assert_eq!(world.picker(&id, found).await.match_count, 33, "t8 and t80 to t89, in each");

    world.backend.connections.save(&world.actor, &id).await.unwrap();
    let ticked = ObjectName::new("s0", "t7").to_string();
    world.list_again(&id, "").await;
    let denied = ObjectName::new("s2", "t7").to_string();
    let picked = vec![ticked.clone(), ticked, denied, "no name".to_owned()];
    let picks = Picks { connection_id: id.clone(), picked, ..Picks::default() };
    assert_eq!(world.backend.datasets.add(&world.actor, picks).await, Ok(1));
    let nothing = Picks { connection_id: id, picked: vec!["no name".to_owned()], ..Picks::default() };
    assert!(world.backend.datasets.add(&world.actor, nothing).await.is_err());
}
