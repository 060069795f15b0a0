//! The list itself: one group per schema, one tick box per table.

use std::collections::BTreeSet;

use contract::catalog::{CatalogObject, CatalogSchema, Picker};
use leptos::form::ActionForm;
use leptos::prelude::*;

use crate::api::datasets::AddDatasets;
use crate::parts::{Icon, KindBadge, Shape};
use crate::paths;
use crate::words::numbers;

#[component]
pub fn SchemaList(
    picker: Picker,
    add: ServerAction<AddDatasets>,
    ticked: RwSignal<BTreeSet<String>>,
    search: Signal<String>,
    kind: Signal<String>,
) -> impl IntoView {
    let Picker { connection_id, user, schemas, .. } = picker;
    if schemas.is_empty() {
        return view! {
            <div class="empty">
                <h2>"Nothing matches"</h2>
                <p>"Search for another part of the name, or for all kinds."</p>
                <p class="quiet">
                    "A table that you expect may be in a schema that " {user.clone()} " may not use, or newer than this list."
                </p>
            </div>
        }
        .into_any();
    }
    let on_page: BTreeSet<String> =
        schemas.iter().flat_map(|schema| schema.objects.iter().map(|object| object.id.clone())).collect();
    // The boxes of this page speak for themselves.
    let elsewhere = move || {
        let ids = ticked.get().into_iter().filter(|id| !on_page.contains(id));
        ids.map(|id| view! { <input type="hidden" name="picks[picked][]" value=id/> }).collect_view()
    };
    let elsewhere_count = move || match ticked.get().len() {
        0 => String::new(),
        count => format!("{count} ticked"),
    };
    let is_filtered = !search.get_untracked().is_empty() || !kind.get_untracked().is_empty();
    let groups = schemas
        .into_iter()
        .map(|schema| view! { <SchemaGroup schema user=user.clone() ticked is_filtered/> })
        .collect_view();
    view! {
        <ActionForm action=add attr:class="picker">
            <input type="hidden" name="picks[connection_id]" value=connection_id/>
            <input type="hidden" name="picks[search]" value=move || search.get()/>
            <input type="hidden" name="picks[kind]" value=move || kind.get()/>
            {elsewhere}
            <div class="picker-bar">
                <button type="submit" class="button">"Add ticked as datasets"</button>
                <span class="quiet" role="status">{elsewhere_count}</span>
            </div>
            <div on:keydown=move |event| super::keep::walk(&event)>{groups}</div>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn SchemaGroup(
    schema: CatalogSchema,
    user: String,
    ticked: RwSignal<BTreeSet<String>>,
    /// A search or a kind narrows the list, and "all" with it.
    is_filtered: bool,
) -> impl IntoView {
    let CatalogSchema { name, is_usable, is_unlisted, match_count, objects } = schema;
    let why = match (is_usable, is_unlisted) {
        (false, _) => Some(format!("{user} may not use this schema.")),
        (true, true) => Some("This external schema could not be listed.".to_owned()),
        (true, false) if objects.is_empty() => Some("No tables or views in it.".to_owned()),
        _ => None,
    };
    let has_readable = objects.iter().any(|object| object.is_readable && object.dataset_id.is_none());
    let all = has_readable.then(|| {
        view! {
            <button type="submit" class="button-quiet" name="picks[whole_schema]" value=name.clone()>
                {if is_filtered { "Add all matching in " } else { "Add all of " }} {name.clone()}
            </button>
        }
    });
    let rows = objects.into_iter().map(|object| object_row(object, &name, &user, ticked)).collect_view();
    let help = why.is_some().then(|| view! { " " <a href=paths::help(&user, &name)>"Why, and what to do"</a> });
    view! {
        <section class="schema">
            <div class="schema-head">
                <h2>{name.clone()}</h2>
                <span class="quiet">{numbers::count(match_count, "object", "objects")}</span>
                {all}
            </div>
            {why.map(|why| view! { <p class="quiet">{why} {help}</p> })}
            <ul class="objects">{rows}</ul>
        </section>
    }
}

fn object_row(object: CatalogObject, schema: &str, user: &str, ticked: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let CatalogObject { id, name, kind, is_readable, dataset_id } = object;
    let control = match (dataset_id, is_readable) {
        (Some(dataset), _) => view! {
            <span class="object-mark"><Icon shape=Shape::Check/></span>
            <a href=paths::dataset(&dataset)>{name}</a>
            <KindBadge kind/>
            <span class="quiet">"dataset"</span>
        }
        .into_any(),
        (None, true) => {
            let field = format!("pick-{id}");
            let known = id.clone();
            let is_ticked = move || ticked.with(|ticked| ticked.contains(&known));
            let own = id.clone();
            let toggle = move |event| {
                let is_on = event_target_checked(&event);
                ticked.update(|ticked| {
                    if is_on {
                        ticked.insert(own.clone())
                    } else {
                        ticked.remove(&own)
                    };
                });
            };
            view! {
                <input
                    type="checkbox"
                    id=field.clone()
                    name="picks[picked][]"
                    value=id.clone()
                    prop:checked=is_ticked
                    on:change=toggle
                />
                <label for=field>{name}</label>
                <KindBadge kind/>
            }
            .into_any()
        }
        (None, false) => {
            let why = paths::help(user, schema);
            view! {
                <span class="object-mark" data-shape="lock"><Icon shape=Shape::Lock/></span>
                <span class="quiet">{name}</span>
                <KindBadge kind/>
                <a href=why>"not readable: why?"</a>
            }
            .into_any()
        }
    };
    view! { <li>{control}</li> }
}
