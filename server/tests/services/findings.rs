//! Every finding, provoked through a real peer and the whole check. A finding that nothing here provokes fails the
//! last assertion: a sentence nobody has seen is a sentence nobody has tried.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::world::{Names, Plan, World, codes, form};
use contract::catalog::PickerFilter;
use contract::check::{CheckOutcome, Stage, StageState};
use contract::connection::ConnectionForm;
use contract::dataset::Picks;
use contract::finding::CODES;
use contract::query::QueryState;
use redshift::address::LookupError;
use redshift::{Deadlines, Dialer, Limits, PinnedAddr, Policy};
use sample_cluster::cert::{Authority, Validity};
use sample_cluster::{Cluster, Options, Quirks, Trouble, Waking};
use testkit::peer::{BlackHole, Habit, Peer, closed_port};
use testkit::postgres::Database;
use tokio::net::TcpStream;

const READER: &str = "flitch_readonly:Sample-Reader-1";

type Seen = BTreeSet<&'static str>;

fn options(quirks: Quirks) -> Options {
    Options { sales: 500, quirks, ..Options::default() }
}

async fn sample(quirks: Quirks) -> (Cluster, World) {
    let cluster = Cluster::start(options(quirks)).await.unwrap();
    let world = World::new(Plan { extra_ca_pem: Some(cluster.ca_pem().to_owned()), ..Plan::default() }).await;
    (cluster, world)
}

fn url(who: &str, address: SocketAddr, rest: &str) -> String {
    format!("postgresql://{who}@localhost:{}/{rest}", address.port())
}

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

    /// Checks, and asserts that the check ends with this finding in this stage.
    async fn expect(&self, seen: &mut Seen, form: ConnectionForm, stage: Stage, code: &'static str) {
        let started = Instant::now();
        let view = self.check(form).await;
        let found = view.stages.iter().find(|known| known.stage == stage).unwrap();
        let has = found.findings.iter().any(|finding| finding.code() == code);
        assert!(has, "{code} expected in {stage:?}, got {:?}", view.stages);
        if found.state == StageState::Failed {
            assert_eq!(view.outcome, CheckOutcome::Failed);
            let later = view.stages.iter().skip_while(|known| known.stage != stage).skip(1);
            assert!(later.into_iter().all(|known| known.state == StageState::NotRun), "{code}: {:?}", view.stages);
        }
        assert!(started.elapsed() < Duration::from_secs(15), "{code} took {:?}", started.elapsed());
        seen.extend(codes(&view));
    }
}

fn names(answer: Result<SocketAddr, LookupError>) -> Arc<Names> {
    Arc::new(Names(vec![("localhost", answer)]))
}

fn local(address: SocketAddr) -> Arc<Names> {
    names(Ok(address))
}

async fn world_to(address: SocketAddr, ca: Option<String>) -> World {
    World::new(Plan { names: local(address), extra_ca_pem: ca, ..Plan::default() }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_finding_is_provoked_by_a_real_peer() {
    let mut seen = Seen::new();
    signing_in(&mut seen).await;
    rights(&mut seen).await;
    addresses(&mut seen).await;
    certificates(&mut seen).await;
    broken_peers(&mut seen).await;
    postgres(&mut seen).await;
    clusters_ways(&mut seen).await;
    own_faults(&mut seen).await;
    let missing: Vec<_> = CODES.iter().filter(|code| !seen.contains(*code)).collect();
    assert!(missing.is_empty(), "never provoked: {missing:?}");
}

async fn signing_in(seen: &mut Seen) {
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
}

/// A sample whose name resolves to wherever it listens.
async fn sample_named(quirks: Quirks) -> (Cluster, World) {
    let (cluster, _) = sample(quirks).await;
    let world = world_to(cluster.address(), Some(cluster.ca_pem().to_owned())).await;
    (cluster, world)
}

async fn rights(seen: &mut Seen) {
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
}

/// Fails every dial as a missing route does.
struct NoRoute;

#[async_trait::async_trait]
impl Dialer for NoRoute {
    async fn dial(&self, _: PinnedAddr) -> io::Result<TcpStream> {
        Err(io::ErrorKind::HostUnreachable.into())
    }
}

async fn addresses(seen: &mut Seen) {
    let unreached = SocketAddr::from(([127, 0, 0, 1], 5439));
    let string = || form(url(READER, unreached, "dev"));

    let unknown = World::new(Plan::default()).await;
    unknown.expect(seen, string(), Stage::Address, "unknown_host").await;
    let failing = World::new(Plan { names: names(Err(LookupError::Failed)), ..Plan::default() }).await;
    failing.expect(seen, string(), Stage::Address, "lookup_failed").await;

    let strict = || Plan { policy: Policy::default(), names: local(unreached), ..Plan::default() };
    World::new(strict()).await.expect(seen, string(), Stage::Address, "address_forbidden").await;
    for host in ["10.0.0.5", "169.254.169.254", "[::1]", "[::ffff:169.254.169.254]", "100.64.0.1"] {
        let string = form(format!("postgresql://{READER}@{host}:5439/dev"));
        World::new(strict()).await.expect(seen, string, Stage::Address, "address_forbidden").await;
    }
    let ssh = form(format!("postgresql://{READER}@localhost:22/dev"));
    World::new(strict()).await.expect(seen, ssh, Stage::Address, "port_forbidden").await;

    let lost = World::new(Plan { names: local(unreached), dialer: Arc::new(NoRoute), ..Plan::default() }).await;
    lost.expect(seen, string(), Stage::Tcp, "host_unreachable").await;

    let closed = SocketAddr::from(([127, 0, 0, 1], closed_port().await));
    world_to(closed, None).await.expect(seen, string(), Stage::Tcp, "port_refused").await;

    // With the real deadline: the answer must come within it.
    let hole = BlackHole::start().await;
    world_to(hole.address, None).await.expect(seen, string(), Stage::Tcp, "connect_timed_out").await;
}

async fn certificates(seen: &mut Seen) {
    let authority = Authority::new("Test authority").unwrap();
    let pem = authority.pem().to_owned();
    let start = |names: &[&str], validity| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Cluster::start_signed_by(Options { names, validity, ..options(Quirks::default()) }, &authority)
    };
    let good = start(&["localhost"], Validity::Now).await.unwrap();
    let string = |tail: &str| form(url(READER, good.address(), tail));

    world_to(good.address(), None).await.expect(seen, string("dev"), Stage::Tls, "certificate_untrusted").await;
    let untrusted = || ConnectionForm { accept_unverified: true, ..string("dev?sslmode=require") };
    world_to(good.address(), None).await.expect(seen, untrusted(), Stage::Tls, "tls_unverified").await;
    let own = ConnectionForm { ca_certificate: pem.clone(), ..string("dev") };
    world_to(good.address(), None).await.expect(seen, own, Stage::Tls, "tls_verified").await;

    let over = start(&["localhost"], Validity::Over).await.unwrap();
    world_to(over.address(), Some(pem.clone()))
        .await
        .expect(seen, string("dev"), Stage::Tls, "certificate_expired")
        .await;
    let early = start(&["localhost"], Validity::NotYet).await.unwrap();
    let world = world_to(early.address(), Some(pem.clone())).await;
    world.expect(seen, string("dev"), Stage::Tls, "certificate_not_yet_valid").await;

    let other = start(&["other.example"], Validity::Now).await.unwrap();
    let world = world_to(other.address(), Some(pem)).await;
    world.expect(seen, string("dev"), Stage::Tls, "certificate_wrong_name").await;
    world.expect(seen, string("dev?sslmode=verify-ca"), Stage::Tls, "tls_name_unchecked").await;
    let named = ConnectionForm { tls_name: "other.example".into(), ..string("dev") };
    world.expect(seen, named, Stage::Tls, "tls_verified").await;
}

async fn broken_peers(seen: &mut Seen) {
    let string = |tail: &str| form(format!("postgresql://{READER}@localhost:5439/{tail}"));
    let quick = Deadlines { tls: Duration::from_millis(300), ..Deadlines::default() };
    for (habit, code) in [
        (Habit::Answers(b"N"), "tls_refused"),
        (Habit::Answers(b"E\0\0\0\x40SFATAL\0M<b>your password</b>\0"), "tls_refused"),
        (Habit::Answers(b"Sthis is not a TLS server, whatever it said"), "tls_failed"),
        (Habit::Answers(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "not_a_server"),
        (Habit::HangsUp, "connection_lost"),
        (Habit::Silent, "timed_out"),
    ] {
        let peer = Peer::start(habit).await;
        let plan = Plan { names: local(peer.address), deadlines: quick, ..Plan::default() };
        World::new(plan).await.expect(seen, string("dev"), Stage::Tls, code).await;
    }
    for nonsense in [&b"R\0\0\0\x02"[..], b"R\x7f\xff\xff\xff\0\0\0\x0d", b"G\0\0\0\x07\0\0\0", b"D\0\0\0\x06\0\0"] {
        let peer = Peer::start(Habit::Answers(nonsense)).await;
        let world = world_to(peer.address, None).await;
        world.expect(seen, string("dev?sslmode=disable"), Stage::SignIn, "protocol_broken").await;
    }
}

/// What Redshift does to statements, met by a check or by a preview.
async fn clusters_ways(seen: &mut Seen) {
    let compute = |code, message| Trouble::Compute { code, message, times: 100 };
    for (trouble, code) in [
        (compute(1023, "1023"), "conflict"),
        (compute(1016, "Disk Full"), "cluster_disk_full"),
        (compute(15_001, "Spectrum Scan Error"), "external_read_failed"),
        (Trouble::Rule { name: "no_scans", after: Duration::from_millis(50) }, "ended_by_rule"),
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
            let preview = world.backend.queries.preview(&world.actor, &datasets[0]).await.unwrap();
            if !preview.state.is_running() {
                break preview.finding;
            }
            // Sessions of the sample have process ids from 2^30 on.
            match by_admin {
                true => world.run_as_admin(&cluster, "select pg_cancel_backend(1073741824 + $)").await,
                false => world.backend.queries.preview_cancel(&world.actor, &datasets[0]).await.unwrap(),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        assert_eq!(finding.as_ref().map(contract::finding::Finding::code), Some(code), "{finding:?}");
        assert!(started.elapsed() < Duration::from_secs(5));
        seen.insert(code);
    }

    for (quirks, schema, code) in [
        (Quirks { has_stale_views: true, ..Quirks::default() }, "reporting", "read_refused"),
        (Quirks { trouble: Trouble::Slow(Duration::from_secs(60)), ..Quirks::default() }, "public", "timed_out"),
    ] {
        let (cluster, _) = sample(quirks).await;
        let plan = Plan {
            names: local(cluster.address()),
            extra_ca_pem: Some(cluster.ca_pem().to_owned()),
            deadlines: Deadlines { statement: Duration::from_secs(1), ..Deadlines::default() },
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
            let preview = world.backend.queries.preview(&world.actor, &dataset).await.unwrap();
            if preview.state != QueryState::Running {
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

/// A real PostgreSQL: rights that fit, a refused database, a table that goes, a view that fails.
async fn postgres(seen: &mut Seen) {
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
            let preview = world.backend.queries.preview(&world.actor, &dataset.id).await.unwrap();
            if preview.state != QueryState::Running {
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
}

/// Failures of Flitch's own.
async fn own_faults(seen: &mut Seen) {
    let (cluster, world) = sample_named(Quirks::default()).await;
    let string = || form(url(READER, cluster.address(), "dev"));
    let saved = world.backend.connections.draft(&world.actor, string(), true).await.unwrap();

    // The same store, under other keys.
    let other = World::new(Plan::default()).await;
    let shared = server::services::Shared {
        store: world.shared.store.clone(),
        ring: vault::KeyRing::ephemeral(),
        means: world.shared.means.clone(),
        extra_ca_pem: None,
        rules: world.shared.rules,
        egress: Vec::new(),
        sample: None,
        checks_per_minute: 100,
        catalog_limits: Limits::CATALOG,
        setup_code: server::services::SetupCode::open(&other.folder.join("code"), false).unwrap(),
    };
    let backend = server::services::backend(Arc::new(shared));
    let started = backend.checks.start(&world.actor, &saved.id).await.unwrap();
    let view = world.ended(&started).await;
    assert!(codes(&view).contains(&"secret_unreadable"), "{:?}", view.stages);
    seen.extend(codes(&view));

    let broken = Some("-----BEGIN CERTIFICATE-----\nbroken\n-----END CERTIFICATE-----\n".to_owned());
    world_to(cluster.address(), broken).await.expect(seen, string(), Stage::Tls, "internal").await;
}
