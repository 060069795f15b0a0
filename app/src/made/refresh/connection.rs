//! A connection's datasets, and how refreshing them stands.

use contract::connection::ConnectionState;
use contract::dataset::DatasetSummary;
use contract::refresh::ConnectionRefresh;
use leptos::prelude::*;

use crate::made::dataset_line::DatasetLine;
use crate::parts::made;
use crate::paths;
use crate::words::numbers;

pub fn of_connection(datasets: Vec<DatasetSummary>, refresh: &ConnectionRefresh, state: &ConnectionState) -> String {
    if datasets.is_empty() {
        return made(view! { <p class="quiet">"None picked yet."</p> });
    }
    let is_cut_off = matches!(state, ConnectionState::Disconnected { .. });
    let rows = datasets.into_iter().map(|dataset| view! { <DatasetLine dataset/> }).collect_view();
    made(view! { <ul class="dataset-list">{rows}</ul> <h2>"Refresh"</h2> {said(refresh, is_cut_off)} })
}

fn said(refresh: &ConnectionRefresh, is_cut_off: bool) -> impl IntoView + use<> {
    let &ConnectionRefresh { on, total, refused, paused, asked_today, budget, is_serverless, .. } = refresh;
    let said = match (on, total) {
        (1.., _) if is_cut_off => {
            "Disconnected: its snapshots were deleted, and nothing runs until it is reconnected.".to_owned()
        }
        (0, _) => "Off: every look at a dataset asks the source.".to_owned(),
        (on, total) if on == total => {
            "All of them are refreshed, and served from their snapshots in between.".to_owned()
        }
        (on, total) => format!("{on} of {total} are refreshed, and served from their snapshots in between."),
    };
    let asked = match budget {
        0 => format!("The source was asked {} today (UTC).", times(asked_today)),
        budget => {
            let rests = if asked_today >= budget && on > 0 { " Refreshes rest until midnight." } else { "" };
            format!("The source was asked {} today (UTC), of {}.{rests}", times(asked_today), numbers::grouped(budget))
        }
    };
    let paused = (paused > 0 && !is_cut_off)
        .then(|| format!(" {} paused.", numbers::count(paused, "of them is", "of them are")));
    let wakes = is_serverless.then_some(" Each run wakes the workgroup, which is billed for at least 60 seconds.");
    view! {
        <p>{said} {paused} " " <a href=paths::HELP_REFRESH>"What refresh does"</a></p>
        {(refused > 0 && !is_cut_off).then(|| view! {
            <div class="notice" data-tone="bad">
                <p>
                    "The source refused the way in when it was last refreshed: "
                    {numbers::count(refused, "dataset rests", "datasets rest")}
                    " until this connection is edited or reconnected. What is served stays, with its age."
                </p>
            </div>
        })}
        <p class="quiet">{asked}{wakes}</p>
    }
}

fn times(count: u32) -> String {
    numbers::count(count, "time", "times")
}
