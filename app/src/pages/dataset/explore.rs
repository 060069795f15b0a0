//! The answer to a question: a chart, the rows, and the SQL that asked.

use contract::explore::{Explore, ExploreFault};
use contract::fault::Fault;
use contract::query::Cut;
use leptos::prelude::*;

use crate::api::ApiError;
use crate::api::queries::Asked;
use crate::pages::query::Files;
use crate::parts::{Grid, Made};
use crate::words::{numbers, served};

pub use super::form::ExploreForm;

/// Nothing was asked yet, or the form says at its row what is wrong.
pub fn is_said_above(error: &ApiError) -> bool {
    matches!(error.0, Fault::Explore { fault } if fault == ExploreFault::Nothing || fault.place().is_some())
}

#[component]
pub fn Answer(asked: Asked, search: Memo<String>) -> impl IntoView {
    let query = asked.query;
    let Some(result) = query.result.clone() else { return ().into_any() };
    let (explore, _) = Explore::from_query(&search.get_untracked());
    let rows = u32::try_from(result.total).unwrap_or(u32::MAX);
    let which = match result.cut {
        None => numbers::count(rows, "row", "rows"),
        Some(Cut::Rows { .. }) => format!("The first {}", numbers::count(rows, "row", "rows")),
        Some(Cut::Bytes { .. }) => format!("The first {}, cut by size", numbers::count(rows, "row", "rows")),
    };
    let said = served::said(&query, &which);
    let limit = explore.limit;
    let is_full = u64::from(explore.limit) == result.total && !explore.groups.is_empty();
    view! {
        <div class="result-head">
            <p class="verdict" role="status" aria-live="polite">{said}</p>
            <Files id=query.id.clone()/>
        </div>
        {is_full.then(|| view! {
            <p class="quiet">"The limit of " {numbers::count(limit, "row", "rows")} " was reached; there may be more groups."</p>
        })}
        <Made markup=asked.made/>
        {(!asked.is_all).then(|| view! { <Grid label="Rows of the answer".to_owned() result/> })}
        <Made markup=asked.how_read/>
    }
    .into_any()
}
