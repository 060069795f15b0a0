//! The form of a statement. The textarea works alone; where scripts run, the SQL editor takes its place.

use contract::query::{QueryLimits, Workspace};
use leptos::html;
use leptos::prelude::*;

use crate::api::queries::RunQuery;
use crate::parts::{CurrentActor, Post, PostForm, SqlArea};
use crate::paths;
use crate::words::{WAKES, numbers};

/// What the form begins with, and what is put into it later.
#[derive(Clone, Copy)]
pub struct Draft {
    connection: RwSignal<String>,
    text: RwSignal<String>,
    area: NodeRef<html::Textarea>,
}

impl Draft {
    pub fn new() -> Self {
        Self { connection: RwSignal::default(), text: RwSignal::default(), area: NodeRef::new() }
    }

    /// Before anything is shown.
    pub fn start(self, connection: String, text: String) {
        self.connection.set(connection);
        self.text.set(text);
    }

    /// Another text, in place of whatever stands there.
    pub fn set(self, connection: String, text: String) {
        if !connection.is_empty() {
            self.connection.set(connection);
        }
        if let Some(area) = self.area.get_untracked() {
            area.set_value(&text);
            // The editor in front of it takes the text over.
            if let Ok(event) = web_sys::Event::new("editor:set") {
                let _ = area.dispatch_event(&event);
            }
        }
        self.text.set(text);
    }
}

#[component]
pub fn Editor(
    run: Post<RunQuery>,
    workspace: Workspace,
    draft: Draft,
    wrong_at: RwSignal<Option<String>>,
) -> impl IntoView {
    let draft_of = use_context::<CurrentActor>().and_then(|actor| actor.0).map(|actor| actor.member_id);
    let Draft { connection, text, area } = draft;
    let Workspace { connections, limits, .. } = workspace;
    if connection.get_untracked().is_empty()
        && let Some(first) = connections.first()
    {
        connection.set(first.id.clone());
    }
    let writers: Vec<String> =
        connections.iter().filter(|each| each.can_user_write == Some(true)).map(|each| each.id.clone()).collect();
    let sleepers: Vec<String> =
        connections.iter().filter(|each| each.is_serverless).map(|each| each.id.clone()).collect();
    let wakes = Signal::derive(move || sleepers.contains(&connection.get()).then_some(WAKES));
    let options = connections.into_iter().map(|each| {
        let id = each.id.clone();
        view! { <option value=each.id selected=move || connection.get() == id>{each.name}</option> }
    });
    let options = options.collect_view();
    let names = Signal::derive(move || paths::completions(&connection.get()));
    let can_write = move || writers.contains(&connection.get());
    load_editor();
    let is_hydrated = RwSignal::new(false);
    Effect::new(move |_| is_hydrated.set(true));
    view! {
        <PostForm post=run attr:class="editor-form">
            <div class="editor-head">
                <div class="field field-inline">
                    <label for="connection">"Connection"</label>
                    <select
                        id="connection"
                        name="form[connection_id]"
                        on:change=move |event| connection.set(event_target_value(&event))
                    >
                        {options}
                    </select>
                </div>
                <p class="quiet">{limited(limits)}</p>
            </div>
            {move || can_write().then(|| view! { <CanWrite connection=connection.get()/> })}
            <SqlArea
                name="form[sql]"
                text=text.get_untracked()
                names
                area
                wrong_at
                draft_of=draft_of.unwrap_or_default()
            />
            <input type="hidden" name="form[selection]" data-selection=""/>
            <div class="actions">
                <button type="submit" class="button" data-run="" data-wakes=wakes title=wakes>"Run"</button>
                {move || is_hydrated.get().then(|| view! {
                    <button type="button" class="button-quiet" data-run-selection="" data-wakes=wakes title=wakes disabled>"Run selection"</button>
                })}
            </div>
        </PostForm>
    }
}

fn limited(limits: QueryLimits) -> String {
    format!(
        "Read-only. The first {} or {} MiB are read, for at most {}. Exports have all rows.",
        numbers::count(limits.rows, "row", "rows"),
        limits.bytes >> 20,
        numbers::count(limits.seconds, "second", "seconds"),
    )
}

/// A standing warning: what Flitch sends only reads, but the user of this connection could do more.
#[component]
fn CanWrite(connection: String) -> impl IntoView {
    view! {
        <div class="notice" data-tone="warning" role="note">
            <p>
                "This connection's database user could write. Flitch sends only what reads, in a transaction that is \
                 rolled back; a user that can only read is safer still. "
                <a href=paths::connection(&connection)>"See the check, with the SQL that fixes it"</a>
            </p>
        </div>
    }
}

/// The editor is a file of its own, which no other page loads. Its address carries the hash of what is in it, and comes
/// with the document (`shell.rs`); where it was not built there is none, and the textarea works alone.
fn load_editor() {
    Effect::new(move |_| {
        let find = |selector| document().query_selector(selector).ok().flatten();
        let address = find("meta[name=flitch-editor]").and_then(|meta| meta.get_attribute("content"));
        let (Some(address), None) = (address, find("script[data-editor]")) else { return };
        if let (Ok(script), Some(body)) = (document().create_element("script"), document().body()) {
            for (name, value) in [("type", "module"), ("src", &address), ("data-editor", "")] {
                let _ = script.set_attribute(name, value);
            }
            let _ = body.append_child(&script);
        }
    });
}
