//! One connection: its state, its last check, its datasets.

mod manage;
mod refresh;

use contract::aws::MintFacts;
use contract::connection::{ConnectionState, ConnectionSummary};
use contract::dataset::DatasetSummary;
use contract::grants;
use contract::refresh::ConnectionRefresh;
use leptos::prelude::*;
use leptos_meta::Title;

use super::param;
use crate::api::checks::StartCheck;
use crate::api::connections::ShowConnection;
use crate::api::datasets::ListDatasets;
use crate::api::refreshes::ShowConnectionRefresh;
use crate::parts::{CheckBadge, CopyText, DatasetLine, FaultNotice, PageFault, Post, PostForm, load_after};
use crate::paths;
use crate::words::{WAKES, checks, numbers};
use manage::{Manage, StateNotice};
use refresh::RefreshAll;

#[component]
pub fn ConnectionPage() -> impl IntoView {
    let id = param("id");
    let changes = Changes(RwSignal::new(0));
    provide_context(changes);
    let count = move || changes.0.get() as usize;
    let connection = load_after(count, move || ShowConnection { id: id.get() });
    let datasets = load_after(count, || ListDatasets {});
    let refresh = load_after(count, move || ShowConnectionRefresh { connection_id: id.get() });
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match (connection.await, datasets.await, refresh.await) {
                    (Ok(connection), Ok(datasets), Ok(refresh)) => {
                        view! { <Connection connection datasets refresh/> }.into_any()
                    }
                    (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => view! { <PageFault error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// Counts what was done to the connection on this page, so that it is shown anew.
#[derive(Clone, Copy)]
struct Changes(RwSignal<u32>);

#[component]
fn Connection(
    connection: ConnectionSummary,
    datasets: Vec<DatasetSummary>,
    refresh: ConnectionRefresh,
) -> impl IntoView {
    let start = Post::<StartCheck>::new();
    let id = connection.id.clone();
    let own: Vec<_> = datasets.into_iter().filter(|dataset| dataset.connection_id == id).collect();
    let has_datasets = !own.is_empty();
    let wakes = refresh.is_serverless.then_some(WAKES);
    let refreshed = id.clone();
    let tables = own.iter().map(|dataset| (dataset.schema.as_str(), dataset.name.as_str(), dataset.kind));
    let least = grants::least(&connection.target.user, tables).join("\n");
    let rows = own.into_iter().map(|dataset| view! { <DatasetLine dataset/> }).collect_view();
    let (state, manage) = (connection.clone(), connection.clone());
    // What a check said of it says nothing while it is cut off.
    let is_cut_off = matches!(connection.state, ConnectionState::Disconnected { .. });
    let checked = connection.last_check.clone().filter(|_| !is_cut_off);
    let outcome = checked.as_ref().map(|check| check.outcome);
    let check = checked.as_ref().map(|check| {
        view! {
            <p>
                {checks::outcome(check.outcome)} " "
                <a href=paths::check(&connection.id, &check.id)>
                    "See the check of " {numbers::moment(check.started_at)}
                </a>
            </p>
        }
    });
    view! {
        <Title text=connection.name.clone()/>
        <div class="page">
            <nav class="crumbs" aria-label="Breadcrumb"><a href=paths::DATA>"Data"</a></nav>
            <div class="page-head">
                <h1>{connection.name.clone()}</h1>
                {(!is_cut_off).then(|| view! { <CheckBadge outcome/> })}
            </div>
            <p class="mono wrap">{connection.target.redacted()}</p>
            {connection.is_team.then(|| view! {
                <p class="quiet">"By the team credential: it holds no secret of its own, and follows when that is replaced."</p>
            })}
            {move || start.refused().map(|fault| view! { <FaultNotice fault/> })}
            {check}
            <StateNotice connection=state/>
            {connection.mints.clone().map(|mints| view! { <Mints mints/> })}
            <div class="actions">
                {(!is_cut_off).then(|| view! { <a class="button" href=paths::picker(&connection.id)>"Pick datasets"</a> })}
                <PostForm post=start>
                    <input type="hidden" name="connection_id" value=connection.id.clone()/>
                    <button type="submit" class="button-quiet" title=wakes>"Check again"</button>
                </PostForm>
            </div>
            <h2>"Datasets"</h2>
            {if has_datasets {
                view! {
                    <ul class="dataset-list">{rows}</ul>
                    <details class="more">
                        <summary>"The least rights for these datasets"</summary>
                        <p>"An admin of the database can give exactly what they need, and no more:"</p>
                        <CopyText label="the grants".to_owned() text=least/>
                    </details>
                }
                .into_any()
            } else {
                view! { <p class="quiet">"None picked yet."</p> }.into_any()
            }}
            {has_datasets.then(move || view! { <RefreshAll id=refreshed refresh is_cut_off/> })}
            <h2>"Manage"</h2>
            <Manage connection=manage/>
        </div>
    }
}

/// Credentials by AWS IAM: how many were minted, and the last of them.
#[component]
fn Mints(mints: MintFacts) -> impl IntoView {
    let today = numbers::count(mints.today, "credential was", "credentials were");
    let last = mints.last.map(|last| {
        format!(
            "The last, for {}, at {}; it took {} and runs out at {}.",
            last.user,
            numbers::moment(last.minted_at),
            numbers::duration(last.took_us),
            numbers::moment(last.expires_at),
        )
    });
    view! {
        <p class="quiet">
            "By AWS IAM: no password is stored, and each query mints its own credentials. " {today} " minted today. "
            {last}
        </p>
    }
}
