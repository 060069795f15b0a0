//! Sources that change, go away in the middle, or let few in.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use contract::finding::Finding;
use contract::refresh::{RefreshState, RunState};
use redshift::{Dialer, PinnedAddr, SystemDialer};
use server::services::RefreshLimits;
use testkit::peer::BlackHole;
use tokio::net::TcpStream;

use super::{HOUR, MINUTE, Refreshed, every, states};
use crate::world::Plan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_dns_04_a_name_that_turned_private_is_refused_when_the_refresh_comes() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    data.team.is_turned.store(true, Ordering::Relaxed);
    data.shift(HOUR + MINUTE);
    data.turn().await;
    let view = data.view().await;
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
    let slow = "alter table sales rename to quick; create view sales as
                select n, pg_sleep(case when n % 20000 = 0 then 0.3 end)::text as x from generate_series(1, 2000000) n";
    data.team.database.run(slow).await;
    data.ask().await;
    data.refresher.turn().await;
    data.until(|view| view.runs[0].rows > 0).await;
    let end = "select pg_terminate_backend(pid)::text from pg_stat_activity
               where query like '/* flitch refresh%' and datname = current_database() limit 1";
    data.team.database.ask(end).await;
    data.refresher.settle().await;
    let view = data.view().await;
    assert_eq!(states(&view), [RunState::Failed, RunState::Done]);
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
    let draft = backend.connection_life.edit(&actor, &data.team.connection).await.unwrap();
    let (port, name) = (data.team.database.port, &data.team.database.name);
    let form = contract::connection::ConnectionForm {
        draft: draft.clone(),
        ..crate::world::form(format!("postgresql://{user}:some-password@localhost:{port}/{name}"))
    };
    backend.connections.draft(&actor, form, false).await.unwrap();
    backend.connections.save(&actor, &draft).await.unwrap();
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
        // Being turned away is nobody's failure, and pauses nothing.
        assert!(views.iter().all(|view| matches!(view.state, RefreshState::Fresh | RefreshState::First)));
        if why.is_empty() {
            break;
        }
        turned_away += why.len();
        data.shift(2 * MINUTE);
    }
    assert!(turned_away > 0, "the source never was full");
}

/// Dials a port that swallows what is sent to it, once there is one.
#[derive(Default)]
struct Swallowed(OnceLock<SocketAddr>);

#[async_trait]
impl Dialer for Swallowed {
    async fn dial(&self, address: PinnedAddr) -> io::Result<TcpStream> {
        match self.0.get() {
            Some(hole) => TcpStream::connect(hole).await,
            None => SystemDialer.dial(address).await,
        }
    }
}

/// As a security group does that lets nobody in: the run gives up in time, and says which port has to be opened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_21_a_port_that_swallows_what_is_sent_is_said_in_five_seconds() {
    let dialer = Arc::new(Swallowed::default());
    let plan = Plan::default();
    let refresh_limits = RefreshLimits { sign_ins: 1, ..plan.refresh_limits };
    let mut data = Refreshed::planned(Plan { dialer: dialer.clone(), refresh_limits, ..plan }, 10, "").await;
    data.set(every(1, "hours")).await;
    data.turn().await;
    let hole = BlackHole::start().await;
    dialer.0.set(hole.address).unwrap();
    data.ask().await;
    let started = Instant::now();
    data.turn().await;
    assert!(started.elapsed() < Duration::from_secs(7), "{:?}", started.elapsed());
    let view = data.view().await;
    let (why, port) = (&view.runs[0].why, data.team.database.port);
    assert!(matches!(why, Some(Finding::ConnectTimedOut { port: told, .. }) if *told == port), "{why:?}");
    assert!(matches!(view.state, RefreshState::Stale { failures: 1, .. }) && view.snapshot.is_some());
}
