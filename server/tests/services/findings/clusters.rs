//! What Redshift does to statements, met by a check or by a preview.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::check::Stage;
use contract::connection::ConnectionForm;
use contract::dataset::Picks;
use contract::query::{Ask, QueryLimits};
use redshift::{Deadlines, Limits, Policy};
use sample_cluster::cert::{Authority, Validity};
use sample_cluster::{Cluster, Options, Quirks, Trouble, Waking};
use server::services::DEFAULT_LIMITS;
use testkit::hostile::{Hostile, Plan as PeerPlan};

use super::{READER, Seen, claim, local, options, sample, sample_named, url};
use crate::world::{Names, Plan, World, codes, form};

pub const PROVOKED: &[&str] = &[
    "cancelled",
    "catalog_part_missing",
    "cluster_disk_full",
    "conflict",
    "ended_by_administrator",
    "ended_by_rule",
    "ended_by_server_limit",
    "external_read_failed",
    "given_up",
    "over_our_limit",
    "password_withheld",
    "read_refused",
    "waking_up",
    "woke_up",
];

impl World {
    /// Runs a statement as the sample's admin, once for each of the first 40 numbers in the place of `$`.
    async fn run_as_admin(&self, cluster: &Cluster, sql: &str) {
        let means = redshift::Means {
            policy: Policy { is_loopback_allowed: true, ..Policy::default() },
            ..self.shared.means.clone()
        };
        let endpoint = redshift::Endpoint { host: "127.0.0.1".into(), port: cluster.address().port() };
        let tls = redshift::TlsPolicy {
            mode: redshift::TlsMode::VerifyFull,
            server_name: "localhost".into(),
            ca_pem: Some(cluster.ca_pem().to_owned()),
            extra_ca_pem: None,
        };
        let password = "Sample-Admin-1".into();
        let login = redshift::Login { user: "admin".into(), password, database: "dev".into() };
        let session = redshift::Session::open(&means, &endpoint, &tls, &login).await.unwrap();
        let own = session.read("select pg_backend_pid()", Limits::VALUE).await.unwrap();
        let own: i64 = own.text(0, 0).unwrap().parse().unwrap();
        for number in (0..40).filter(|number| (1 << 30) + number != own) {
            session.read(&sql.replace('$', &number.to_string()), Limits::VALUE).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clusters_ways_are_met() {
    let seen = &mut Seen::new();
    let compute = |code, message| Trouble::Compute { code, message, times: 100 };
    for (trouble, code) in [
        (compute(1023, "1023"), "conflict"),
        (compute(1016, "Disk Full"), "cluster_disk_full"),
        (compute(15_001, "Spectrum Scan Error"), "external_read_failed"),
        (Trouble::Rule { name: "no_scans", after: Duration::from_millis(50) }, "ended_by_rule"),
        (Trouble::Limit { after: Duration::from_millis(50) }, "ended_by_server_limit"),
        (Trouble::Cut { after_rows: 0 }, "connection_lost"),
    ] {
        let (cluster, world) = sample_named(Quirks { trouble, ..Quirks::default() }).await;
        world.expect(seen, form(url(READER, cluster.address(), "dev")), Stage::Tables, code).await;
    }

    let slow = Quirks { svv_delay: Duration::from_secs(60), ..Quirks::default() };
    let (cluster, world) = sample_named(slow).await;
    world.expect(seen, form(url(READER, cluster.address(), "dev")), Stage::Database, "catalog_part_missing").await;

    for (by_admin, code) in [(false, "cancelled"), (true, "ended_by_administrator")] {
        let quirks = Quirks { trouble: Trouble::Slow(Duration::from_secs(4)), ..Quirks::default() };
        let (cluster, world) = sample_named(quirks).await;
        let datasets = datasets_in(&world, cluster.address(), "public").await;
        let started = Instant::now();
        let finding = loop {
            let preview = world.backend.queries.ask(&world.actor, &datasets[0], Ask::rows()).await.unwrap();
            if !preview.state.is_running() {
                break preview.finding;
            }
            // Sessions of the sample have process ids from 2^30 on.
            match by_admin {
                true => world.run_as_admin(&cluster, "select pg_cancel_backend(1073741824 + $)").await,
                false => world.backend.queries.cancel(&world.actor, &preview.id).await.unwrap(),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        assert_eq!(finding.as_ref().map(contract::finding::Finding::code), Some(code), "{finding:?}");
        assert!(started.elapsed() < Duration::from_secs(5));
        seen.insert(code);
    }

    for (quirks, schema, code) in [
        (Quirks { has_stale_views: true, ..Quirks::default() }, "reporting", "read_refused"),
        (Quirks { trouble: Trouble::Slow(Duration::from_secs(60)), ..Quirks::default() }, "public", "over_our_limit"),
    ] {
        let (cluster, _) = sample(quirks).await;
        let plan = Plan {
            names: local(cluster.address()),
            extra_ca_pem: Some(cluster.ca_pem().to_owned()),
            deadlines: Deadlines { statement: Duration::from_secs(1), ..Deadlines::default() },
            query_limits: QueryLimits { seconds: 1, ..DEFAULT_LIMITS },
            ..Plan::default()
        };
        let world = World::new(plan).await;
        let found = preview_of(&world, cluster.address(), schema).await;
        assert!(found.contains(&code), "{found:?}");
        seen.extend(found);
    }

    let (cluster, world) = sample_named(Quirks::default()).await;
    let clear = form(url("reader_clear:Sample-Reader-3", cluster.address(), "dev?sslmode=require"));
    let clear = ConnectionForm { accept_unverified: true, ..clear };
    world.expect(seen, clear, Stage::SignIn, "password_withheld").await;

    // A peer that never says that a statement has ended, whatever it is asked.
    let authority = Authority::new("Test authority").unwrap();
    let identity = Some(authority.identity(&["localhost".to_owned()], Validity::Now).unwrap());
    let peer = Hostile::start(PeerPlan { id: "O-PEER-23".into(), identity, honest: None }).await;
    peer.turn_hostile();
    let deadlines = Deadlines { statement: Duration::from_secs(1), ..Deadlines::default() };
    let extra_ca_pem = Some(authority.pem().to_owned());
    let plan = Plan { names: local(peer.address), extra_ca_pem, deadlines, ..Plan::default() };
    let view = World::new(plan).await.check(form(url(READER, peer.address, "dev"))).await;
    assert!(codes(&view).contains(&"given_up"), "{:?}", view.stages);
    seen.extend(codes(&view));

    // By name a Serverless workgroup, so that there is patience.
    let host = "etl.123456789012.eu-west-1.redshift-serverless.amazonaws.com";
    let waking = Waking { drops: 1, blocks: Duration::from_millis(1_200) };
    let quirks = Quirks { waking, ..Quirks::default() };
    let cluster = Cluster::start(Options { names: vec![host.into()], ..options(quirks) }).await.unwrap();
    let plan = Plan {
        names: Arc::new(Names(vec![(host, Ok(cluster.address()))])),
        extra_ca_pem: Some(cluster.ca_pem().to_owned()),
        deadlines: Deadlines { wake: Duration::from_secs(5), ..Deadlines::default() },
        ..Plan::default()
    };
    let world = World::new(plan).await;
    let string = form(format!("postgresql://{READER}@{host}:5439/dev"));
    let saved = world.backend.connections.draft(&world.actor, string, true).await.unwrap();
    let started = world.backend.checks.start(&world.actor, &saved.id).await.unwrap();
    let view = loop {
        let view = world.backend.checks.show(&world.actor, &saved.id, &started.check_id).await.unwrap();
        seen.extend(codes(&view));
        if !view.outcome.is_running() {
            break view;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(codes(&view).contains(&"woke_up") && !codes(&view).contains(&"waking_up"), "{:?}", view.stages);
    claim(seen, PROVOKED);
}

/// The datasets of all that is in this schema.
async fn datasets_in(world: &World, at: SocketAddr, schema: &str) -> Vec<String> {
    let view = world.check(form(url(READER, at, "dev"))).await;
    let id = view.connection_id.clone();
    world.backend.connections.save(&world.actor, &id).await.unwrap();
    let picks = Picks { connection_id: id, whole_schema: schema.into(), ..Picks::default() };
    world.backend.datasets.add(&world.actor, picks).await.unwrap();
    world.backend.datasets.list(&world.actor).await.unwrap().into_iter().map(|dataset| dataset.id).collect()
}

/// The findings of a preview of some table in this schema, while others end its statement where they can.
async fn preview_of(world: &World, at: SocketAddr, schema: &str) -> Vec<&'static str> {
    let mut found = Vec::new();
    for dataset in datasets_in(world, at, schema).await {
        let preview = loop {
            let preview = world.backend.queries.ask(&world.actor, &dataset, Ask::rows()).await.unwrap();
            if !preview.state.is_running() {
                break preview;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        found.extend(preview.finding.as_ref().map(contract::finding::Finding::code));
        if schema == "public" {
            break;
        }
    }
    found
}
