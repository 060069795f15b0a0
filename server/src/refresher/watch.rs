//! Who works on a run, and whether they still do. A run's task counts its beat up in the store; one whose beat stood still
//! for a lease is lost. Time is measured here, by a clock that only goes forward: a server's date may jump, and two
//! servers' dates may differ.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use store::RunningRow;

/// Looks further apart than this are no watching, and than half a lease, where that is longer.
const LONGEST_BETWEEN: Duration = Duration::from_secs(2);

#[derive(Default)]
pub struct Watch {
    seen: HashMap<String, (i64, Instant)>,
    looked: Option<Instant>,
}

impl Watch {
    /// Looks at what runs anywhere, and answers with what is lost. While nobody could look at the store, nobody could
    /// say there that it lives: after such a while, what was seen before it proves nothing.
    pub fn look(&mut self, running: Vec<RunningRow>, lease: Duration, now: Instant) -> Vec<RunningRow> {
        let longest = (lease / 2).max(LONGEST_BETWEEN);
        if self.looked.replace(now).is_some_and(|before| now.duration_since(before) > longest) {
            self.seen.clear();
        }
        self.seen.retain(|run_id, _| running.iter().any(|row| row.run_id == *run_id));
        let is_lost = |row: &RunningRow| {
            let (beat, since) = self.seen.entry(row.run_id.clone()).or_insert((row.beat, now));
            if *beat != row.beat {
                (*beat, *since) = (row.beat, now);
            }
            now.duration_since(*since) >= lease
        };
        running.into_iter().filter(is_lost).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(10);

    fn row(run: &str, beat: i64) -> RunningRow {
        RunningRow { dataset_id: "d".into(), run_id: run.into(), beat }
    }

    #[test]
    fn a_beat_that_stands_still_for_a_lease_is_lost_and_no_other() {
        let (mut watch, start) = (Watch::default(), Instant::now());
        let mut look = |seconds, rows: &[(&str, i64)]| {
            let rows = rows.iter().map(|(run, beat)| row(run, *beat)).collect();
            let lost = watch.look(rows, LEASE, start + Duration::from_secs(seconds));
            lost.into_iter().map(|row| row.run_id).collect::<Vec<_>>()
        };
        assert!(look(0, &[("a", 5), ("b", 0)]).is_empty(), "whoever looks for the first time knows nothing yet");
        assert!(look(5, &[("a", 5), ("b", 0)]).is_empty());
        assert!(look(9, &[("a", 5), ("b", 1)]).is_empty());
        assert_eq!(look(10, &[("a", 5), ("b", 1)]), ["a"]);
        assert!(look(14, &[("b", 1)]).is_empty());
        assert!(look(18, &[("b", 1)]).is_empty());
        assert!(look(19, &[("b", 2), ("c", 2)]).is_empty(), "it lives after all");
        assert!(look(24, &[("b", 2), ("c", 3)]).is_empty());
        assert_eq!(look(29, &[("b", 2), ("c", 3)]), ["b"]);
        assert!(look(35, &[("b", 2), ("c", 3)]).is_empty(), "the store was away: nobody could say that it lives");
        assert!(look(40, &[("b", 2), ("c", 3)]).is_empty());
        assert_eq!(look(45, &[("b", 2), ("c", 3)]), ["b", "c"]);
    }
}
