//! O-FAULT-10: a network that is cut in each phase of a refresh, in each way. The finding names the phase, the deadline is
//! kept, and no part of an answer is stored.

use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::finding::{Finding, Phase};
use libtest_mimic::Trial;
use redshift::Deadlines;
use sample_cluster::cert::Authority;
use sample_cluster::{Cluster, Options};
use server::services::RefreshLimits;
use testkit::hostile::cut::{self, Way};
use testkit::hostile::{Hostile, Plan as PeerPlan};

use crate::peers::{identity, prepared, refresh};
use crate::world::{Names, Plan, World};

/// Of each phase, here.
const DEADLINE: Duration = Duration::from_secs(2);

pub fn trials() -> Vec<Trial> {
    let one = |phase| {
        Trial::test(format!("O-FAULT-10 {phase:?}"), move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            for way in Way::ALL {
                runtime.block_on(cut(phase, way));
            }
            Ok(())
        })
    };
    cut::Phase::ALL.into_iter().map(one).collect()
}

async fn cut(phase: cut::Phase, way: Way) {
    let id = cut::id(phase, way);
    let authority = Authority::new("Trusted").unwrap();
    let options = Options { sales: 500, ..Options::default() };
    let cluster = Cluster::start_signed_by(options, &authority).await.unwrap();
    let peer = Hostile::start(PeerPlan {
        id: id.clone(),
        identity: Some(identity(&id, &authority)),
        honest: Some(cluster.address()),
    })
    .await;
    let plan = Plan::default();
    let world = World::new(Plan {
        names: Arc::new(Names(vec![("localhost", Ok(peer.address))])),
        extra_ca_pem: Some(authority.pem().to_owned()),
        deadlines: Deadlines { tls: DEADLINE, sign_in: DEADLINE, statement: DEADLINE, ..Deadlines::default() },
        refresh_limits: RefreshLimits { seconds: 2, sign_ins: 1, ..plan.refresh_limits },
        ..plan
    })
    .await;
    let (_, dataset) = prepared(&world, peer.address).await;
    peer.turn_hostile();
    let started = Instant::now();
    let findings = refresh(&world, &dataset, &id).await;
    assert!(started.elapsed() < 5 * DEADLINE, "{id}: {:?}", started.elapsed());
    let [finding] = findings.as_slice() else { panic!("{id}: {findings:?}") };
    let is_right = match (phase, way) {
        (cut::Phase::SslRequest | cut::Phase::Tls, Way::Silence) => {
            matches!(finding, Finding::TimedOut { phase: Phase::Tls, .. })
        }
        (cut::Phase::SslRequest | cut::Phase::Tls, _) => {
            matches!(finding, Finding::ConnectionLost { phase: Phase::Tls } | Finding::TlsFailed)
        }
        (cut::Phase::SignIn, Way::Silence) => matches!(finding, Finding::TimedOut { phase: Phase::SignIn, .. }),
        (cut::Phase::SignIn, _) => matches!(finding, Finding::ConnectionLost { phase: Phase::SignIn }),
        // It does not answer a cancel either.
        (_, Way::Silence) => matches!(finding, Finding::GivenUp { .. }),
        (_, _) => matches!(finding, Finding::ConnectionLost { phase: Phase::Statement }),
    };
    assert!(is_right, "{id}: {finding:?}");
}
