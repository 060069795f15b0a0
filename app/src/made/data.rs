//! Every connection, with its state and its datasets.

use contract::connection::{ConnectionState, ConnectionSummary, Target};
use contract::dataset::{DatasetSummary, Glance};
use leptos::prelude::*;

use super::dataset_line::DatasetLine;
use crate::parts::{CheckBadge, Icon, RefusedBadge, Shape, made};
use crate::paths;
use crate::words::numbers;

pub fn cards(connections: Vec<ConnectionSummary>, datasets: &[DatasetSummary]) -> String {
    let is_empty = connections.is_empty();
    let add = || view! { <a class="button" href=paths::ADD><Icon shape=Shape::Plus/>"Add source"</a> };
    let cards = connections
        .into_iter()
        .map(|connection| {
            let own = datasets.iter().filter(|dataset| dataset.connection_id == connection.id).cloned().collect();
            view! { <ConnectionCard connection datasets=own/> }
        })
        .collect_view();
    if is_empty {
        return made(view! {
            <div class="page">
                <div class="page-head"><h1>"Data"</h1></div>
                <div class="empty">
                    <h2>"No source yet"</h2>
                    <p>"Connect an Amazon Redshift cluster; then its tables and views can be picked as datasets."</p>
                    {add()}
                </div>
            </div>
        });
    }
    made(view! {
        <div class="page">
            <div class="page-head"><h1>"Data"</h1>{add()}</div>
            <div class="cards">{cards}</div>
        </div>
    })
}

fn as_whom(target: &Target) -> String {
    match (&target.iam, target.user.as_str()) {
        (None, user) => format!(" as {user}"),
        (Some(_), "") => ", by AWS IAM".to_owned(),
        (Some(_), user) => format!(" as {user}, by AWS IAM"),
    }
}

#[component]
fn ConnectionCard(connection: ConnectionSummary, datasets: Vec<DatasetSummary>) -> impl IntoView {
    let sleeps = connection.target.is_serverless() && connection.state == ConnectionState::Live;
    let outcome = connection.last_check.as_ref().map(|check| check.outcome);
    let checked = connection.last_check.as_ref().map(|check| format!("checked {}", numbers::moment(check.started_at)));
    // Whatever the last check found: its refreshes rest until somebody lets them in again.
    let is_refused =
        datasets.iter().any(|dataset| dataset.standing.is_some_and(|standing| standing.glance == Glance::Refused));
    let rows: Vec<_> = datasets.into_iter().map(|dataset| view! { <DatasetLine dataset sleeps/> }).collect();
    let target = &connection.target;
    let by_team = if connection.is_team { ", by the team credential" } else { "" };
    let place = format!("{}/{}{}{by_team}", target.place(), target.database, as_whom(target));
    let badge = match &connection.state {
        ConnectionState::Live if is_refused => view! { <RefusedBadge/> }.into_any(),
        ConnectionState::Live => view! { <CheckBadge outcome/> }.into_any(),
        ConnectionState::Paused { .. } => view! { <span class="badge">"Paused"</span> }.into_any(),
        ConnectionState::Disconnected { .. } => view! { <RefusedBadge/> }.into_any(),
    };
    let picker = paths::picker(&connection.id);
    let list = if rows.is_empty() {
        view! { <p class="quiet">"No datasets yet. "<a href=picker>"Pick tables and views"</a></p> }.into_any()
    } else {
        view! { <ul class="dataset-list">{rows}</ul> }.into_any()
    };
    view! {
        <section class="card">
            <div class="card-head">
                <h2><a href=paths::connection(&connection.id)>{connection.name}</a></h2>
                {badge}
            </div>
            <p class="quiet card-where">
                {place}
                {checked.map(|checked| format!(", {checked}"))}
            </p>
            {list}
        </section>
    }
}
