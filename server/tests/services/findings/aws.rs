//! AWS IAM: every way of AWS to say no, and of a cluster to be away.

use contract::check::Stage;
use contract::connection::ConnectionForm;
use sample_cluster::aws::{self, Trouble};
use sample_cluster::{Quirks, cluster::SAMPLE_HOST};
use testkit::peer::{BlackHole, closed_port};

use super::{Seen, claim};
use crate::iam::{Sample, iam_form};
use crate::world::{Plan, World, cloud_of};

pub const PROVOKED: &[&str] = &[
    "admin_user",
    "aws_clock_skew",
    "aws_cluster_unknown",
    "aws_credentials_expired",
    "aws_credentials_refused",
    "aws_denied",
    "aws_denied_explicitly",
    "aws_identity",
    "aws_no_credentials",
    "aws_role_denied",
    "aws_role_needed",
    "aws_said",
    "aws_throttled",
    "aws_unsupported",
    "aws_workgroup_unknown",
    "cluster_away",
    "cluster_busy",
    "endpoint_found",
    "endpoint_missing",
    "endpoint_typed",
    "iam_user_missing",
    "mint_refused",
    "minted",
];

/// Nothing was said at all.
pub const UNREACHED: &[&str] = &["aws_timed_out", "aws_unreachable"];

fn in_cluster(name: &str) -> ConnectionForm {
    iam_form(|form| form.cluster = name.into())
}

fn as_user(name: &str) -> ConnectionForm {
    iam_form(|form| form.user = name.into())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aws_says_no_in_many_ways() {
    let seen = &mut Seen::new();
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    world.expect(seen, iam_form(|_| {}), Stage::Mint, "minted").await;
    world.expect(seen, iam_form(|_| {}), Stage::AwsEndpoint, "endpoint_found").await;
    let typed = iam_form(|form| form.endpoint = format!("{SAMPLE_HOST}:5439"));
    world.expect(seen, typed, Stage::AwsEndpoint, "endpoint_typed").await;
    for (cluster, code) in [
        ("asleep", "cluster_away"),
        ("waking", "cluster_away"),
        ("newborn", "endpoint_missing"),
        ("growing", "cluster_busy"),
        ("kept", "cluster_busy"),
        ("nowhere", "aws_cluster_unknown"),
    ] {
        world.expect(seen, in_cluster(cluster), Stage::AwsEndpoint, code).await;
    }
    let workgroup = iam_form(|form| {
        form.kind = "serverless".into();
        form.cluster = "nowhere".into();
    });
    world.expect(seen, workgroup, Stage::AwsEndpoint, "aws_workgroup_unknown").await;
    world.expect(seen, as_user("admin"), Stage::AwsEndpoint, "admin_user").await;
    let accepted = iam_form(|form| {
        form.user = "admin".into();
        form.accepts_admin = true;
    });
    world.expect(seen, accepted, Stage::Rights, "user_is_superuser").await;
    world.expect(seen, as_user("nobody"), Stage::SignIn, "iam_user_missing").await;
    let role = iam_form(|form| form.role = "arn:aws:iam::123456789012:role/other".into());
    world.expect(seen, role, Stage::AwsIdentity, "aws_role_denied").await;

    for (operation, stage, status, code, message, finding) in [
        ("GetCallerIdentity", Stage::AwsIdentity, 403, "ExpiredToken", "expired", "aws_credentials_expired"),
        ("GetCallerIdentity", Stage::AwsIdentity, 403, "RequestExpired", "expired", "aws_clock_skew"),
        (
            "GetClusterCredentials",
            Stage::Mint,
            403,
            "AccessDenied",
            "x with an explicit deny in a policy",
            "aws_denied_explicitly",
        ),
        ("GetClusterCredentials", Stage::Mint, 400, "UnsupportedOperation", "not here", "aws_unsupported"),
        ("GetClusterCredentials", Stage::Mint, 400, "Odd", "odd", "aws_said"),
        ("GetClusterCredentials", Stage::Mint, 400, "Throttling", "Rate exceeded", "aws_throttled"),
    ] {
        sample.cloud.end_trouble();
        sample.cloud.make_trouble(Trouble::new(operation, status, code, message));
        world.expect(seen, iam_form(|_| {}), stage, finding).await;
    }
    sample.cloud.end_trouble();
    sample.cloud.shorten(&[std::time::Duration::ZERO, std::time::Duration::ZERO]);
    world.expect(seen, iam_form(|_| {}), Stage::SignIn, "mint_refused").await;

    let nobody = World::new(Plan { cloud: cloud_of(&sample.aws, aws::KEY_OF_NOBODY), ..sample.plan() }).await;
    nobody.expect(seen, iam_form(|_| {}), Stage::AwsEndpoint, "aws_denied").await;
    let unknown = World::new(Plan { cloud: cloud_of(&sample.aws, "AKIAUNKNOWN"), ..sample.plan() }).await;
    unknown.expect(seen, iam_form(|_| {}), Stage::AwsIdentity, "aws_credentials_refused").await;
    World::new(Plan::default()).await.expect(seen, iam_form(|_| {}), Stage::AwsIdentity, "aws_no_credentials").await;
    let saved = world.backend.connections.draft(&world.actor, iam_form(|_| {}), true).await.unwrap();
    world.stranger().await;
    let alone = world.check_again(&saved.id).await;
    seen.extend(crate::world::codes(&alone));
    claim(seen, PROVOKED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_aws_that_cannot_be_reached_or_hangs_is_said_within_the_budget() {
    let seen = &mut Seen::new();
    let at = |url: String| {
        let config = testkit::aws::config(&url, aws::KEY, aws::SECRET);
        Plan { cloud: std::sync::Arc::new(redshift::iam::Aws::with_config(config)), ..Plan::default() }
    };
    let closed = World::new(at(format!("http://127.0.0.1:{}", closed_port().await))).await;
    closed.expect(seen, iam_form(|_| {}), Stage::AwsIdentity, "aws_unreachable").await;
    let hole = BlackHole::start().await;
    let hangs = World::new(at(format!("http://{}", hole.address))).await;
    hangs.expect(seen, iam_form(|_| {}), Stage::AwsIdentity, "aws_timed_out").await;
    claim(seen, UNREACHED);
}
