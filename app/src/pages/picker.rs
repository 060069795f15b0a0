//! The dataset picker: schemas, their tables and views, searched and ticked.

mod keys;
mod list;
mod ticks;

use std::collections::BTreeMap;

use contract::catalog::{CatalogSchema, ObjectKind, PickerFilter};
use leptos::prelude::*;
use leptos_meta::Title;

use super::{param, query};
use crate::api::datasets::{AddDatasets, PickerTold, ReadCatalog, ShowPicker};
use crate::parts::{FaultNotice, Made, NoScriptRefresh, PageFault, Post, PostForm, every_while, load};
use crate::words::{WAKES, catalog, numbers};
use crate::{api::ApiError, paths};
use list::SchemaList;
use ticks::Ticks;

#[component]
pub fn PickerPage() -> impl IntoView {
    let id = param("id");
    let (schema, page) = (query("schema"), query("page"));
    let (search_in_url, kind_in_url) = (query("search"), query("kind"));
    // What was typed and chosen here goes before what the address says.
    let typed = RwSignal::new(None::<String>);
    let chosen = RwSignal::new(None::<String>);
    let search = Signal::derive(move || typed.get().unwrap_or_else(|| search_in_url.get()));
    let kind = Signal::derive(move || chosen.get().unwrap_or_else(|| kind_in_url.get()));
    // Ticks outlive a search: what is ticked and no longer on the list is sent all the same.
    let ticks = Ticks::new(BTreeMap::new());
    ticks::keep(id, ticks);
    let list = Shown::default();
    let filter = move || PickerFilter {
        search: search.get(),
        kind: kind.get(),
        schema: schema.get(),
        page: page.get().parse().unwrap_or(1),
    };
    let shown = load(move || ShowPicker { connection_id: id.get(), filter: filter() });
    let is_reading = Signal::derive(move || shown.get().and_then(Result::ok).is_some_and(|picker| picker.is_reading));
    every_while(std::time::Duration::from_millis(500), is_reading, move || shown.refetch());
    let add = Post::<AddDatasets>::new();
    let read = Post::<ReadCatalog>::new();
    // A read goes on after its action has ended; its progress shows in the picker itself.
    Effect::new(move |_| {
        if read.count() > 0 {
            shown.refetch();
        }
    });
    // What became a dataset is no tick any more.
    Effect::new(move |_| {
        if add.is_done() {
            ticks.set(BTreeMap::new());
        }
    });
    let refused = move || add.refused();
    view! {
        <Title text="Pick datasets"/>
        <div class="page">
            <nav class="crumbs" aria-label="Breadcrumb">
                <a href=paths::DATA>"Data"</a> <a href=move || paths::connection(&id.get())>"Connection"</a>
            </nav>
            <div class="page-head">
                <h1>"Pick datasets"</h1>
                <PostForm post=read>
                    <input type="hidden" name="connection_id" value=move || id.get()/>
                    <button type="submit" class="button-quiet">"Read the list again"</button>
                </PostForm>
            </div>
            {move || refused().map(|fault| view! { <FaultNotice fault/> })}
            <Search search typed kind chosen schema/>
            <Transition>
                {move || Suspend::new(async move {
                    match shown.await {
                        Ok(picker) => view! { <Found picker add read ticks list search kind schema/> }.into_any(),
                        Err(error) => view! { <PageFault error=ApiError(error.0)/> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

/// The list as it is shown. Another one is built anew, which is quicker than making the old one over row by row; the
/// same one stays, with what was opened in it, however often it is read.
#[derive(Clone, Copy, Default)]
struct Shown(StoredValue<(u32, Vec<CatalogSchema>)>);

impl Shown {
    fn serial(self, picker: &PickerTold) -> u32 {
        self.0
            .try_update_value(|(serial, shown)| {
                if *shown != picker.schemas {
                    *serial += 1;
                    shown.clone_from(&picker.schemas);
                }
                *serial
            })
            .unwrap_or_default()
    }
}

/// A form that works by itself; with JavaScript the list follows each key.
#[component]
fn Search(
    search: Signal<String>,
    typed: RwSignal<Option<String>>,
    kind: Signal<String>,
    chosen: RwSignal<Option<String>>,
    schema: Memo<String>,
) -> impl IntoView {
    let kinds = ObjectKind::ALL.map(|each| {
        view! {
            <option value=each.as_str() selected=move || kind.get() == each.as_str()>{catalog::kind(each)}</option>
        }
    });
    view! {
        <form method="get" class="search" role="search">
            <div class="field">
                <label for="search">"Search"</label>
                <input
                    id="search"
                    name="search"
                    type="search"
                    value=search.get_untracked()
                    autocomplete="off"
                    on:input=move |event| typed.set(Some(event_target_value(&event)))
                />
            </div>
            <div class="field">
                <label for="kind">"Kind"</label>
                <select id="kind" name="kind" on:change=move |event| chosen.set(Some(event_target_value(&event)))>
                    <option value="">"All kinds"</option>
                    {kinds.into_iter().collect_view()}
                </select>
            </div>
            <input type="hidden" name="schema" value=move || schema.get()/>
            <button type="submit" class="button-quiet">"Search"</button>
        </form>
    }
}

#[component]
fn Found(
    picker: PickerTold,
    add: Post<AddDatasets>,
    read: Post<ReadCatalog>,
    ticks: Ticks,
    list: Shown,
    search: Signal<String>,
    kind: Signal<String>,
    schema: Memo<String>,
) -> impl IntoView {
    let failed = picker.finding.as_ref().map(|finding| {
        view! {
            <div class="notice" data-tone="bad" role="alert" data-code=finding.code.clone()>
                <p>"The list could not be read."</p>
                <Made markup=finding.hint.clone()/>
            </div>
        }
    });
    // The button to read it again is the page's own, above.
    let sleeps = picker.target.is_serverless().then_some("");
    let Some(read_at) = picker.read_at else {
        let is_reading = picker.is_reading;
        let text =
            if is_reading { "Reading the list of tables…" } else { "The list of tables has not been read yet." };
        return view! {
            <NoScriptRefresh is_running=is_reading/>
            {failed}
            <div class="empty" data-sleeps=sleeps><p role="status">{text}</p>
                {(!is_reading).then(|| view! { <p>"It is read by a passing check, or by “Read the list again”."</p> })}
            </div>
        }
        .into_any();
    };
    let summary = format!(
        "{} of {}, read {}",
        numbers::grouped(picker.match_count),
        numbers::count(picker.object_count, "table or view", "tables and views"),
        numbers::moment(read_at),
    );
    let page_link = move |page: u32| {
        let (search, kind, schema) = (search.get(), kind.get(), schema.get());
        let encode = paths::encode;
        format!("?search={}&kind={}&schema={}&page={page}", encode(&search), encode(&kind), encode(&schema))
    };
    let missing = picker.whereabouts.as_ref().map(|found| {
        view! { <div class="notice" data-tone="info" role="status"><Made markup=found.clone()/></div> }
    });
    let alone = (!schema.get_untracked().is_empty()).then(|| view! { <Alone picker=picker.clone() schema read/> });
    let (page, pages) = (picker.page, picker.page_count);
    let pager = (pages > 1).then(|| {
        view! {
            <nav class="pager" aria-label="Pages">
                {(page > 1).then(|| view! { <a href=page_link(page - 1)>"Previous"</a> })}
                <span>"Page "{page}" of "{pages}</span>
                {(page < pages).then(|| view! { <a href=page_link(page + 1)>"Next"</a> })}
            </nav>
        }
    });
    view! {
        <NoScriptRefresh is_running=picker.is_reading/>
        {failed}
        <p class="quiet" role="status" data-sleeps=sleeps>
            {summary}
            {picker.is_reading.then_some(". Reading again…")}
            {picker.is_cut.then_some(". There are more than Flitch lists.")}
        </p>
        {missing}
        {alone}
        <For each=move || [(list.serial(&picker), picker.clone())] key=|(serial, _)| *serial let((_, picker))>
            <SchemaList picker add ticks search kind/>
        </For>
        {pager}
    }
    .into_any()
}

/// What is to be said where one schema is shown alone: the way back, and a button for its tables where they were not
/// listed with the others.
#[component]
fn Alone(picker: PickerTold, schema: Memo<String>, read: Post<ReadCatalog>) -> impl IntoView {
    let all = paths::picker(&picker.connection_id);
    let is_unlisted = picker.schemas.first().is_some_and(|schema| schema.is_unlisted && schema.is_usable);
    let wakes = picker.target.is_serverless().then_some(WAKES);
    let list = (is_unlisted && !picker.is_reading).then(|| {
        view! {
            <PostForm post=read>
                <input type="hidden" name="connection_id" value=picker.connection_id.clone()/>
                <input type="hidden" name="schema" value=move || schema.get()/>
                <button type="submit" class="button" data-wakes=wakes title=wakes>
                    "List the tables of " {schema.get_untracked()}
                </button>
            </PostForm>
        }
    });
    view! {
        <p>"Schema " <strong>{schema.get_untracked()}</strong> " alone. " <a href=all>"All schemas"</a></p>
        {list}
    }
}
