//! Names that change their mind between one look and the next.

use std::net::SocketAddr;
use std::sync::Arc;

use contract::check::Stage;
use libtest_mimic::Trial;
use redshift::{Deadlines, Endpoint, Limits, Login, Means, Policy, Session, TlsMode, TlsPolicy};
use sample_cluster::{Cluster, Options};
use secrecy::SecretString;
use testkit::trial::each;

use crate::spies::{PUBLIC, Spy};
use crate::world::{Plan, World, form};

const STRING: &str = "postgresql://u:p@db.example:5439/dev";

pub fn trials() -> Vec<Trial> {
    each(
        "dns",
        "L3",
        |_| true,
        |case| async move {
            match case.id() {
                "O-DNS-01" => mixed_answers().await,
                "O-DNS-02" => rebinding().await,
                "O-DNS-03" => cancelling().await,
                "O-DNS-04" => a_day_later().await,
                id => panic!("no test for {id}"),
            }
        },
    )
}

async fn world(spy: &Spy) -> World {
    let (names, dialer) = (Arc::new(spy.clone()), Arc::new(spy.clone()));
    World::new(Plan { policy: Policy::default(), names, dialer, ..Plan::default() }).await
}

async fn code(world: &World, connection_id: &str) -> &'static str {
    let view = world.check_again(connection_id).await;
    view.stages.iter().find(|stage| stage.stage == Stage::Address).unwrap().findings[0].code()
}

async fn draft(world: &World) -> String {
    world.backend.connections.draft(&world.actor, form(STRING), true).await.unwrap().id
}

async fn mixed_answers() {
    for answers in [[PUBLIC, "10.0.0.5:5439"], ["10.0.0.5:5439", PUBLIC], [PUBLIC, "[::1]:5439"]] {
        let spy = Spy::answering(&[&answers]);
        let world = world(&spy).await;
        assert_eq!(code(&world, &draft(&world).await).await, "address_forbidden");
        assert_eq!(spy.dialled(), []);
    }
}

async fn rebinding() {
    let spy = Spy::answering(&[&[PUBLIC], &["127.0.0.1:5439"]]);
    let world = world(&spy).await;
    assert_eq!(code(&world, &draft(&world).await).await, "address_allowed");
    assert_eq!(spy.dialled(), [PUBLIC.parse().unwrap()]);
    assert_eq!(spy.looked_up().len(), 1);
}

/// A real session, so that there is something to cancel; the spy leads the public address to the sample.
async fn cancelling() {
    let options = Options { names: vec!["db.example".into()], sales: 500, ..Options::default() };
    let cluster = Cluster::start(options).await.unwrap();
    let spy = Spy::answering(&[&[PUBLIC], &["127.0.0.1:22"]]).leading_to(cluster.address());
    let means = Means {
        policy: Policy::default(),
        resolver: Arc::new(spy.clone()),
        dialer: Arc::new(spy.clone()),
        deadlines: Deadlines::default(),
    };
    let tls = TlsPolicy {
        mode: TlsMode::VerifyFull,
        server_name: "db.example".into(),
        ca_pem: Some(cluster.ca_pem().to_owned()),
        extra_ca_pem: None,
    };
    let login = Login {
        user: "flitch_readonly".into(),
        password: SecretString::from("Sample-Reader-1"),
        database: "dev".into(),
    };
    let endpoint = Endpoint { host: "db.example".into(), port: 5439 };
    let session = Session::open(&means, &endpoint, &tls, &login).await.unwrap();
    // Cut at one row, which cancels; and by hand.
    session.read("select * from public.sales", Limits::VALUE).await.unwrap();
    session.canceller().unwrap().cancel(&spy, &means.deadlines).await.unwrap();
    let public: SocketAddr = PUBLIC.parse().unwrap();
    assert_eq!(spy.dialled(), [public; 3], "the session, and two cancels");
    assert_eq!(spy.looked_up().len(), 1);
}

/// Every connect looks again and judges again; so will a refresh, which takes the same way.
async fn a_day_later() {
    let spy = Spy::answering(&[&[PUBLIC], &["10.0.0.5:5439"]]);
    let world = world(&spy).await;
    let id = draft(&world).await;
    assert_eq!(code(&world, &id).await, "address_allowed");
    assert_eq!(code(&world, &id).await, "address_forbidden");
    world.backend.connections.save(&world.actor, &id).await.unwrap();
    world.backend.datasets.catalog_read(&world.actor, &id, "").await.unwrap();
    let picker = loop {
        let picker = world.backend.datasets.picker(&world.actor, &id, Default::default()).await.unwrap();
        if !picker.is_reading && picker.finding.is_some() {
            break picker;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!(picker.finding.unwrap().code(), "address_forbidden");
    assert_eq!(spy.dialled().len(), 1);
}
