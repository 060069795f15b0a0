//! O-FAULT-11: clocks that jump, and days of 23 and of 25 hours. No storm, and no schedule lost.

use contract::refresh::{Cause, RefreshState, ScheduleFields};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{DAY, HOUR, MINUTE, Refreshed, every};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_11_a_clock_that_jumps_makes_one_run_and_loses_none() {
    let mut data = Refreshed::new(10).await;
    data.set(every(1, "hours")).await;
    assert_eq!(data.turn().await, 1);
    // A year ahead.
    data.shift(365 * DAY);
    assert_eq!(data.turn().await, 2);
    assert_eq!(data.view().await.runs[0].cause, Cause::Schedule);
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

/// Every night at half past two, through three nights of which the one in the middle is an hour shorter or longer. Answers
/// when the refresher began, by the clocks on the wall.
async fn nights_in_berlin(from: &str) -> Vec<String> {
    let berlin = TimeZone::get("Europe/Berlin").unwrap();
    let from = from.parse::<Timestamp>().unwrap().as_microsecond();
    let mut data = Refreshed::new(10).await;
    data.shift(from - data.team.world.shared.clock.now());
    let nightly = ScheduleFields { at: "02:30".into(), zone: "Europe/Berlin".into(), ..every(1, "days") };
    data.set(nightly).await;
    assert_eq!(data.turn().await, 1, "from the beginning");
    let mut began = Vec::new();
    // A quarter of an hour is longer than a schedule's delay.
    for _ in 0..3 * 24 * 4 {
        data.shift(15 * MINUTE);
        if data.turn().await > began.len() + 1 {
            let at =
                Timestamp::from_microsecond(data.view().await.runs[0].started_at).unwrap().to_zoned(berlin.clone());
            began.push(at.strftime("%d. %H:%M %Z").to_string());
        }
    }
    began
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_11_a_night_without_half_past_two_has_its_run() {
    // Noon in Berlin: the clock of the test is ahead of that by what the test takes, and each quarter begins on time.
    let began = nights_in_berlin("2027-03-26T11:07:00Z").await;
    assert_eq!(began, ["27. 02:37 CET", "28. 03:37 CEST", "29. 02:37 CEST"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_fault_11_a_night_with_two_half_past_twos_has_one_run() {
    let began = nights_in_berlin("2027-10-29T10:07:00Z").await;
    assert_eq!(began, ["30. 02:37 CEST", "31. 02:37 CEST", "01. 02:37 CET"]);
}
