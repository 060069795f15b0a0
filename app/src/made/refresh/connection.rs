//! A connection's datasets, and how refreshing them stands.

use contract::connection::ConnectionState;
use contract::dataset::DatasetSummary;
use contract::refresh::ConnectionRefresh;
use leptos::prelude::*;

use crate::made::dataset_line::DatasetLine;
use crate::parts::made;
use crate::paths;
use crate::words::{RUN_WAKES, numbers};

pub fn of_connection(datasets: Vec<DatasetSummary>, refresh: &ConnectionRefresh, state: &ConnectionState) -> String {
    if datasets.is_empty() {
        return made(view! { <p class="quiet">"None picked yet."</p> });
    }
    let sleeps = refresh.is_serverless && *state == ConnectionState::Live;
    let rows = datasets.into_iter().map(|dataset| view! { <DatasetLine dataset sleeps/> }).collect_view();
    made(view! {
        <ul class="dataset-list">{rows}</ul>
        <div class="refresh-details"><h2>"Refresh"</h2> {said(refresh, state)}</div>
    })
}

fn said(refresh: &ConnectionRefresh, state: &ConnectionState) -> impl IntoView + use<> {
    let is_live = *state == ConnectionState::Live;
    let &ConnectionRefresh { on, total, served, refused, paused, asked_today, budget, is_serverless, .. } = refresh;
    let which = if on == total { "All of them are".to_owned() } else { format!("{on} of {total} are") };
    let said = match state {
        ConnectionState::Disconnected { .. } if on > 0 => {
            "Disconnected: its snapshots were deleted, and nothing runs until it is reconnected.".to_owned()
        }
        _ if on == 0 => "Off: every look at a dataset asks the source.".to_owned(),
        ConnectionState::Paused { .. } => {
            "Nothing runs while the connection is paused. What is served stays, with its age.".to_owned()
        }
        _ if served == on => format!("{which} refreshed, and served from their snapshots in between."),
        _ if served == 0 => format!("{which} refreshed; none has a snapshot yet."),
        _ => {
            let have = if served == 1 { "1 has".to_owned() } else { format!("{served} have") };
            format!("{which} refreshed; {have} a snapshot, and looks are served from it in between.")
        }
    };
    let asked = match budget {
        0 => format!("The source was asked {} today (UTC).", times(asked_today)),
        budget => {
            let rests = if asked_today >= budget && on > 0 { " Refreshes rest until midnight (UTC)." } else { "" };
            format!("The source was asked {} today (UTC), of {}.{rests}", times(asked_today), numbers::grouped(budget))
        }
    };
    let paused =
        (paused > 0 && is_live).then(|| format!(" {} paused.", numbers::count(paused, "of them is", "of them are")));
    let wakes = is_serverless.then_some(RUN_WAKES);
    view! {
        <p>{said} {paused} " " <a href=paths::HELP_REFRESH>"What refresh does"</a></p>
        {(refused > 0 && is_live).then(|| view! {
            <div class="notice" data-tone="bad">
                <p>
                    "The source refused the way in when it was last refreshed: "
                    {numbers::count(refused, "dataset rests", "datasets rest")}
                    " until a check of this connection passes, or it is edited. What is served stays, with its age."
                </p>
            </div>
        })}
        <p class="quiet">{asked} " " {wakes}</p>
    }
}

fn times(count: u32) -> String {
    numbers::count(count, "time", "times")
}
