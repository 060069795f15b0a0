//! The list itself, a tree grid: a row for each schema, and beneath it a row for each table or view.

use std::sync::Arc;

use contract::catalog::{CatalogObject, CatalogSchema, ObjectKind, PickerFilter};
use contract::fault::Fault;
use contract::object_name::ObjectName;
use contract::refresh::{Schedule, ScheduleFields};
use leptos::task::spawn_local;
use leptos::{html, prelude::*};

use super::keys;
use super::ticks::{Ticks, grants};
use crate::api::ApiError;
use crate::api::datasets::{AddDatasets, PickerTold, ShowPicker};
use crate::parts::{CopyText, FaultNotice, Icon, Post, PostForm, ScheduleForm, Shape, ask};
use crate::paths;
use crate::words::{RUN_WAKES, catalog, numbers};

/// What a group needs to know besides its schema.
#[derive(Clone)]
struct Place {
    connection_id: String,
    user: String,
    kind: String,
    /// A search or a kind narrows the list, and "all" with it.
    is_filtered: bool,
    ticks: Ticks,
    /// What was ticked where there are no scripts.
    picked: Arc<[String]>,
    /// Counts the times that rows came or went.
    changes: RwSignal<u32>,
}

#[component]
pub fn SchemaList(
    picker: PickerTold,
    add: Post<AddDatasets>,
    ticks: Ticks,
    search: Signal<String>,
    kind: Signal<String>,
) -> impl IntoView {
    let PickerTold { connection_id, user, schemas, target, .. } = picker;
    let wakes = target.is_serverless().then_some(RUN_WAKES);
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
    let grid = NodeRef::<html::Div>::new();
    let changes = RwSignal::new(0);
    keys::order(grid, move || changes.track());
    // Ticks of other pages and searches are sent too; the server takes a name that comes twice once.
    let kept = move || {
        let names = ticks.get().into_keys();
        names.map(|name| view! { <input type="hidden" name="picks[picked][]" value=name/> }).collect_view()
    };
    let count = move || match ticks.read().len() {
        0 => String::new(),
        count => format!("{count} ticked"),
    };
    // What was refused is there to be mended.
    let (is_refused, picked) = match untrack(|| add.refused()) {
        Some(Fault::Schedule { picked, .. }) => (true, picked),
        _ => (false, Vec::new()),
    };
    let place = Place {
        connection_id: connection_id.clone(),
        user: user.clone(),
        kind: kind.get_untracked(),
        is_filtered: !search.get_untracked().is_empty() || !kind.get_untracked().is_empty(),
        ticks,
        picked: picked.into(),
        changes,
    };
    let groups = schemas.into_iter().map(|schema| view! { <SchemaGroup schema place=place.clone()/> }).collect_view();
    let least = move || {
        (!ticks.read().is_empty()).then(|| {
            let text = grants(&user, &ticks.read());
            view! {
                <details class="more">
                    <summary>"The least rights for what is ticked"</summary>
                    <CopyText label="the grants".to_owned() text/>
                </details>
            }
        })
    };
    view! {
        <PostForm post=add attr:class="picker">
            <input type="hidden" name="picks[connection_id]" value=connection_id/>
            <input type="hidden" name="picks[search]" value=move || search.get()/>
            <input type="hidden" name="picks[kind]" value=move || kind.get()/>
            {kept}
            <div class="picker-bar">
                <button type="submit" class="button">"Add ticked as datasets"</button>
                <span class="quiet" role="status">{count}</span>
            </div>
            <details class="more" open=is_refused>
                <summary>"Refresh them from the beginning"</summary>
                <label class="check">
                    <input type="checkbox" name="picks[is_refreshed]" value="true" checked=is_refused/>
                    "Rebuild what is added in the background, and serve it from its snapshots in between"
                </label>
                <ScheduleForm name="picks[schedule]" post=add schedule=ScheduleFields::from(&Schedule::default())/>
                <p class="quiet">{wakes} " " <a href=paths::HELP_REFRESH>"What refresh does"</a></p>
            </details>
            {least}
            <div
                role="treegrid"
                aria-label="Tables and views"
                class="picker-grid"
                node_ref=grid
                on:keydown=move |event| keys::walk(&event, grid)
                on:focusin=move |_| keys::follow(grid)
            >
                {groups}
            </div>
        </PostForm>
    }
    .into_any()
}

/// The tables of a schema that came closed.
#[derive(Clone)]
enum Fetched {
    No,
    Asked,
    Came(Box<Result<PickerTold, ApiError>>),
}

/// A schema. Closed, it is opened in place; without a script its link leads to a page with it alone.
#[component]
fn SchemaGroup(schema: CatalogSchema, place: Place) -> impl IntoView {
    let CatalogSchema { name, is_usable, is_unlisted, match_count, is_open: is_given, objects } = schema;
    let Place { connection_id, user, kind, is_filtered, changes, .. } = place.clone();
    let is_open = RwSignal::new(is_given);
    let asked = name.clone();
    // One signal for each of so many groups: an action would be six.
    let fetched = RwSignal::new(Fetched::No);
    let fetch = move || {
        let filter = PickerFilter { schema: asked.clone(), kind: kind.clone(), ..PickerFilter::default() };
        let answer = ask(ShowPicker { connection_id: connection_id.clone(), filter });
        fetched.set(Fetched::Asked);
        spawn_local(async move {
            let answer = answer.await;
            // Nobody waits where the list is another's by now.
            let _ = fetched.try_set(Fetched::Came(Box::new(answer)));
        });
    };
    let has_more_to_say = is_unlisted && is_usable;
    let toggle = move |event: leptos::ev::MouseEvent| {
        if has_more_to_say || event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        is_open.update(|is_open| *is_open = !*is_open);
        if !is_given && matches!(*fetched.read_untracked(), Fetched::No) {
            fetch();
        }
        changes.update(|changes| *changes += 1);
    };
    let why = match (is_usable, is_unlisted) {
        (false, _) => Some(format!("{user} may not use this schema.")),
        (true, true) => Some("This external schema was not listed with the others.".to_owned()),
        (true, false) if match_count == 0 => Some("No tables or views in it.".to_owned()),
        _ => None,
    };
    let help = (!is_usable).then(|| view! { " " <a href=paths::help(&user, &name)>"Why, and what to do"</a> });
    let alone = format!("?schema={}&kind={}", paths::encode(&name), place.kind);
    let list = has_more_to_say.then(|| view! { " " <a href=alone.clone()>"List its tables"</a> });
    let can_add = is_usable && match_count > 0;
    let all = can_add.then(|| {
        view! {
            <button type="submit" class="button-quiet" name="picks[whole_schema]" value=name.clone()>
                {if is_filtered { "Add all matching in " } else { "Add all of " }} {name.clone()}
            </button>
        }
    });
    let came = {
        let (place, name, alone) = (place.clone(), name.clone(), alone.clone());
        move || match fetched.get() {
            Fetched::No => None,
            Fetched::Asked => Some(note("Listing…").into_any()),
            Fetched::Came(answer) => Some(match *answer {
                Err(error) => note(view! { <FaultNotice fault=error.0/> }).into_any(),
                Ok(picker) => {
                    changes.update(|changes| *changes += 1);
                    let more = (picker.page_count > 1).then(|| format!("{alone}&page=2"));
                    let objects = picker.schemas.into_iter().flat_map(|schema| schema.objects);
                    let rows = objects.map(|object| object_row(object, &name, &place)).collect_view();
                    let more = more.map(|more| note(view! { <a href=more>"More of this schema"</a> }));
                    view! { {rows} {more} }.into_any()
                }
            }),
        }
    };
    let rows = objects.into_iter().map(|object| object_row(object, &name, &place)).collect_view();
    view! {
        <div class="schema" role="rowgroup">
            <div
                class="schema-head"
                role="row"
                attr:aria-level="1"
                aria-expanded=move || is_open.get().to_string()
            >
                <div role="gridcell"><h2><a href=alone on:click=toggle>{name.clone()}</a></h2></div>
                <span class="quiet" role="gridcell">{numbers::count(match_count, "object", "objects")}</span>
                {all.map(|all| view! { <span class="schema-all" role="gridcell">{all}</span> })}
            </div>
            {why.map(|why| note(view! { {why} {help} {list} }))}
            <div class="objects" hidden=move || !is_open.get()>{rows} {came}</div>
        </div>
    }
}

/// A row that says something of its schema.
fn note(content: impl IntoView) -> impl IntoView {
    view! { <div class="schema-note quiet" role="row" attr:aria-level="2"><div role="gridcell">{content}</div></div> }
}

fn kind_cell(kind: ObjectKind) -> impl IntoView {
    view! { <span role="gridcell" class="kind">{catalog::kind(kind)}</span> }
}

fn object_row(object: CatalogObject, schema: &str, place: &Place) -> impl IntoView + use<> {
    let CatalogObject { name, kind, is_readable, dataset_id } = object;
    let cells = match (dataset_id, is_readable) {
        (Some(dataset), _) => view! {
            <span role="gridcell" class="object-name">
                <span class="object-mark"><Icon shape=Shape::Check/></span>
                <a href=paths::dataset(&dataset)>{name}</a>
            </span>
            {kind_cell(kind)}
            <span role="gridcell" class="quiet">"dataset"</span>
        }
        .into_any(),
        (None, true) => {
            let own = ObjectName::new(schema, name.clone()).to_string();
            let (known, value) = (own.clone(), own.clone());
            let ticks = place.ticks;
            let was_picked = place.picked.contains(&own);
            let is_ticked = move || ticks.read().contains_key(&known);
            let toggle = move |event| {
                let is_on = event_target_checked(&event);
                ticks.update(|ticks| {
                    let _ = if is_on { ticks.insert(own.clone(), kind) } else { ticks.remove(&own) };
                });
            };
            view! {
                <span role="gridcell">
                    <label class="object-name">
                        <input
                            type="checkbox"
                            name="picks[picked][]"
                            value=value
                            checked=was_picked
                            prop:checked=is_ticked
                            on:change=toggle
                        />
                        {name}
                    </label>
                </span>
                {kind_cell(kind)}
            }
            .into_any()
        }
        (None, false) => {
            let why = paths::help(&place.user, schema);
            view! {
                <span role="gridcell" class="object-name">
                    <span class="object-mark" data-shape="lock"><Icon shape=Shape::Lock/></span>
                    <span class="quiet">{name}</span>
                </span>
                {kind_cell(kind)}
                <span role="gridcell"><a href=why>"not readable: why?"</a></span>
            }
            .into_any()
        }
    };
    view! { <div class="object" role="row" attr:aria-level="2">{cells}</div> }
}
