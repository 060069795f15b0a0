//! What an answer came from, and how old that is.

use contract::query::ServedFrom;

use super::numbers;

/// The beginning of a sentence about an answer.
pub fn from(snapshot: Option<ServedFrom>) -> String {
    match snapshot {
        None => "Live:".to_owned(),
        Some(from) => {
            format!("From the snapshot of {}, {} old:", numbers::moment(from.taken_at), numbers::age(from.age_us))
        }
    }
}
