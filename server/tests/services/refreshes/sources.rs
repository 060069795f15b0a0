//! Sources that change, go away in the middle, or let few in.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use contract::finding::Finding;
use contract::refresh::{RefreshState, RunState};
use redshift::{Dialer, PinnedAddr, SystemDialer};
use server::services::RefreshLimits;
use testkit::peer::{BlackHole, Relay};
use tokio::net::TcpStream;

use super::{DAY, MINUTE, Refreshed, every, states};
use crate::world::Plan;

/// Rows come bit by bit, for long.
const TRICKLE: &str = "alter table sales rename to quick; create view sales as
     select n, pg_sleep(case when n % 20000 = 0 then 0.3 end)::text as x from generate_series(1, 2000000) n";

/// Dials where it is told to, and else where it should; and counts.
#[derive(Default)]
struct Led {
    away: Mutex<Option<SocketAddr>>,
    dials: AtomicUsize,
}

impl Led {
    fn lead(&self, away: Option<SocketAddr>) {
        *self.away.lock().unwrap() = away;
    }

    fn dials(&self) -> usize {
        self.dials.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Dialer for Led {
    async fn dial(&self, address: PinnedAddr) -> io::Result<TcpStream> {
        self.dials.fetch_add(1, Ordering::Relaxed);
        let away = *self.away.lock().unwrap();
        match away {
            Some(away) => TcpStream::connect(away).await,
            None => SystemDialer.dial(address).await,
        }
    }
}

/// A Serverless workgroup that nobody looks at can sleep.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_refresh_off_nothing_is_asked_unless_somebody_acts() {
    let dialer = Arc::new(Led::default());
    let mut data = Refreshed::planned(Plan { dialer: dialer.clone(), ..Plan::default() }, 10, "").await;
    let before = dialer.dials();
    for _ in 0..24 {
        data.shift(60 * MINUTE);
        assert_eq!(data.turn().await, 0);
        server::services::snapshots::sweep(&data.team.world.shared).await;
    }
    let (backend, actor) = (&data.team.world.backend, &data.team.world.actor);
    backend.connections.show(actor, &data.team.connection).await.unwrap();
    backend.datasets.list(actor).await.unwrap();
    assert_eq!(dialer.dials(), before, "nor by lists and pages about it");
    data.team.asked(&data.dataset, &contract::query::Ask::rows()).await;
    assert!(dialer.dials() > before);
}

/// With a first run done, and one try to sign in for each after it.
async fn led() -> (Arc<Led>, Refreshed) {
    let dialer = Arc::new(Led::default());
    let plan = Plan::default();
    let refresh_limits = RefreshLimits { sign_ins: 1, ..plan.refresh_limits };
    let mut data = Refreshed::planned(Plan { dialer: dialer.clone(), refresh_limits, ..plan }, 10, "").await;
    data.set(every(1, "days")).await;
    data.turn().await;
    (dialer, data)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_dns_04_a_name_that_turned_private_is_refused_when_the_refresh_comes() {
    let (dialer, mut data) = led().await;
    let before = dialer.dials();
    assert!(before > 0);
    data.team.is_turned.store(true, Ordering::Relaxed);
    data.shift(DAY + MINUTE);
    assert_eq!(data.turn().await, 2);
    let view = data.view().await;
    assert_eq!(dialer.dials(), before, "nothing was dialled");
    assert_eq!(view.runs[0].why.as_ref().map(|why| why.code()), Some("address_forbidden"));
    assert!(matches!(view.state, RefreshState::Stale { failures: 1, .. }) && view.snapshot.is_some());
    data.team.is_turned.store(false, Ordering::Relaxed);
    data.ask().await;
    data.turn().await;
    assert_eq!(data.state().await, RefreshState::Fresh);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_20_a_source_that_ends_in_the_middle_of_the_rows_leaves_no_part_of_them() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    data.team.database.run(TRICKLE).await;
    data.ask().await;
    data.refresher.turn().await;
    data.until(|view| view.runs[0].rows > 0).await;
    let end = "select pg_terminate_backend(pid)::text from pg_stat_activity
               where query like '/* flitch refresh%' and datname = current_database() limit 1";
    data.team.database.ask(end).await;
    data.refresher.settle().await;
    let view = data.view().await;
    assert_eq!(states(&view), [RunState::Failed, RunState::Done]);
    // SQLSTATE 57P01, or its connection is gone before that was read.
    let why = view.runs[0].why.as_ref().map(|why| why.code());
    assert_eq!(why, Some("ended_by_administrator"));
    assert!(matches!(view.state, RefreshState::Stale { failures: 1, .. }), "{:?}", view.state);
    assert_eq!((view.snapshot.unwrap().rows, data.files().len()), (10, 1));
    // It may pass by itself: tried again before the hour is over.
    let wait = view.next[0] - data.team.world.shared.clock.now();
    assert!(wait > 0 && wait <= MINUTE, "{wait}");
    data.team.database.run("drop view sales; alter table quick rename to sales").await;
    data.shift(2 * MINUTE);
    data.turn().await;
    assert_eq!(data.state().await, RefreshState::Fresh);
}

/// A connection that leads nowhere any more says nothing, and takes no cancel: whoever wants the run's end has it still.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_20_a_run_whose_connection_is_dead_can_be_cancelled() {
    let (dialer, mut data) = led().await;
    let relay = Relay::start(([127, 0, 0, 1], data.team.database.port).into()).await;
    dialer.lead(Some(relay.address));
    data.team.database.run(TRICKLE).await;
    data.ask().await;
    data.refresher.turn().await;
    data.until(|view| view.runs[0].rows > 0).await;
    relay.cut();
    let run = data.view().await.running.unwrap().run_id;
    data.team.world.backend.refreshes.cancel(&data.team.world.actor, &run).await.unwrap();
    data.refresher.settle().await;
    assert_eq!(states(&data.view().await), [RunState::Cancelled, RunState::Done]);
    assert_eq!(data.files().len(), 1, "of the run before");
    // The statement ends at the source once that learns of it.
    drop(relay);
    dialer.lead(None);
    data.team.database.run("drop view sales; alter table quick rename to sales").await;
    data.ask().await;
    data.turn().await;
    assert_eq!(data.state().await, RefreshState::Fresh);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_26_a_source_that_lets_two_in_is_read_two_at_a_time() {
    let tables: String = (0..99).map(|n| format!("create table t{n} as select {n} as n;")).collect();
    // More at once than the source lets in, as when others use it too.
    let mut plan = Plan::default();
    let limits = &mut plan.refresh_limits;
    (limits.per_connection, limits.at_once, limits.sign_ins) = (6, 6, 1);
    let data = Refreshed::planned(plan, 10, &tables).await;
    let (backend, actor) = (data.team.world.backend.clone(), data.team.world.actor.clone());
    let user = data.team.database.user("few", "some-password").await;
    let rights = format!("grant select on all tables in schema public to {user}; alter role {user} connection limit 2");
    data.team.database.run(&rights).await;
    data.team.edit(data.team.string(&user, "some-password")).await;
    for dataset in &data.datasets {
        backend.refreshes.set(&actor, dataset, every(1, "hours")).await.unwrap();
    }
    let mut refresher = server::refresher::Refresher::new(data.team.world.shared.clone());
    let mut turned_away = 0;
    loop {
        refresher.turn().await;
        if refresher.running() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        }
        let mut views = Vec::new();
        for dataset in &data.datasets {
            views.push(backend.refreshes.show(&actor, dataset).await.unwrap());
        }
        let why = views.iter().filter_map(|view| view.runs[0].why.as_ref());
        let why: Vec<_> = why.map(contract::finding::Finding::code).collect();
        assert!(why.iter().all(|code| *code == "too_many_connections"), "{why:?}");
        // Being turned away is nobody's failure, pauses nothing, and is said.
        for view in &views {
            let is_out = view.runs[0].why.is_some();
            match &view.state {
                RefreshState::Stale { failures: 0, why: Some(Finding::TooManyConnections) } => assert!(is_out),
                RefreshState::Fresh => assert!(!is_out),
                other => panic!("{other:?}"),
            }
        }
        if why.is_empty() {
            break;
        }
        turned_away += why.len();
        data.shift(2 * MINUTE);
    }
    assert!(turned_away > 0, "the source never was full");
}

/// A source that is paused refuses connections: tried after a minute, five, a quarter of an hour and an hour, and what was
/// good is served meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_20_a_source_that_is_paused_is_tried_again_after_longer_and_longer() {
    let (dialer, mut data) = led().await;
    dialer.lead(Some(SocketAddr::from(([127, 0, 0, 1], testkit::peer::closed_port().await))));
    data.ask().await;
    let mut runs = 1;
    for (failures, minutes) in [(1, 1), (2, 5), (3, 15), (4, 60)] {
        runs += 1;
        assert_eq!(data.turn().await, runs);
        let view = data.view().await;
        match &view.state {
            RefreshState::Stale { failures: told, why: Some(Finding::PortRefused { .. }) } => {
                assert_eq!(*told, failures)
            }
            other => panic!("{other:?}"),
        }
        assert_eq!((view.snapshot.unwrap().rows, data.files().len()), (10, 1));
        let wait = view.next[0] - data.team.world.shared.clock.now();
        assert!(wait > (minutes - 1) * MINUTE && wait <= minutes * MINUTE, "{minutes}: {wait}");
        data.shift(wait - MINUTE / 2);
        assert_eq!(data.turn().await, runs, "not before its time");
        data.shift(MINUTE);
    }
    assert_eq!(data.turn().await, 6);
    assert!(matches!(data.state().await, RefreshState::PausedByFailures { failures: 5, .. }));
    let counted = dialer.dials();
    data.shift(7 * DAY);
    assert_eq!((data.turn().await, dialer.dials()), (6, counted), "it rests");
    dialer.lead(None);
    data.team.world.backend.refreshes.resume(&data.team.world.actor, &data.dataset).await.unwrap();
    data.turn().await;
    assert_eq!(data.state().await, RefreshState::Fresh);
}

/// As a security group does that lets nobody in: the run gives up in time, and says which port has to be opened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_21_a_port_that_swallows_what_is_sent_is_said_in_five_seconds() {
    let (dialer, mut data) = led().await;
    let hole = BlackHole::start().await;
    dialer.lead(Some(hole.address));
    data.ask().await;
    let started = Instant::now();
    data.turn().await;
    assert!(started.elapsed() < Duration::from_secs(7), "{:?}", started.elapsed());
    let view = data.view().await;
    let (why, port) = (&view.runs[0].why, data.team.database.port);
    assert!(matches!(why, Some(Finding::ConnectTimedOut { port: told, .. }) if *told == port), "{why:?}");
    assert!(matches!(view.state, RefreshState::Stale { failures: 1, .. }) && view.snapshot.is_some());
}

/// The phases before there is a session; those after it are among the catalogue's cuts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_10_names_that_nobody_tells_and_ports_that_refuse_fail_a_run_in_time() {
    let (dialer, mut data) = led().await;
    data.team.is_silent.store(true, Ordering::Relaxed);
    data.ask().await;
    let (before, started) = (dialer.dials(), Instant::now());
    data.turn().await;
    assert!(started.elapsed() < Duration::from_secs(7), "{:?}", started.elapsed());
    assert_eq!(dialer.dials(), before);
    let view = data.view().await;
    assert_eq!(view.runs[0].why.as_ref().map(|why| why.code()), Some("lookup_failed"));
    data.team.is_silent.store(false, Ordering::Relaxed);
    dialer.lead(Some(SocketAddr::from(([127, 0, 0, 1], testkit::peer::closed_port().await))));
    data.ask().await;
    data.turn().await;
    let view = data.view().await;
    assert_eq!(view.runs[0].why.as_ref().map(|why| why.code()), Some("port_refused"));
    assert!(matches!(view.state, RefreshState::Stale { failures: 2, .. }), "{:?}", view.state);
    assert_eq!((view.snapshot.unwrap().rows, data.files().len()), (10, 1));
    dialer.lead(None);
    data.ask().await;
    data.turn().await;
    assert_eq!(data.state().await, RefreshState::Fresh);
}
