//! What an answer came from, and how old that is.

use contract::query::QueryView;

use super::numbers;

/// A sentence about an answer: `which` is how much of it there is.
pub fn said<F>(query: &QueryView<F>, which: &str) -> String {
    let took = numbers::duration(query.duration_us);
    match query.snapshot {
        None => format!("Live: {which}, read {} in {took}.", numbers::moment(query.queued_at)),
        Some(from) => format!("From the snapshot, {} old: {which}, in {took}.", numbers::age(from.age_us)),
    }
}
