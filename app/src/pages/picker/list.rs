//! The list itself: one group per schema, one tick box per table.

use contract::catalog::{CatalogObject, CatalogSchema, Picker};
use leptos::form::ActionForm;
use leptos::prelude::*;

use crate::api::datasets::AddDatasets;
use crate::parts::{Icon, KindBadge, Shape};
use crate::paths;
use crate::words::numbers;

#[component]
pub fn SchemaList(picker: Picker, add: ServerAction<AddDatasets>) -> impl IntoView {
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
    let groups = schemas.into_iter().map(|schema| view! { <SchemaGroup schema user=user.clone()/> }).collect_view();
    view! {
        <ActionForm action=add attr:class="picker">
            <input type="hidden" name="picks[connection_id]" value=connection_id/>
            <div class="picker-bar">
                <button type="submit" class="button">"Add ticked as datasets"</button>
            </div>
            {groups}
        </ActionForm>
    }
    .into_any()
}

#[component]
fn SchemaGroup(schema: CatalogSchema, user: String) -> impl IntoView {
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
                "Add all of " {name.clone()}
            </button>
        }
    });
    let rows = objects.into_iter().map(|object| object_row(object, &name, &user)).collect_view();
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

fn object_row(object: CatalogObject, schema: &str, user: &str) -> impl IntoView {
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
            view! {
                <input type="checkbox" id=field.clone() name="picks[picked][]" value=id/>
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
