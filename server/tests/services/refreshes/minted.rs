//! Refreshing through AWS IAM: each run mints its own, and what AWS says decides what comes next.

use std::time::{Duration, Instant};

use contract::refresh::{RefreshState, RefreshView, RunState};
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
        let sample = Sample::new(Quirks::default()).await;
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

    /// How often AWS was asked for credentials from now on.
    fn mints(&self) -> usize {
        self.sample.cloud.asked().iter().filter(|asked| asked.operation == "GetClusterCredentials").count()
    }
}

fn trouble(status: u16, code: &'static str, message: &'static str, times: usize) -> Trouble {
    Trouble { times, ..Trouble::new("GetClusterCredentials", status, code, message) }
}

/// The credentials of one run are no good for the next: they have expired long since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_15_each_run_mints_its_own() {
    let data = Minted::new(|limits| limits).await;
    data.sample.cloud.shorten(&[Duration::from_millis(300); 2]);
    let before = data.mints();
    for runs in 2..=3 {
        data.later();
        let view = data.run().await;
        assert_eq!((view.runs.len(), view.state), (runs, RefreshState::Fresh));
        assert_eq!(data.mints(), before + runs - 1);
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    let ledger = data.sample.cloud.ledger.mints();
    assert!(ledger.iter().all(|mint| mint.sign_ins <= 1), "none opened two sessions");
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
    let why = view.runs[0].why.as_ref().map(|why| why.code());
    assert!(matches!(why, Some("aws_throttled" | "aws_timed_out")), "{why:?}");
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
    assert!(data.mints() - before <= 5 * 5, "{} mints", data.mints() - before);
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
    assert_eq!(view.runs[0].why.as_ref().map(|why| why.code()), Some("aws_timed_out"));
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_19_clocks_that_differ_fail_a_run_without_a_storm() {
    let data = Minted::new(|limits| limits).await;
    let message = "Signature expired: 20261124T000000Z is now earlier than 20261124T001000Z";
    let skewed = Trouble {
        date: Some("Tue, 01 Jan 2030 00:00:00 GMT"),
        ..trouble(403, "SignatureDoesNotMatch", message, usize::MAX)
    };
    data.sample.cloud.make_trouble(skewed);
    data.later();
    let before = data.mints();
    let view = data.run().await;
    assert_eq!(view.runs[0].why.as_ref().map(|why| why.code()), Some("aws_clock_skew"));
    assert!(data.mints() - before <= 5, "{} mints", data.mints() - before);
    assert!(matches!(view.state, RefreshState::Stale { failures: 1, .. }));
}
