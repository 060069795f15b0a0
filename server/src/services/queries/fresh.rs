//! Whether an answer that is there serves the next look too.

use contract::query::QueryState;
use store::{QueryRow, ServedRow};

use super::super::SECOND;
use super::view::state;

/// An answer that came this long ago answers the next look too: a reload, a second tab, the browser's own poll.
const FRESH: i64 = 60 * SECOND;

/// The newest answer serves while it is of what is served now, or of a source that is being asked, or answered a moment
/// ago.
pub(super) fn serves(row: &QueryRow, served: Option<&ServedRow>, now: i64) -> bool {
    let state = state(row);
    let is_good = state == QueryState::Done || state.is_running();
    // However long the source takes: it is asked once.
    let ended_at = row.started_at.unwrap_or(row.queued_at) + row.duration_us.unwrap_or(0);
    let is_fresh = state.is_running() || ended_at > now - FRESH;
    match served {
        // What the source told stays until the snapshot holds something newer; that it told nothing, until there is one.
        Some(served) if is_live(row) => {
            is_fresh && row.queued_at > if is_good { served.taken_at } else { served.switched_at }
        }
        // One that came to nothing is tried again, in a while.
        Some(served) if row.snapshot_id == served.id => is_good || is_fresh,
        Some(_) => false,
        None => is_live(row) && is_fresh,
    }
}

/// The source itself is asked, or was.
pub(super) fn is_live(row: &QueryRow) -> bool {
    row.snapshot_id.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::super::now;
    use super::*;

    /// Asked so many seconds ago.
    fn asked(seconds: i64, state: &str) -> QueryRow {
        let now = now();
        let queued_at = now - seconds * SECOND;
        QueryRow { state: state.into(), queued_at, alive_until: now + 10 * SECOND, ..QueryRow::default() }
    }

    fn served(taken: i64, switched: i64) -> ServedRow {
        let ago = |seconds: i64| now() - seconds * SECOND;
        ServedRow {
            id: "s".into(),
            object_key: String::new(),
            columns: "[]".into(),
            row_count: 1,
            taken_at: ago(taken),
            switched_at: ago(switched),
        }
    }

    #[test]
    fn a_source_that_takes_long_is_asked_once() {
        let now = now();
        let older = served(1_000, 900);
        for state in ["waiting", "running", "cancelling"] {
            assert!(serves(&asked(300, state), None, now), "{state}");
            assert!(serves(&asked(300, state), Some(&older), now), "{state}");
        }
        // Nobody works on it any more.
        let left = QueryRow { alive_until: now - SECOND, ..asked(300, "running") };
        assert!(!serves(&left, None, now));
    }

    #[test]
    fn an_answer_is_fresh_for_a_minute_from_when_it_came() {
        let now = now();
        let took = |asked_ago: i64, seconds: i64, state: &str| {
            let row = asked(asked_ago, state);
            QueryRow { started_at: Some(row.queued_at), duration_us: Some(seconds * SECOND), ..row }
        };
        for state in ["done", "failed"] {
            assert!(serves(&took(110, 61, state), None, now), "{state}");
            assert!(!serves(&took(130, 61, state), None, now), "{state}");
            assert!(!serves(&took(61, 0, state), None, now), "{state}");
        }
    }

    #[test]
    fn what_the_source_told_gives_way_to_a_snapshot_that_is_newer() {
        let now = now();
        assert!(serves(&asked(20, "done"), Some(&served(30, 10)), now));
        assert!(!serves(&asked(20, "done"), Some(&served(10, 5)), now));
        assert!(!serves(&asked(300, "running"), Some(&served(200, 100)), now));
        // That it told nothing, to any that came since.
        assert!(!serves(&asked(20, "failed"), Some(&served(30, 10)), now));
        assert!(serves(&asked(20, "failed"), Some(&served(40, 30)), now));
        let of = |id: &str| QueryRow { snapshot_id: id.into(), ..asked(3_600, "done") };
        assert!(serves(&of("s"), Some(&served(30, 10)), now) && !serves(&of("before"), Some(&served(30, 10)), now));
    }
}
