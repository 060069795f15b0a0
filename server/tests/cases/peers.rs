//! The hostile servers through every way in: Test connection, the list of tables, a preview, and a refresh.
//!
//! The peer behaves at first, with the sample cluster behind it, until there is a dataset; then it turns.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::catalog::PickerFilter;
use contract::check::CheckOutcome;
use contract::dataset::Picks;
use contract::finding::Finding;
use contract::query::{Ask, QueryLimits};
use contract::refresh::{RefreshState, RunState, ScheduleFields};
use libtest_mimic::Trial;
use redshift::Deadlines;
use sample_cluster::cert::{Authority, Validity};
use sample_cluster::users::USERS;
use sample_cluster::{Cluster, Options};
use server::refresher::Refresher;
use server::services::{DEFAULT_LIMITS, RefreshLimits};
use testkit::canary;
use testkit::cases::Case;
use testkit::hostile::{Hostile, Plan as PeerPlan, forms};
use testkit::logs::Logs;
use testkit::trial::each;
use testkit::vitals::Vitals;

use crate::world::{Names, Plan, World, form};

pub fn trials() -> Vec<Trial> {
    each(
        "peers",
        "L3",
        |_| true,
        |case| async move {
            for id in forms(case.id()) {
                every_way_in(&case, &id).await;
            }
        },
    )
}

/// The statement's deadline here; the phases before it keep their real ones.
const STATEMENT: Duration = Duration::from_secs(2);

async fn every_way_in(case: &Arc<Case>, id: &str) {
    let logs = Logs::keep();
    let authority = Authority::new("Trusted").unwrap();
    let options = || Options { sales: 500, ..Options::default() };
    let cluster = Cluster::start_signed_by(options(), &authority).await.unwrap();
    let peer = Hostile::start(PeerPlan {
        id: id.to_owned(),
        identity: Some(identity(id, &authority)),
        honest: Some(cluster.address()),
    })
    .await;
    let plan = Plan::default();
    let world = World::new(Plan {
        names: Arc::new(Names(vec![("localhost", Ok(peer.address)), ("honest.example", Ok(cluster.address()))])),
        extra_ca_pem: Some(authority.pem().to_owned()),
        deadlines: Deadlines { statement: STATEMENT, ..Deadlines::default() },
        query_limits: QueryLimits { seconds: 2, ..DEFAULT_LIMITS },
        refresh_limits: RefreshLimits { seconds: 2, bytes: 16 << 20, sign_ins: 1, ..plan.refresh_limits },
        ..plan
    })
    .await;
    let (connection, dataset) = prepared(&world, peer.address).await;
    peer.turn_hostile();
    let vitals = Vitals::now().with_pool(8);

    let check = async {
        let started = Instant::now();
        let view = world.check_again(&connection).await;
        assert!(started.elapsed() < Duration::from_secs(17), "{id}: the check took {:?}", started.elapsed());
        assert!(!matches!(view.outcome, CheckOutcome::Passed), "{id}: {:?}", view.stages);
        view.stages.into_iter().flat_map(|stage| stage.findings).collect::<Vec<_>>()
    };
    // A neighbour goes on as if nothing were.
    let neighbour = async {
        let user = USERS[0];
        let string = format!("postgresql://{}:{}@localhost:{}/dev", user.name, user.password, 5439);
        let string = form(string.replace("localhost", "honest.example")).connection_string;
        let form = contract::connection::ConnectionForm {
            connection_string: string,
            tls_name: "localhost".into(),
            ..Default::default()
        };
        let view = world.check(form).await;
        assert_eq!(view.outcome, CheckOutcome::Warned, "{:?}", view.stages);
    };
    let (mut findings, ()) = tokio::join!(check, neighbour);
    findings.extend(list(&world, &connection).await);
    findings.extend(preview(&world, &dataset).await);
    findings.extend(refresh(&world, &dataset, id).await);

    for finding in &findings {
        assert_ne!(finding.code(), "internal", "{id}: {finding:?}");
    }
    drop(peer);
    vitals.assert_settled().await;
    let told = serde_json::to_string(&findings).unwrap();
    assert!(told.len() < 20_000 && !told.contains("\\u001b"), "{id}: {told}");
    let database = std::fs::read(world.folder.join("flitch.sqlite")).unwrap();
    let log = std::fs::read(world.folder.join("flitch.sqlite-wal")).unwrap_or_default();
    for artefact in [told.as_bytes(), &logs.bytes(), &database, &log] {
        assert_eq!(canary::leaks(artefact), Vec::<String>::new(), "{}", case.id());
    }
}

pub fn identity(id: &str, trusted: &Authority) -> native_tls::Identity {
    let stranger = Authority::new("Self").unwrap();
    let signer = if id == "O-PEER-05" { &stranger } else { trusted };
    let name = if id == "O-PEER-06" { "other.example" } else { "localhost" };
    let validity = if id == "O-PEER-07" { Validity::Over } else { Validity::Now };
    signer.identity(&[name.to_owned()], validity).unwrap()
}

/// A saved connection with the canary as its password, and a dataset, made while the peer behaves.
pub async fn prepared(world: &World, at: SocketAddr) -> (String, String) {
    let password = contract::connection::percent_encode(canary::SECRET);
    let string = format!("postgresql://canary:{password}@localhost:{}/dev", at.port());
    let view = world.check(form(string)).await;
    assert_eq!(view.outcome, CheckOutcome::Warned, "{:?}", view.stages);
    let id = view.connection_id.clone();
    world.backend.connections.save(&world.actor, &id).await.unwrap();
    let picks = Picks { connection_id: id.clone(), whole_schema: "spectrum".into(), ..Picks::default() };
    world.backend.datasets.add(&world.actor, picks).await.unwrap();
    let dataset = world.backend.datasets.list(&world.actor).await.unwrap()[0].id.clone();
    // Asked only: what comes next is what the test asks for.
    let schedule = ScheduleFields { every: "1".into(), unit: "asked".into(), ..ScheduleFields::default() };
    world.backend.refreshes.set(&world.actor, &dataset, schedule).await.unwrap();
    let mut refresher = Refresher::new(Arc::clone(&world.shared));
    refresher.turn().await;
    refresher.settle().await;
    let view = world.backend.refreshes.show(&world.actor, &dataset).await.unwrap();
    assert_eq!(view.state, RefreshState::Fresh);
    (id, dataset)
}

/// What a refresh came to. It switches to all rows of an answer that was whole, or the last good snapshot stays.
pub async fn refresh(world: &World, dataset: &str, id: &str) -> Vec<Finding> {
    let refreshes = &world.backend.refreshes;
    let before = refreshes.show(&world.actor, dataset).await.unwrap();
    refreshes.ask(&world.actor, dataset).await.unwrap();
    let started = Instant::now();
    let mut refresher = Refresher::new(Arc::clone(&world.shared));
    refresher.turn().await;
    refresher.settle().await;
    assert!(started.elapsed() < Duration::from_secs(17), "{id}: the refresh took {:?}", started.elapsed());
    let after = refreshes.show(&world.actor, dataset).await.unwrap();
    let run = &after.runs[0];
    assert_eq!(after.runs.len(), before.runs.len() + 1, "{id}: one run, and never a second by itself");
    let (was, is) = (before.snapshot.unwrap(), after.snapshot.unwrap());
    // Rows that are odd and yet whole: of a type that nobody knows, bytes that are no UTF-8, texts that look like markup; and
    // those of a server that wants the password as it is, once its certificate was verified.
    if matches!(id, "O-PEER-09" | "O-PEER-19" | "O-PEER-26a" | "O-PEER-29a") && run.state == RunState::Done {
        assert_eq!(is.rows, 1, "{id}");
    } else {
        assert_eq!(run.state, RunState::Failed, "{id}: {after:?}");
        assert_eq!((is.rows, is.taken_at), (was.rows, was.taken_at), "{id}");
    }
    let files = crate::world::files(&world.folder.join("snapshots"));
    assert!(files.len() <= 2, "{id}: a part was left behind: {files:?}");
    run.why.clone().into_iter().collect()
}

async fn list(world: &World, connection: &str) -> Vec<Finding> {
    let datasets = &world.backend.datasets;
    let before = datasets.picker(&world.actor, connection, PickerFilter::default()).await.unwrap();
    datasets.catalog_read(&world.actor, connection, "").await.unwrap();
    loop {
        let picker = datasets.picker(&world.actor, connection, PickerFilter::default()).await.unwrap();
        if !picker.is_reading && (picker.finding.is_some() || picker.read_at != before.read_at) {
            // What was read before is still there.
            assert!(picker.object_count > 0);
            return picker.finding.into_iter().collect();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn preview(world: &World, dataset: &str) -> Vec<Finding> {
    let started = Instant::now();
    loop {
        let preview = world.backend.queries.ask(&world.actor, dataset, Ask::rows()).await.unwrap();
        if !preview.state.is_running() {
            assert!(started.elapsed() < Duration::from_secs(14), "the preview took {:?}", started.elapsed());
            return preview.finding.into_iter().collect();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
