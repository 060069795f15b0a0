//! Managing a saved connection: rename, edit, pause, disconnect, remove. Each says what will happen before its button.

use contract::connection::{ConnectionState, ConnectionSummary};
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::Changes;
use crate::api::ApiError;
use crate::api::connection_life::{
    DisconnectConnection, EditConnection, PauseConnection, RemoveConnection, RenameConnection, ResumeConnection,
};
use crate::parts::{FaultNotice, TextField};
use crate::words::numbers;

/// Shows the page anew once the action has gone well.
fn show_anew<S>(action: ServerAction<S>)
where
    S: ServerFn<Output = (), Error = ApiError> + Clone + Send + Sync + 'static,
{
    let changes = use_context::<Changes>();
    Effect::new(move |_| {
        if let (Some(Ok(())), Some(Changes(changes))) = (action.value().get(), changes) {
            changes.update(|changes| *changes += 1);
        }
    });
}

/// The state, where it is not the usual one, with the way out of it.
#[component]
pub(super) fn StateNotice(connection: ConnectionSummary) -> impl IntoView {
    let resume = ServerAction::<ResumeConnection>::new();
    show_anew(resume);
    let edit = ServerAction::<EditConnection>::new();
    let id = connection.id;
    match connection.state {
        ConnectionState::Live => ().into_any(),
        ConnectionState::Paused { by, reason, since } => {
            let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            view! {
                <div class="notice" data-tone="plain" role="status">
                    <p>"Paused by "{by}" at "{numbers::moment(since)}{why}". Nothing is read through it."</p>
                    <ActionForm action=resume>
                        <input type="hidden" name="id" value=id/>
                        <button type="submit" class="button">"Resume"</button>
                    </ActionForm>
                </div>
            }
            .into_any()
        }
        ConnectionState::Disconnected { by, since } => view! {
            <div class="notice" data-tone="bad" role="status">
                <p>
                    "Reconnect required. "{by}" disconnected it at "{numbers::moment(since)}
                    "; its secret is erased, its datasets are still here."
                </p>
                <ActionForm action=edit>
                    <input type="hidden" name="id" value=id/>
                    <button type="submit" class="button">"Reconnect"</button>
                </ActionForm>
            </div>
        }
        .into_any(),
    }
}

#[component]
pub(super) fn Manage(connection: ConnectionSummary) -> impl IntoView {
    let rename = ServerAction::<RenameConnection>::new();
    let edit = ServerAction::<EditConnection>::new();
    let pause = ServerAction::<PauseConnection>::new();
    let disconnect = ServerAction::<DisconnectConnection>::new();
    let remove = ServerAction::<RemoveConnection>::new();
    show_anew(rename);
    show_anew(pause);
    show_anew(disconnect);
    let refused = move || {
        let faults = [
            rename.value().get().and_then(Result::err),
            edit.value().get().and_then(Result::err),
            pause.value().get().and_then(Result::err),
            disconnect.value().get().and_then(Result::err),
            remove.value().get().and_then(Result::err),
        ];
        faults.into_iter().flatten().next()
    };
    let ConnectionSummary { id, name, state, dataset_count, .. } = connection;
    let datasets = numbers::count(dataset_count, "dataset", "datasets");
    let pausing = (state == ConnectionState::Live).then(|| view! { <Pause action=pause id=id.clone()/> });
    let disconnecting = (!matches!(state, ConnectionState::Disconnected { .. })).then(|| {
        let what = format!(
            "Disconnect: the stored secret, the list of tables and every result that is kept are erased at once. The \
             {datasets} stay, and say “reconnect required” until somebody reconnects."
        );
        view! { <Disconnect action=disconnect id=id.clone() name=name.clone() what/> }
    });
    let what = format!("Remove: the connection and its {datasets} go, for everybody, and do not come back.");
    view! {
        {move || refused().map(|error| view! { <FaultNotice fault=error.0/> })}
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
fn Rename(action: ServerAction<RenameConnection>, id: String, name: String) -> impl IntoView {
    view! {
        <ActionForm action attr:class="manage">
            <input type="hidden" name="id" value=id/>
            <TextField label="Name" name="name" value=name/>
            <button type="submit" class="button-quiet">"Rename"</button>
        </ActionForm>
    }
}

#[component]
fn Edit(action: ServerAction<EditConnection>, id: String) -> impl IntoView {
    view! {
        <ActionForm action attr:class="manage">
            <input type="hidden" name="id" value=id/>
            <p>
                "Edit: where it leads and how it signs in. What you change is tested first; datasets stay. The secret is \
                 kept as long as host, port, database, user and certificate rules stay as they are."
            </p>
            <button type="submit" class="button-quiet">"Edit"</button>
        </ActionForm>
    }
}

#[component]
fn Pause(action: ServerAction<PauseConnection>, id: String) -> impl IntoView {
    view! {
        <ActionForm action attr:class="manage">
            <input type="hidden" name="id" value=id/>
            <p>"Pause: nothing is read through it until somebody resumes it. Nothing is erased."</p>
            <TextField label="Reason" name="reason" hint="Shown to your team. It is optional."/>
            <button type="submit" class="button-quiet">"Pause"</button>
        </ActionForm>
    }
}

#[component]
fn Disconnect(action: ServerAction<DisconnectConnection>, id: String, name: String, what: String) -> impl IntoView {
    view! {
        <ActionForm action attr:class="manage">
            <input type="hidden" name="id" value=id/>
            <p>{what}</p>
            <TextField label="Type the name to disconnect it" name="confirm" id="disconnect-name" hint=name/>
            <button type="submit" class="button-danger">"Disconnect"</button>
        </ActionForm>
    }
}

#[component]
fn Remove(action: ServerAction<RemoveConnection>, id: String, name: String, what: String) -> impl IntoView {
    view! {
        <ActionForm action attr:class="manage">
            <input type="hidden" name="id" value=id/>
            <p>{what}</p>
            <TextField label="Type the name to remove it" name="confirm" id="remove-name" hint=name/>
            <button type="submit" class="button-danger">"Remove"</button>
        </ActionForm>
    }
}
