//! Minting through AWS's own SDK, against the sample's pretend AWS; what is minted signs in at the sample cluster.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redshift::iam::{Aws, Cloud as _, Kind, Minted, Need, Refusal, Role};
use redshift::{Error, Session};
use sample_cluster::aws::{self, AwsServer, Cloud, Trouble};
use sample_cluster::{Cluster, Options};
use secrecy::ExposeSecret;
use testkit::peer::{BlackHole, closed_port};

use crate::way;

struct World {
    cluster: Cluster,
    cloud: Arc<Cloud>,
    server: AwsServer,
}

impl World {
    async fn new() -> Self {
        let cloud = Arc::new(Cloud::default());
        let options = Options { sales: 100, cloud: Arc::clone(&cloud), ..Options::default() };
        let cluster = Cluster::start(options).await.unwrap();
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = AwsServer::start(listen, Arc::clone(&cloud), cluster.address().port()).await.unwrap();
        Self { cluster, cloud, server }
    }

    fn aws(&self) -> Aws {
        self.aws_of(aws::KEY)
    }

    fn aws_of(&self, key: &str) -> Aws {
        Aws::with_config(testkit::aws::config(&self.server.url(), key, aws::SECRET))
    }

    async fn mint(&self, need: &Need) -> Result<Minted, Refusal> {
        self.aws().enter(need).await?.mint().await
    }

    async fn sign_in(&self, minted: &Minted) -> Result<Session, Error> {
        let tls = way::tls(self.cluster.ca_pem());
        let password = minted.password.expose_secret();
        way::open(self.cluster.address().port(), &tls, &minted.user, password, "dev").await
    }

    fn refuse(&self, operation: &str, status: u16, code: &str, message: &str) {
        self.cloud.end_trouble();
        self.cloud.make_trouble(Trouble::new(operation, status, code, message));
    }
}

fn need() -> Need {
    Need {
        kind: Kind::Provisioned,
        region: aws::REGION.into(),
        cluster: aws::CLUSTER.into(),
        user: Some("flitch_readonly".into()),
        database: "dev".into(),
        role: None,
    }
}

fn serverless() -> Need {
    Need { kind: Kind::Serverless, cluster: aws::WORKGROUP.into(), user: None, ..need() }
}

fn role(external_id: &str, policy: &str) -> Role {
    Role {
        arn: format!("arn:aws:iam::123456789012:role/{}", aws::ROLE),
        external_id: Some(external_id.into()),
        session_name: "flitch-test".into(),
        session_policy: policy.into(),
    }
}

fn policy(user: &str) -> String {
    let arn = "arn:aws:redshift:us-east-1:123456789012";
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"redshift:GetClusterCredentials","Resource":["{arn}:dbuser:sample/{user}","{arn}:dbname:sample/dev"]}}]}}"#
    )
}

#[tokio::test]
async fn what_is_minted_signs_in_as_it_was_returned() {
    let world = World::new().await;
    for (need, user) in
        [(need(), "IAM:flitch_readonly"), (Need { user: None, ..need() }, "IAM:flitch"), (serverless(), "IAM:flitch")]
    {
        let minted = world.mint(&need).await.unwrap();
        assert_eq!(minted.user, user);
        assert!(!format!("{minted:?}").contains(minted.password.expose_secret()));
        let session = world.sign_in(&minted).await.unwrap();
        assert_eq!(session.auth(), Some(redshift::stream::AuthRequest::ClearText), "inside verified TLS");
    }
    let asked = world.cloud.asked();
    let of = |operation: &str| asked.iter().find(|asked| asked.operation == operation).unwrap().parameters.clone();
    let mint = of("GetClusterCredentials");
    for (name, value) in [("DurationSeconds", "900"), ("AutoCreate", "false"), ("DbUser", "flitch_readonly")] {
        assert_eq!(mint.get(name).map(String::as_str), Some(value));
    }
    assert!(!mint.keys().any(|name| name.starts_with("DbGroups")), "{mint:?}");
    assert_eq!(of("GetClusterCredentialsWithIAM").get("DurationSeconds").map(String::as_str), Some("900"));
    assert_eq!(of("GetCredentials").get("durationSeconds").map(String::as_str), Some("900"));
}

#[tokio::test]
async fn o_fault_15_credentials_open_sessions_until_they_expire() {
    let world = World::new().await;
    // Long enough to sign in on a machine that is busy.
    let life = Duration::from_secs(3);
    world.cloud.shorten(&[life]);
    let short = world.mint(&need()).await.unwrap();
    let open = world.sign_in(&short).await.unwrap();
    tokio::time::sleep(life).await;
    let late = world.sign_in(&short).await.err().unwrap();
    assert!(matches!(late, Error::Server(said) if said.sqlstate == "28000"));
    assert!(open.read("select 1", redshift::Limits::VALUE).await.is_ok(), "an open session goes on");
    assert!(world.sign_in(&world.mint(&need()).await.unwrap()).await.is_ok());
}

#[tokio::test]
async fn a_user_that_the_database_lacks_is_minted_and_refused_at_sign_in() {
    let world = World::new().await;
    let minted = world.mint(&Need { user: Some("nobody".into()), ..need() }).await.unwrap();
    let refused = world.sign_in(&minted).await.err().unwrap();
    assert!(matches!(refused, Error::Server(said) if said.sqlstate == "42704"));
}

#[tokio::test]
async fn a_role_needs_the_teams_external_id_and_does_no_more_than_the_need() {
    let world = World::new().await;
    let with = |external_id: &str, policy: String| Need { role: Some(role(external_id, &policy)), ..need() };
    let arn = format!("arn:aws:iam::123456789012:role/{}", aws::ROLE);
    let denied = Err(Refusal::RoleDenied { role: arn });
    let told = |answer: Result<Minted, Refusal>| answer.map(|minted| minted.user);
    assert_eq!(told(world.mint(&with("id-1", policy("flitch_readonly"))).await), denied, "it trusts nobody yet");
    let trust = r#"{"Statement":[{"Condition":{"StringEquals":{"sts:ExternalId":"id-1"}}}]}"#;
    world.cloud.trust(aws::ROLE, trust).unwrap();
    assert_eq!(told(world.mint(&with("id-2", policy("flitch_readonly"))).await), denied, "another team's id");
    let minted = world.mint(&with("id-1", policy("flitch_readonly"))).await;
    assert_eq!(told(minted), Ok("IAM:flitch_readonly".to_owned()));
    // The session policy pins the user, whatever the role may do.
    let other = world.mint(&with("id-1", policy("ann"))).await;
    assert!(matches!(other, Err(Refusal::Denied { action, resource })
        if action == "redshift:GetClusterCredentials" && resource.ends_with("dbuser:sample/flitch_readonly")));
    let acting = world.aws().enter(&with("id-1", policy("ann"))).await.unwrap();
    let caller = acting.identity().await.unwrap();
    assert_eq!(caller.arn, "arn:aws:sts::123456789012:assumed-role/flitch-reader/flitch-test");
}

#[tokio::test]
async fn the_endpoint_is_found_and_the_clusters_state_is_told() {
    let world = World::new().await;
    let aws = &world.aws();
    let find = |need: Need| async move { aws.enter(&need).await?.find().await };
    let place = find(need()).await.unwrap();
    assert_eq!((place.port, place.busy, place.admin.as_deref()), (world.cluster.address().port(), None, Some("admin")));
    assert_eq!(find(serverless()).await.unwrap().host, aws::SERVERLESS_HOST);
    let named = |cluster: &str| find(Need { cluster: cluster.into(), ..need() });
    assert_eq!(named("asleep").await, Err(Refusal::Unavailable { status: "paused".into() }));
    assert_eq!(named("waking").await, Err(Refusal::Unavailable { status: "resuming".into() }));
    assert_eq!(named("growing").await.unwrap().busy.as_deref(), Some("resizing"));
    assert_eq!(named("kept").await.unwrap().busy.as_deref(), Some("maintenance"));
    assert_eq!(named("newborn").await, Err(Refusal::NoEndpoint { status: "modifying".into() }));
    assert_eq!(named("nowhere").await, Err(Refusal::ClusterUnknown));
    assert_eq!(find(Need { region: "eu-west-1".into(), ..need() }).await, Err(Refusal::ClusterUnknown));
    assert_eq!(find(Need { cluster: "nowhere".into(), ..serverless() }).await, Err(Refusal::WorkgroupUnknown));
}

#[tokio::test]
async fn each_way_of_aws_to_say_no_is_its_own_refusal() {
    let world = World::new().await;
    let mint = || async { world.mint(&need()).await.map(|minted| minted.user) };
    for (status, code, message, refusal) in [
        (403, "ExpiredToken", "The security token included in the request is expired", Refusal::CredentialsExpired),
        (403, "InvalidClientTokenId", "The security token is invalid", Refusal::CredentialsRefused),
        (
            400,
            "UnsupportedOperation",
            "Not for this cluster",
            Refusal::Unsupported { message: "Not for this cluster".into() },
        ),
        (404, "ClusterNotFound", "Cluster sample not found.", Refusal::ClusterUnknown),
        (400, "Odd", "\u{9b}2J odd", Refusal::Said { code: "Odd".into(), message: "\u{fffd}2J odd".into() }),
        // An answer that is no XML.
        (400, "Odd", "\u{1b}[2J odd", Refusal::Said { code: "HTTP 400".into(), message: String::new() }),
    ] {
        world.refuse("GetClusterCredentials", status, code, message);
        assert_eq!(mint().await, Err(refusal), "{code}");
    }
    world.cloud.end_trouble();
    let nobody = world.aws_of(aws::KEY_OF_NOBODY).enter(&need()).await.unwrap();
    let arn = "arn:aws:redshift:us-east-1:123456789012:dbuser:sample/flitch_readonly";
    let denied = Refusal::Denied { action: "redshift:GetClusterCredentials".into(), resource: arn.into() };
    assert_eq!(nobody.mint().await.err(), Some(denied));
    assert!(nobody.identity().await.is_ok(), "who one is needs no right");
    let stranger = world.aws_of("AKIAUNKNOWN").enter(&need()).await.unwrap();
    assert_eq!(stranger.mint().await.err(), Some(Refusal::CredentialsRefused));
    let workgroup = world.aws_of("AKIAUNKNOWN").enter(&serverless()).await.unwrap();
    assert_eq!(workgroup.mint().await.err(), Some(Refusal::CredentialsRefused));
}

#[tokio::test]
async fn o_fault_16_a_throttled_mint_is_tried_again_and_given_up_in_time() {
    let world = World::new().await;
    let throttled =
        |times| Trouble { times, ..Trouble::new("GetClusterCredentials", 400, "Throttling", "Rate exceeded") };
    world.cloud.make_trouble(throttled(3));
    assert!(world.mint(&need()).await.is_ok());
    assert_eq!(world.cloud.asked().len(), 4);
    world.cloud.make_trouble(throttled(usize::MAX));
    let started = Instant::now();
    let refused = world.mint(&need()).await.err();
    assert!(matches!(refused, Some(Refusal::Throttled | Refusal::TimedOut)), "{refused:?}");
    assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
    assert!(world.cloud.asked().len() <= 4 + 5, "five tries at most");
}

#[tokio::test]
async fn o_fault_19_clocks_that_differ_are_said_with_by_how_much() {
    let world = World::new().await;
    let mint = || async { world.mint(&need()).await.map(|minted| minted.user) };
    let message = "Signature expired: 20261124T000000Z is now earlier than 20261124T001000Z";
    let date = Some("Tue, 01 Jan 2030 00:00:00 GMT");
    let skewed = Trouble { date, ..Trouble::new("GetClusterCredentials", 403, "SignatureDoesNotMatch", message) };
    world.cloud.make_trouble(skewed);
    assert!(matches!(mint().await, Err(Refusal::ClockSkew { seconds: Some(behind) }) if behind < -1_000_000));
    // The SDK signs by AWS's time from the second try on; here that does not help either.
    assert!((2..=5).contains(&world.cloud.asked().len()), "no storm of tries");
}

#[tokio::test]
async fn o_fault_17_denied_is_not_tried_again() {
    let world = World::new().await;
    let nobody = world.aws_of(aws::KEY_OF_NOBODY).enter(&need()).await.unwrap();
    assert!(nobody.mint().await.is_err());
    assert_eq!(world.cloud.asked().len(), 1);
}

#[tokio::test]
async fn o_fault_18_an_aws_that_is_not_there_or_hangs_is_said_in_time() {
    let closed = format!("http://127.0.0.1:{}", closed_port().await);
    let aws = Aws::with_config(testkit::aws::config(&closed, aws::KEY, aws::SECRET));
    let started = Instant::now();
    let refused = aws.enter(&need()).await.unwrap().mint().await.err();
    assert!(matches!(refused, Some(Refusal::Unreachable | Refusal::TimedOut)), "{refused:?}");
    let hole = BlackHole::start().await;
    let aws = Aws::with_config(testkit::aws::config(&format!("http://{}", hole.address), aws::KEY, aws::SECRET));
    let refused = aws.enter(&need()).await.unwrap().mint().await.err();
    assert_eq!(refused, Some(Refusal::TimedOut));
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}
