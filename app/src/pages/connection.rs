//! One connection: its state, its last check, its datasets.

mod manage;
mod refresh;

use contract::aws::MintFacts;
use contract::connection::{ConnectionState, ConnectionSummary};
use leptos::prelude::*;
use leptos_meta::Title;

use super::{LOOK, param};
use crate::api::checks::StartCheck;
use crate::api::connections::ShowConnection;
use crate::api::refreshes::{ConnectionRefreshShown, ShowConnectionRefresh};
use crate::parts::{
    CheckBadge, CopyText, FaultNotice, Loaded, Made, PageFault, Post, PostForm, RefusedBadge, every_while, load_after,
    load_when,
};
use crate::paths;
use crate::words::{RUN_WAKES, WAKES, checks, numbers};
use manage::{Manage, StateNotice};
use refresh::RefreshAll;

#[component]
pub fn ConnectionPage() -> impl IntoView {
    let id = param("id");
    let changes = Changes(RwSignal::new(0));
    provide_context(changes);
    let count = move || changes.0.get() as usize;
    let connection = load_after(count, move || ShowConnection { id: id.get() });
    let shown = move || ShowConnectionRefresh { connection_id: id.get() };
    let refresh = load_after(count, shown);
    // What refreshing changes while the page is open, from the first look on. Only that is shown anew: what somebody is
    // typing is theirs.
    let looks = RwSignal::new(0);
    let moved = load_when(move || looks.get() > 0, move || count() + looks.get(), shown);
    // Another member may turn it on at any time.
    let has_datasets = Signal::derive(move || refresh.get().and_then(Result::ok).is_some_and(|shown| shown.total > 0));
    every_while(LOOK, has_datasets, move || looks.update(|looks| *looks += 1));
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match (connection.await, refresh.await) {
                    (Ok(connection), Ok(refresh)) => view! { <Connection connection refresh moved/> }.into_any(),
                    (Err(error), _) | (_, Err(error)) => view! { <PageFault error/> }.into_any(),
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
    refresh: ConnectionRefreshShown,
    moved: Loaded<ConnectionRefreshShown>,
) -> impl IntoView {
    let start = Post::<StartCheck>::new();
    let id = connection.id.clone();
    let has_datasets = refresh.total > 0;
    let wakes = refresh.is_serverless.then_some(WAKES);
    // To resume it starts what is due by then.
    let run_wakes = (refresh.is_serverless && refresh.on > 0).then_some(RUN_WAKES);
    let grants = refresh.grants.clone();
    let standing = StoredValue::new(refresh.standing.clone());
    let standing = move || {
        Suspend::new(async move {
            let moved = moved.wanted().await.and_then(Result::ok).map(|moved| moved.standing);
            view! { <Made markup=moved.unwrap_or_else(|| standing.get_value())/> }
        })
    };
    let (state, manage) = (connection.clone(), connection.clone());
    // What a check said of it says nothing while it is cut off, or was refused since.
    let is_cut_off = matches!(connection.state, ConnectionState::Disconnected { .. });
    let checked = connection.last_check.clone().filter(|_| !is_cut_off && refresh.refused == 0);
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
                {match (is_cut_off, refresh.refused) {
                    (true, _) => ().into_any(),
                    (false, 0) => view! { <CheckBadge outcome/> }.into_any(),
                    (false, _) => view! { <RefusedBadge/> }.into_any(),
                }}
            </div>
            <p class="mono wrap">{connection.target.redacted()}</p>
            {connection.is_team.then(|| view! {
                <p class="quiet">"By the team credential: it holds no secret of its own, and follows when that is replaced."</p>
            })}
            {move || start.refused().map(|fault| view! { <FaultNotice fault/> })}
            {check}
            <StateNotice connection=state wakes=run_wakes/>
            {connection.mints.clone().map(|mints| view! { <Mints mints/> })}
            <div class="actions">
                {(!is_cut_off).then(|| view! { <a class="button" href=paths::picker(&connection.id)>"Pick datasets"</a> })}
                <PostForm post=start>
                    <input type="hidden" name="connection_id" value=connection.id.clone()/>
                    <button type="submit" class="button-quiet" data-wakes=wakes title=wakes>"Check again"</button>
                </PostForm>
            </div>
            <h2>"Datasets"</h2>
            <Transition>{standing}</Transition>
            {has_datasets.then(move || view! {
                <RefreshAll id refresh/>
                <details class="more">
                    <summary>"The least rights for these datasets"</summary>
                    <p>"An admin of the database can give exactly what they need, and no more:"</p>
                    <CopyText label="the grants".to_owned() text=grants/>
                </details>
            })}
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
