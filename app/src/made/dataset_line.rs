//! A dataset in a list.

use contract::dataset::{DatasetSummary, Glance};
use leptos::prelude::*;

use crate::parts::KindBadge;
use crate::paths;
use crate::words::served;

/// With its age, where it is refreshed.
#[component]
pub fn DatasetLine(dataset: DatasetSummary) -> impl IntoView {
    let standing = dataset.standing.map(|standing| {
        let state = (standing.glance != Glance::Good).then_some("warned");
        view! { <span class="dataset-standing" data-state=state>{served::standing(standing)}</span> }
    });
    view! {
        <li>
            <a href=paths::dataset(&dataset.id) data-place=dataset.id><span class="quiet">{dataset.schema}"."</span>{dataset.name}</a>
            {standing}
            <KindBadge kind=dataset.kind/>
        </li>
    }
}
