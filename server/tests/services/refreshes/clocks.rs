//! O-FAULT-11: clocks that jump. No storm, and no schedule lost.

use contract::refresh::RefreshState;

use super::{DAY, HOUR, MINUTE, Refreshed, every};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_11_a_clock_that_jumps_makes_one_run_and_loses_none() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    assert_eq!(data.turn().await, 1);
    // A year ahead.
    data.shift(365 * DAY);
    assert_eq!(data.turn().await, 2);
    assert_eq!(data.turn().await, 2, "no storm");
    assert!(data.view().await.next[0] > data.team.world.shared.clock.now());
    // An hour back: planned anew, without a run.
    data.shift(-HOUR);
    assert_eq!(data.turn().await, 2);
    let wait = data.view().await.next[0] - data.team.world.shared.clock.now();
    assert!(wait > 0 && wait <= HOUR, "{wait}");
    data.shift(HOUR + 2 * MINUTE);
    assert_eq!(data.turn().await, 3);
    // A year back, and 26 hours ahead.
    data.shift(-365 * DAY);
    assert_eq!(data.turn().await, 3);
    data.shift(HOUR + 2 * MINUTE);
    assert_eq!(data.turn().await, 4);
    data.shift(26 * HOUR);
    assert_eq!(data.turn().await, 5);
    assert_eq!(data.state().await, RefreshState::Fresh);
}
