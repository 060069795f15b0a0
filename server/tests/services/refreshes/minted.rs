//! Refreshing through AWS IAM: each run mints its own, and what AWS says decides what comes next.

use std::time::{Duration, Instant};

use contract::finding::Finding;
use contract::refresh::{RefreshState, RefreshView, RunState};
use jiff::Timestamp;
use sample_cluster::Quirks;
use sample_cluster::aws::Trouble;
use server::refresher::Refresher;
use server::services::RefreshLimits;

use super::{HOUR, MINUTE, every, states};
use crate::iam::{Sample, iam_form};
use crate::world::{Plan, World};

struct Minted {
    sample: Sample,
    world: World,
    dataset: String,
}

impl Minted {
    /// With a first run done.
    async fn new(limits: impl FnOnce(RefreshLimits) -> RefreshLimits) -> Self {
        Self::at(Quirks::default(), limits).await
    }

    async fn at(quirks: Quirks, limits: impl FnOnce(RefreshLimits) -> RefreshLimits) -> Self {
        let sample = Sample::new(quirks).await;
        let plan = sample.plan();
        let world = World::new(Plan { refresh_limits: limits(plan.refresh_limits), ..plan }).await;
        let view = world.check(iam_form(|_| {})).await;
        let dataset = world.save_and_pick(&view).await;
        world.backend.refreshes.set(&world.actor, &dataset, every(1, "hours")).await.unwrap();
        let data = Self { sample, world, dataset };
        assert_eq!(states(&data.run().await), [RunState::Done]);
        data
    }

    /// What stands after a turn.
    async fn run(&self) -> RefreshView {
        let mut refresher = Refresher::new(self.world.shared.clone());
        refresher.turn().await;
        refresher.settle().await;
        self.world.backend.refreshes.show(&self.world.actor, &self.dataset).await.unwrap()
    }

    fn later(&self) {
        self.world.shared.clock.shift(HOUR + MINUTE);
    }

    /// How often AWS was asked for credentials so far.
    fn mints(&self) -> usize {
        self.mints_at().len()
    }

    /// Of each request for credentials: which attempt of the SDK's it was, and when.
    fn mints_at(&self) -> Vec<(u32, Instant)> {
        let asked = self.sample.cloud.asked();
        let mints = asked.iter().filter(|asked| asked.operation == "GetClusterCredentials");
        mints.map(|asked| (asked.attempt, asked.at)).collect()
    }
}

fn code(view: &RefreshView) -> Option<&'static str> {
    view.runs[0].why.as_ref().map(|why| why.code())
}

/// The time of an AWS whose clock differs, and the same in seconds since 1970.
const FAR: &str = "Tue, 01 Jan 2030 00:00:00 GMT";
const FAR_SECONDS: i64 = 1_893_456_000;

fn trouble(status: u16, code: &'static str, message: &'static str, times: usize) -> Trouble {
    Trouble { times, ..Trouble::new("GetClusterCredentials", status, code, message) }
}

/// The credentials of one run are no good for the next: they have expired long since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_15_each_run_mints_its_own() {
    let data = Minted::new(|limits| limits).await;
    let lives = Duration::from_secs(3);
    data.sample.cloud.shorten(&[lives; 2]);
    let before = data.mints();
    for runs in 2..=3 {
        data.later();
        let view = data.run().await;
        assert_eq!((view.runs.len(), view.state), (runs, RefreshState::Fresh));
        assert_eq!(data.mints(), before + runs - 1);
        tokio::time::sleep(lives).await;
    }
    let ledger = data.sample.cloud.ledger.mints();
    assert!(ledger.iter().all(|mint| mint.sign_ins <= 1), "none opened two sessions");
}

/// A cluster looks at credentials when somebody signs in: what expires while rows come ends nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_15_credentials_that_expire_while_it_reads_end_nothing() {
    let (lives, reads) = (Duration::from_millis(1500), Duration::from_millis(2500));
    let quirks = Quirks { trouble: sample_cluster::Trouble::Slow(reads), ..Quirks::default() };
    let data = Minted::at(quirks, |limits| limits).await;
    data.sample.cloud.shorten(&[lives]);
    let before = data.mints();
    data.later();
    let view = data.run().await;
    assert_eq!((states(&view), view.state), (vec![RunState::Done; 2], RefreshState::Fresh));
    let read = &view.runs[0];
    assert!(read.duration_us > lives.as_micros() as u64, "they expired before it ended: {read:?}");
    data.later();
    assert_eq!(data.run().await.state, RefreshState::Fresh);
    assert_eq!(data.mints(), before + 2, "the next one mints anew");
    assert!(data.sample.cloud.ledger.mints().iter().all(|mint| mint.sign_ins <= 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_16_a_throttled_run_is_tried_again_and_given_up() {
    let data = Minted::new(|limits| RefreshLimits { sign_ins: 2, ..limits }).await;
    data.sample.cloud.make_trouble(trouble(400, "Throttling", "Rate exceeded", 3));
    data.later();
    assert_eq!(data.run().await.state, RefreshState::Fresh);
    data.sample.cloud.make_trouble(trouble(400, "Throttling", "Rate exceeded", usize::MAX));
    data.later();
    let (before, started) = (data.mints(), Instant::now());
    let view = data.run().await;
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    assert!(data.mints() - before <= 2 * 5, "{} mints", data.mints() - before);
    assert_eq!(code(&view), Some("aws_throttled"));
    // It may pass: not halted, and tried again before the hour is over.
    assert!(matches!(view.state, RefreshState::Stale { failures: 1, .. }), "{:?}", view.state);
    assert!(view.next[0] - data.world.shared.clock.now() <= MINUTE);
}

/// With the limits that Flitch has. It takes a minute.
#[ignore = "for make test-long"]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_16_throttled_for_ever_it_ends_after_five_tries_and_within_a_minute_for_long() {
    let data = Minted::new(|limits| RefreshLimits { first_wait: Duration::from_secs(1), ..limits }).await;
    data.sample.cloud.make_trouble(trouble(400, "Throttling", "Rate exceeded", usize::MAX));
    data.later();
    let (before, started) = (data.mints(), Instant::now());
    let view = data.run().await;
    assert!(started.elapsed() < Duration::from_secs(61), "{:?}", started.elapsed());
    let mints = data.mints_at().split_off(before);
    assert!(mints.len() <= 5 * 5, "{} mints", mints.len());
    // Slower and slower: each try begins later after the one before, and each is the SDK's own attempts.
    let begun = mints.windows(2).filter(|pair| pair[1].0 == 1);
    let pauses: Vec<Duration> = begun.map(|pair| pair[1].1 - pair[0].1).collect();
    assert!((2..=4).contains(&pauses.len()), "{pauses:?}");
    assert!(pauses.is_sorted(), "{pauses:?}");
    assert_eq!(code(&view), Some("aws_throttled"));
    assert!(matches!(view.state, RefreshState::Stale { failures: 1, .. }), "{:?}", view.state);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_18_an_aws_that_says_nothing_is_given_up_and_the_snapshot_stays() {
    let data = Minted::new(|limits| RefreshLimits { sign_ins: 1, ..limits }).await;
    let silent = Trouble { is_silent: true, ..trouble(200, "", "", usize::MAX) };
    data.sample.cloud.make_trouble(silent);
    data.later();
    let started = Instant::now();
    let view = data.run().await;
    assert!(started.elapsed() < Duration::from_secs(17), "15 s for AWS, and not {:?}", started.elapsed());
    assert_eq!(code(&view), Some("aws_timed_out"));
    assert!(matches!(view.state, RefreshState::Stale { failures: 1, .. }), "{:?}", view.state);
    // AWS is back, and so is the next run.
    data.sample.cloud.end_trouble();
    data.later();
    assert_eq!(data.run().await.state, RefreshState::Fresh);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_17_denied_is_not_tried_again_and_names_the_right_that_lacks() {
    let data = Minted::new(|limits| limits).await;
    let said = "User: arn:aws:sts::123456789012:assumed-role/flitch/i-1 is not authorized to perform: \
                redshift:GetClusterCredentials on resource: arn:aws:redshift:us-east-1:123456789012:dbuser:sample/flitch_readonly";
    data.sample.cloud.make_trouble(trouble(403, "AccessDenied", said, usize::MAX));
    data.later();
    let before = data.mints();
    let view = data.run().await;
    assert_eq!(data.mints(), before + 1);
    assert!(matches!(view.state, RefreshState::ReconnectRequired { .. }), "{:?}", view.state);
    let told = serde_json::to_string(&view.runs[0].why).unwrap();
    assert!(
        told.contains("redshift:GetClusterCredentials") && told.contains("dbuser:sample/flitch_readonly"),
        "{told}"
    );
    data.later();
    assert_eq!(data.run().await.runs.len(), 2, "and none follows");
}

/// What would be the same a minute later is not asked again before the next run's own time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_17_what_aws_does_not_have_or_support_is_asked_once() {
    let data = Minted::new(|limits| limits).await;
    let gone = trouble(404, "ClusterNotFound", "Cluster sample not found.", usize::MAX);
    let unsupported = trouble(400, "UnsupportedOperation", "The requested operation isn't supported.", usize::MAX);
    for (failures, (trouble, told)) in (1..).zip([(gone, "aws_cluster_unknown"), (unsupported, "aws_unsupported")]) {
        data.sample.cloud.make_trouble(trouble);
        data.later();
        let before = data.mints();
        let view = data.run().await;
        assert_eq!((data.mints() - before, code(&view)), (1, Some(told)));
        match view.state {
            RefreshState::Stale { failures: told, .. } => assert_eq!(told, failures),
            other => panic!("{other:?}"),
        }
        assert!(view.next[0] - data.world.shared.clock.now() > 50 * MINUTE, "not before its own time");
        data.sample.cloud.end_trouble();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_19_clocks_that_differ_fail_a_run_without_a_storm() {
    let data = Minted::new(|limits| limits).await;
    let signature = "Signature expired: 20261124T000000Z is now earlier than 20261124T001000Z";
    let request = "Request has expired. Timestamp date is 2026-11-24T00:00:00Z";
    let said = [("SignatureDoesNotMatch", 403, signature), ("RequestExpired", 400, request)];
    for (failures, (name, status, message)) in (1..).zip(said) {
        let far = Trouble { date: Some(FAR), ..trouble(status, name, message, usize::MAX) };
        data.sample.cloud.make_trouble(far);
        data.later();
        let before = data.mints();
        let view = data.run().await;
        match view.runs[0].why {
            // By how much, to within what this took.
            Some(Finding::AwsClockSkew { seconds: Some(seconds) }) => {
                let ahead = Timestamp::now().as_second() - FAR_SECONDS;
                assert!((ahead - seconds).abs() < 60, "{seconds}, and not {ahead}");
            }
            ref other => panic!("{name}: {other:?}"),
        }
        assert!(data.mints() - before <= 5, "{name}: {} mints", data.mints() - before);
        assert!(
            matches!(view.state, RefreshState::Stale { failures: told, .. } if told == failures),
            "{:?}",
            view.state
        );
        data.sample.cloud.end_trouble();
    }
}
