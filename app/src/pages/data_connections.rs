//! Data connections, for admins: the team credential, and what leans on it.

use contract::connection::{ConnectionState, ConnectionSummary};
use contract::credential::{CredentialView, DataConnections};
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::checks::StartCheck;
use crate::api::credential::{EditCredential, RemoveCredential, ShowDataConnections};
use crate::parts::{
    CheckBadge, EgressPanel, FaultNotice, PageFault, Post, PostForm, RefusedBadge, SettingsTabs, TextField,
    first_refused, load_after,
};
use crate::paths;
use crate::words::{WAKES, numbers};

/// What can be done on the page.
#[derive(Clone, Copy)]
struct Actions {
    edit: Post<EditCredential>,
    check: Post<StartCheck>,
    remove: Post<RemoveCredential>,
}

#[component]
pub fn DataConnectionsPage() -> impl IntoView {
    let actions = Actions { edit: Post::new(), check: Post::new(), remove: Post::new() };
    let Actions { edit, check, remove } = actions;
    let shown = load_after(move || remove.count(), || ShowDataConnections {});
    let refused = move || first_refused([edit.into(), check.into(), remove.into()]);
    view! {
        <Title text="Data connections"/>
        <div class="page">
            <div class="page-head"><h1>"Settings"</h1></div>
            <SettingsTabs/>
            <p class="quiet">"One Redshift credential for the whole team: new connections use it, and hold no secret of their own."</p>
            {move || refused().map(|fault| view! { <FaultNotice fault/> })}
            <Transition>
                {move || Suspend::new(async move {
                    match shown.await {
                        Ok(shown) => view! { <Shown shown actions/> }.into_any(),
                        Err(error) => view! { <PageFault error/> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Shown(shown: DataConnections, actions: Actions) -> impl IntoView {
    let DataConnections { credential, connections, egress } = shown;
    let (leaning, own): (Vec<_>, Vec<_>) = connections.into_iter().partition(|connection| connection.is_team);
    let count = numbers::count(leaning.len() as u32, "connection uses", "connections use");
    let has_any = credential.is_some();
    let stored = match credential {
        Some(credential) => view! { <Stored credential count=count.clone() actions/> }.into_any(),
        None => view! {
            <div class="empty">
                <h2>"No team credential"</h2>
                <p>"Each connection has its own way to sign in. Store one here, and nobody has to hand a password around."</p>
                <a class="button" href=paths::TEAM_CREDENTIAL>"Store a team credential"</a>
            </div>
        }
        .into_any(),
    };
    view! {
        {stored}
        {has_any.then(|| view! { <h2>{count}" it"</h2> <Lines connections=leaning/> })}
        <h2>"With their own way to sign in"</h2>
        <Lines connections=own/>
        <EgressPanel egress/>
    }
}

#[component]
fn Stored(credential: CredentialView, count: String, actions: Actions) -> impl IntoView {
    let CredentialView { id, name, target, set_by, has_left, set_at, last_check } = credential;
    let outcome = last_check.as_ref().map(|check| check.outcome);
    let wakes = target.is_serverless().then_some(WAKES);
    let checked = last_check.map(|check| {
        view! { " " <a href=paths::check(&id, &check.id)>"See the check of " {numbers::moment(check.started_at)}</a> }
    });
    let by = if has_left { "somebody who has left the team".to_owned() } else { set_by };
    let warning = has_left.then(|| {
        view! {
            <div class="notice" data-tone="plain">
                <p>"Whoever typed it has left the team and may know it still. Give the database user another password, and replace it."</p>
            </div>
        }
    });
    let what = format!(
        "Remove: the secret is erased at once. {count} it now; each keeps its datasets and says “reconnect required”."
    );
    view! {
        <section class="card" aria-label="The team credential">
            <div class="card-head">
                <h2>"Team credential"</h2>
                <CheckBadge outcome/>
            </div>
            <p class="mono wrap">{target.redacted()}</p>
            <p class="quiet">{name.clone()}". Set on "{numbers::moment(set_at)}" by "{by}". Nobody can read it back."{checked}</p>
            {warning}
            <div class="actions">
                <PostForm post=actions.edit>
                    <button type="submit" class="button">"Replace"</button>
                </PostForm>
                <PostForm post=actions.check>
                    <input type="hidden" name="connection_id" value=id/>
                    <button type="submit" class="button-quiet" data-wakes=wakes title=wakes>"Check again"</button>
                </PostForm>
            </div>
            <details class="more">
                <summary>"Remove…"</summary>
                <PostForm post=actions.remove attr:class="manage">
                    <p>{what}</p>
                    <TextField label="Type its name to remove it" name="confirm" hint=name/>
                    <button type="submit" class="button-danger">"Remove"</button>
                </PostForm>
            </details>
        </section>
    }
}

#[component]
fn Lines(connections: Vec<ConnectionSummary>) -> impl IntoView {
    if connections.is_empty() {
        return view! { <p class="quiet">"None."</p> }.into_any();
    }
    let lines = connections.into_iter().map(|connection| {
        let state = match connection.state {
            ConnectionState::Live => {
                view! { <CheckBadge outcome=connection.last_check.map(|check| check.outcome)/> }.into_any()
            }
            ConnectionState::Paused { .. } => view! { <span class="badge">"Paused"</span> }.into_any(),
            ConnectionState::Disconnected { .. } => view! { <RefusedBadge/> }.into_any(),
        };
        let datasets = numbers::count(connection.dataset_count, "dataset", "datasets");
        view! {
            <li>
                <a href=paths::connection(&connection.id)>{connection.name}</a>
                {state}
                <span class="quiet">{datasets}</span>
            </li>
        }
    });
    view! { <ul class="dataset-list">{lines.collect_view()}</ul> }.into_any()
}
