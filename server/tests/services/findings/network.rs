//! The way there: names, addresses, ports, certificates, and peers that are something else.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use contract::check::Stage;
use contract::connection::ConnectionForm;
use redshift::address::LookupError;
use redshift::{Deadlines, Dialer, PinnedAddr, Policy};
use sample_cluster::cert::{Authority, Validity};
use sample_cluster::{Cluster, Options, Quirks};
use testkit::peer::{BlackHole, Habit, Peer, closed_port};
use tokio::net::TcpStream;

use super::{READER, Seen, claim, local, names, options, url, world_to};
use crate::world::{Plan, World, codes, form};

pub const PROVOKED: &[&str] = &[
    "address_allowed",
    "address_forbidden",
    "certificate_expired",
    "certificate_not_yet_valid",
    "certificate_untrusted",
    "certificate_wrong_name",
    "check_too_long",
    "connect_timed_out",
    "connection_lost",
    "host_unreachable",
    "lookup_failed",
    "not_a_server",
    "port_forbidden",
    "port_refused",
    "starting_up",
    "protocol_broken",
    "tcp_open",
    "timed_out",
    "tls_failed",
    "tls_name_unchecked",
    "tls_off",
    "tls_refused",
    "tls_unverified",
    "tls_verified",
    "unknown_host",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_way_there_fails_in_its_own_words() {
    let seen = &mut Seen::new();
    addresses(seen).await;
    certificates(seen).await;
    broken_peers(seen).await;
    claim(seen, PROVOKED);
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
        // Who answers may take as long as the machine does.
        let deadlines = if code == "timed_out" { quick } else { Deadlines::default() };
        let peer = Peer::start(habit).await;
        let plan = Plan { names: local(peer.address), deadlines, ..Plan::default() };
        World::new(plan).await.expect(seen, string("dev"), Stage::Tls, code).await;
    }
    let starting = b"E\0\0\0\x37SFATAL\0C57P03\0Mthe database system is starting up\0\0";
    let peer = Peer::start(Habit::Answers(starting)).await;
    let world = world_to(peer.address, None).await;
    world.expect(seen, string("dev?sslmode=disable"), Stage::SignIn, "starting_up").await;

    // One stage that takes all of the check's time.
    let peer = Peer::start(Habit::Silent).await;
    let slow = Deadlines { tls: Duration::from_secs(60), ..Deadlines::default() };
    let plan = Plan { names: local(peer.address), deadlines: slow, ..Plan::default() };
    let view = World::new(plan).await.check(string("dev")).await;
    assert!(codes(&view).contains(&"check_too_long"), "{:?}", view.stages);
    seen.extend(codes(&view));
    for nonsense in [&b"R\0\0\0\x02"[..], b"R\x7f\xff\xff\xff\0\0\0\x0d", b"G\0\0\0\x07\0\0\0", b"D\0\0\0\x06\0\0"] {
        let peer = Peer::start(Habit::Answers(nonsense)).await;
        let world = world_to(peer.address, None).await;
        world.expect(seen, string("dev?sslmode=disable"), Stage::SignIn, "protocol_broken").await;
    }
}
