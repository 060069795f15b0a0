//! Managing a saved connection: rename, edit, pause, disconnect, remove. Each says what will happen before its button.

use contract::connection::{ConnectionState, ConnectionSummary, CutOff};
use leptos::prelude::*;

use super::Changes;
use crate::api::connection_life::{
    DisconnectConnection, EditConnection, PauseConnection, RemoveConnection, RenameConnection, ResumeConnection,
};
use crate::parts::{FaultNotice, Post, PostForm, Posting, TextField, first_refused};
use crate::words::numbers;

/// Shows the page anew once the action has gone well.
pub(super) fn show_anew(post: Posting) {
    let changes = use_context::<Changes>();
    Effect::new(move |_| {
        if let (true, Some(Changes(changes))) = (post.is_done(), changes) {
            changes.update(|changes| *changes += 1);
        }
    });
}

/// The state, where it is not the usual one, with the way out of it.
#[component]
pub(super) fn StateNotice(connection: ConnectionSummary, wakes: Option<&'static str>) -> impl IntoView {
    let resume = Post::<ResumeConnection>::new();
    show_anew(resume.into());
    let edit = Post::<EditConnection>::new();
    let id = connection.id;
    match connection.state {
        ConnectionState::Live => ().into_any(),
        ConnectionState::Paused { by, reason, since } => {
            let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            view! {
                <div class="notice" data-tone="plain" role="status">
                    <p>"Paused by "{by}" at "{numbers::moment(since)}{why}". Nothing new is read through it."</p>
                    <PostForm post=resume>
                        <input type="hidden" name="id" value=id/>
                        <button type="submit" class="button" data-wakes=wakes title=wakes>"Resume"</button>
                    </PostForm>
                </div>
            }
            .into_any()
        }
        ConnectionState::Disconnected { by, why, since } => view! {
            <div class="notice" data-tone="bad" role="status">
                <p>
                    "Reconnect required. "{cut_off(&by, why)}" at "{numbers::moment(since)}
                    "; its datasets are still here."
                </p>
                <PostForm post=edit>
                    <input type="hidden" name="id" value=id/>
                    <button type="submit" class="button">"Reconnect"</button>
                </PostForm>
            </div>
        }
        .into_any(),
    }
}

fn cut_off(by: &str, why: CutOff) -> String {
    match why {
        CutOff::ByHand => format!("{by} disconnected it and erased its secret"),
        CutOff::CredentialRemoved => format!("{by} removed the team credential that it used"),
        CutOff::MemberRemoved => format!("{by} removed whoever typed its secret, which was erased"),
    }
}

#[component]
pub(super) fn Manage(connection: ConnectionSummary) -> impl IntoView {
    let rename = Post::<RenameConnection>::new();
    let edit = Post::<EditConnection>::new();
    let pause = Post::<PauseConnection>::new();
    let disconnect = Post::<DisconnectConnection>::new();
    let remove = Post::<RemoveConnection>::new();
    show_anew(rename.into());
    show_anew(pause.into());
    show_anew(disconnect.into());
    let refused = move || first_refused([rename.into(), edit.into(), pause.into(), disconnect.into(), remove.into()]);
    let ConnectionSummary { id, name, state, dataset_count, .. } = connection;
    let datasets = numbers::count(dataset_count, "dataset", "datasets");
    let pausing = (state == ConnectionState::Live).then(|| view! { <Pause action=pause id=id.clone()/> });
    let disconnecting = (!matches!(state, ConnectionState::Disconnected { .. })).then(|| {
        let what = format!(
            "Disconnect: the stored secret, the list of tables, every snapshot and every result that is kept are erased at once. The \
             {datasets} stay, and say “reconnect required” until somebody reconnects."
        );
        view! { <Disconnect action=disconnect id=id.clone() name=name.clone() what/> }
    });
    let what = format!("Remove: the connection and its {datasets} go, for everybody, and do not come back.");
    view! {
        {move || refused().map(|fault| view! { <FaultNotice fault/> })}
        <details class="more">
            <summary>"Rename, edit, pause, disconnect or remove"</summary>
            <Rename action=rename id=id.clone() name=name.clone()/>
            <Edit action=edit id=id.clone()/>
            {pausing}
            {disconnecting}
            <Remove action=remove id name what/>
        </details>
    }
}

#[component]
fn Rename(action: Post<RenameConnection>, id: String, name: String) -> impl IntoView {
    view! {
        <PostForm post=action attr:class="manage">
            <input type="hidden" name="id" value=id/>
            <TextField label="Name" name="name" value=name/>
            <button type="submit" class="button-quiet">"Rename"</button>
        </PostForm>
    }
}

#[component]
fn Edit(action: Post<EditConnection>, id: String) -> impl IntoView {
    view! {
        <PostForm post=action attr:class="manage">
            <input type="hidden" name="id" value=id/>
            <p>
                "Edit: where it leads and how it signs in. What you change is tested first; datasets stay. The secret is \
                 kept as long as host, port, database, user and certificate rules stay as they are."
            </p>
            <button type="submit" class="button-quiet">"Edit"</button>
        </PostForm>
    }
}

#[component]
fn Pause(action: Post<PauseConnection>, id: String) -> impl IntoView {
    view! {
        <PostForm post=action attr:class="manage">
            <input type="hidden" name="id" value=id/>
            <p>"Pause: nothing is read through it until somebody resumes it. Nothing is erased."</p>
            <TextField label="Reason" name="reason" hint="Shown to your team, up to 200 characters. It is optional." longest=200/>
            <button type="submit" class="button-quiet">"Pause"</button>
        </PostForm>
    }
}

#[component]
fn Disconnect(action: Post<DisconnectConnection>, id: String, name: String, what: String) -> impl IntoView {
    view! {
        <PostForm post=action attr:class="manage">
            <input type="hidden" name="id" value=id/>
            <p>{what}</p>
            <TextField label="Type the name to disconnect it" name="confirm" id="disconnect-name" hint=name/>
            <button type="submit" class="button-danger">"Disconnect"</button>
        </PostForm>
    }
}

#[component]
fn Remove(action: Post<RemoveConnection>, id: String, name: String, what: String) -> impl IntoView {
    view! {
        <PostForm post=action attr:class="manage">
            <input type="hidden" name="id" value=id/>
            <p>{what}</p>
            <TextField label="Type the name to remove it" name="confirm" id="remove-name" hint=name/>
            <button type="submit" class="button-danger">"Remove"</button>
        </PostForm>
    }
}
