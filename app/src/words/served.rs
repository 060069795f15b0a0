//! What an answer came from, and how old that is.

use contract::dataset::{Glance, Standing};
use contract::query::QueryView;

use super::numbers;

/// A sentence about an answer: `which` is how much of it there is.
pub fn said<F>(query: &QueryView<F>, which: &str) -> String {
    let took = numbers::duration(query.duration_us);
    match query.snapshot {
        None => format!("Live: {which}, read {} in {took}.", numbers::moment(query.queued_at)),
        Some(from) => format!("From the snapshot, {} old when asked: {which}, in {took}.", numbers::age(from.age_us)),
    }
}

/// Of a dataset in a list.
pub fn standing(Standing { glance, age_us }: Standing) -> String {
    let age = age_us.map(|age| format!("{} old", numbers::age(age)));
    let state = match glance {
        Glance::Good if age.is_some() => None,
        Glance::Good => Some("no snapshot yet"),
        Glance::Late => Some("overdue"),
        Glance::Failing => Some("refresh fails"),
        Glance::Crowded => Some("the source is full"),
        Glance::Resting => Some("refresh rests"),
        Glance::Refused => Some("reconnect required"),
    };
    age.into_iter().chain(state.map(str::to_owned)).collect::<Vec<_>>().join(", ")
}
