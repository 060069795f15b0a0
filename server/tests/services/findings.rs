//! Every finding, provoked through a real peer and the whole check or query. Each file says what it provokes and is
//! held to it; a code that none of them names fails: a sentence nobody has seen is a sentence nobody has tried.

mod aws;
mod clusters;
mod network;
mod own;
mod postgres;
mod queries;
mod refreshes;
mod rights;
mod signing_in;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::check::{CheckOutcome, Stage, StageState};
use contract::connection::ConnectionForm;
use contract::finding::CODES;
use redshift::address::LookupError;
use sample_cluster::{Cluster, Options, Quirks};

use crate::world::{Names, Plan, World, codes};

pub const READER: &str = "flitch_readonly:Sample-Reader-1";

pub type Seen = BTreeSet<&'static str>;

/// Holds a test to what its file says.
pub fn claim(seen: &Seen, provoked: &[&str]) {
    let missing: Vec<_> = provoked.iter().filter(|code| !seen.contains(*code)).collect();
    assert!(missing.is_empty(), "never provoked: {missing:?}, but {seen:?}");
}

#[test]
fn every_finding_is_provoked_by_some_peer() {
    let all = [
        aws::PROVOKED,
        aws::UNREACHED,
        clusters::PROVOKED,
        network::PROVOKED,
        own::PROVOKED,
        postgres::PROVOKED,
        queries::PROVOKED,
        refreshes::PROVOKED,
        refreshes::ELSEWHERE,
        rights::PROVOKED,
        signing_in::PROVOKED,
    ];
    claim(&all.concat().into_iter().collect(), CODES);
}

impl World {
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

pub fn options(quirks: Quirks) -> Options {
    Options { sales: 500, quirks, ..Options::default() }
}

pub async fn sample(quirks: Quirks) -> (Cluster, World) {
    let cluster = Cluster::start(options(quirks)).await.unwrap();
    let world = World::new(Plan { extra_ca_pem: Some(cluster.ca_pem().to_owned()), ..Plan::default() }).await;
    (cluster, world)
}

/// A sample whose name resolves to wherever it listens.
pub async fn sample_named(quirks: Quirks) -> (Cluster, World) {
    let (cluster, _) = sample(quirks).await;
    let world = world_to(cluster.address(), Some(cluster.ca_pem().to_owned())).await;
    (cluster, world)
}

pub fn url(who: &str, address: SocketAddr, rest: &str) -> String {
    format!("postgresql://{who}@localhost:{}/{rest}", address.port())
}

pub fn names(answer: Result<SocketAddr, LookupError>) -> Arc<Names> {
    Arc::new(Names(vec![("localhost", answer)]))
}

pub fn local(address: SocketAddr) -> Arc<Names> {
    names(Ok(address))
}

pub async fn world_to(address: SocketAddr, ca: Option<String>) -> World {
    World::new(Plan { names: local(address), extra_ca_pem: ca, ..Plan::default() }).await
}
