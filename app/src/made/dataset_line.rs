//! A dataset in a list.

use contract::dataset::{DatasetSummary, Glance};
use leptos::prelude::*;

use crate::parts::KindBadge;
use crate::paths;
use crate::words::{WAKES, served};

/// With its age, where it is refreshed; with what opening it costs, where that asks a source that may sleep.
#[component]
pub fn DatasetLine(dataset: DatasetSummary, sleeps: bool) -> impl IntoView {
    let has_snapshot = dataset.standing.is_some_and(|standing| standing.age_us.is_some());
    let wakes = (sleeps && !has_snapshot).then_some(WAKES);
    let standing = dataset.standing.map(|standing| {
        let state = (standing.glance != Glance::Good).then_some("warned");
        view! { <span class="dataset-standing" data-state=state>{served::standing(standing)}</span> }
    });
    view! {
        <li>
            <a href=paths::dataset(&dataset.id) data-place=dataset.id data-wakes=wakes title=wakes><span class="quiet">{dataset.schema}"."</span>{dataset.name}</a>
            {standing}
            <KindBadge kind=dataset.kind/>
        </li>
    }
}
