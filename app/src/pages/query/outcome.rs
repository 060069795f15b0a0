//! What came of a query: its rows, or why there are none.

use contract::query::{Cut, FileFormat, Purpose, QueryState, QueryView, ResultSet};
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::chart::Charts;
use super::keep::{Keep, Keeping};
use super::progress::Progress;
use crate::api::queries::Shown;
use crate::parts::{Grid, Loaded, Made, WideGrid};
use crate::paths;
use crate::words::{Told, numbers};

#[component]
pub fn Outcome(shown: Shown, charted: Loaded<String>, keeping: Keeping) -> impl IntoView {
    let Shown { query, record } = shown;
    let is_running = query.state.is_running();
    let word = state(query.state);
    let keep = query.is_own.then(|| view! { <Keep query=query.clone() keeping/> });
    view! {
        <section class="result" aria-label="Result" data-state=word data-answer="" tabindex="-1">
            <Heading query=query.clone()/>
            {if is_running {
                view! { <Progress query=query.clone()/> }.into_any()
            } else {
                ().into_any()
            }}
            <Rows query charted/>
            {keep}
            <Made markup=record/>
        </section>
    }
}

fn state(state: QueryState) -> &'static str {
    match state {
        QueryState::Waiting => "waiting",
        QueryState::Running => "running",
        QueryState::Cancelling => "cancelling",
        QueryState::Done => "done",
        QueryState::Failed => "failed",
        QueryState::Interrupted => "interrupted",
    }
}

/// What ran, whose it is and when it was asked for: the editor above may hold another text by now.
#[component]
fn Heading(query: QueryView<Told>) -> impl IntoView {
    let name = (!query.name.is_empty()).then(|| view! { <strong>{query.name}</strong> });
    view! {
        <div class="history-text">
            {name}
            <code title=query.sql.clone()>{query.sql.clone()}</code>
            <span class="quiet">
                {query.author} ", " {query.connection_name} ", " {numbers::moment(query.queued_at)}
            </span>
        </div>
    }
}

#[component]
fn Rows(query: QueryView<Told>, charted: Loaded<String>) -> impl IntoView {
    let id = query.id.clone();
    let is_file = query.purpose == Purpose::Export;
    match (query.state, query.result, query.finding) {
        (QueryState::Done, Some(result), _) => {
            let took = numbers::duration(query.duration_us);
            let said = format!("{}, in {took}.", extent(&result));
            let cut = result.cut.map(|cut| view! { <Truncated cut/> });
            view! {
                <div class="result-head">
                    <p class="verdict" role="status" aria-live="polite">{said}</p>
                    <Files id=id.clone()/>
                </div>
                {cut}
                <Charts charted/>
                <Table id result/>
            }
            .into_any()
        }
        (QueryState::Running, Some(result), _) if !result.rows.is_empty() => view! {
            <p class="quiet">"The first rows; more may come, and none of it is the whole yet."</p>
            <Grid label="Rows so far".to_owned() result/>
        }
        .into_any(),
        (QueryState::Done, None, _) if is_file => {
            let rows = numbers::count(u32::try_from(query.row_count).unwrap_or(u32::MAX), "row", "rows");
            let said = format!("A file of {rows}, made in {}.", numbers::duration(query.duration_us));
            view! { <p class="verdict" role="status">{said}</p> }.into_any()
        }
        (QueryState::Done, None, _) => view! {
            <div class="notice" data-tone="info" role="status">
                <p>"The rows of this result are not kept any more. Run it again to see them."</p>
            </div>
        }
        .into_any(),
        (QueryState::Failed, _, Some(finding)) => {
            // What somebody wanted is no alarm.
            let is_wanted = matches!(finding.code.as_str(), "cancelled" | "file_left");
            let (tone, role) = if is_wanted { ("info", "status") } else { ("bad", "alert") };
            view! { <div class="notice" data-tone=tone role=role data-code=finding.code><Made markup=finding.hint/></div> }
                .into_any()
        }
        (QueryState::Interrupted, ..) => view! {
            <div class="notice" data-tone="bad" role="alert" data-code="interrupted">
                <p>
                    {if is_file {
                        "The server stopped while this file was made. It was cut off. Export it again."
                    } else {
                        "The server stopped while this ran. Nothing of it was kept. Run it again."
                    }}
                </p>
            </div>
        }
        .into_any(),
        _ => ().into_any(),
    }
}

fn extent(result: &ResultSet) -> String {
    let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let rows = numbers::count(number(result.total), "row", "rows");
    let columns = numbers::count(number(result.columns.len() as u64), "column", "columns");
    match result.cut {
        None => format!("{rows} × {columns}"),
        Some(_) => format!("The first {rows} × {columns}"),
    }
}

#[component]
fn Truncated(cut: Cut) -> impl IntoView {
    let limit = match cut {
        Cut::Rows { limit } => numbers::count(limit, "row", "rows"),
        Cut::Bytes { limit } => format!("{} MiB", limit >> 20),
    };
    view! {
        <div class="notice" data-tone="warning" role="note">
            <p>"Truncated at " {limit} ". There are more rows at the source; a file has all of them."</p>
        </div>
    }
}

/// Up to a hundred rows as they are; more in a grid that holds what is in sight, or page by page without scripts.
#[component]
fn Table(id: String, result: ResultSet) -> impl IntoView {
    let is_hydrated = RwSignal::new(false);
    Effect::new(move |_| is_hydrated.set(true));
    let is_long = result.total > result.rows.len() as u64;
    if !is_long {
        return view! { <Grid label="Rows".to_owned() result/> }.into_any();
    }
    let result = StoredValue::new(result);
    let id = StoredValue::new(id);
    view! {
        {move || {
            let result = result.get_value();
            if is_hydrated.get() {
                view! { <WideGrid id=id.get_value() result/> }.into_any()
            } else {
                view! {
                    <Grid label="Rows".to_owned() result=result.clone()/>
                    <Pages result/>
                }
                .into_any()
            }
        }}
    }
    .into_any()
}

#[component]
fn Pages(result: ResultSet) -> impl IntoView {
    let (first, shown) = (result.first, result.rows.len() as u64);
    let page = 100;
    let link = |from: u64| format!("?from={}", from + 1);
    view! {
        <nav class="pager" aria-label="Pages">
            {(first > 0).then(|| view! { <a href=link(first.saturating_sub(page))>"Previous"</a> })}
            <span>"Rows "{first + 1}" to "{first + shown}" of "{result.total}</span>
            {(first + shown < result.total).then(|| view! { <a href=link(first + page)>"Next"</a> })}
        </nav>
    }
}

/// The result to take along.
#[component]
pub fn Files(id: String) -> impl IntoView {
    let links = FileFormat::ALL.map(|format| {
        let name = match format {
            FileFormat::Csv => "CSV",
            FileFormat::Ndjson => "NDJSON",
            FileFormat::Parquet => "Parquet",
            FileFormat::Xlsx => "Excel",
        };
        view! { <li><a href=paths::export(&id, format.as_str()) rel="external" download="">{name}</a></li> }
    });
    let menu = NodeRef::<html::Details>::new();
    // As a menu of the system does.
    let close = move |event: KeyboardEvent| {
        if let Some(menu) = menu.get_untracked().filter(|_| event.key() == "Escape") {
            let _ = menu.remove_attribute("open");
            if let Ok(Some(summary)) = menu.query_selector("summary") {
                let _ = summary.unchecked_into::<HtmlElement>().focus();
            }
        }
    };
    view! {
        <details class="menu" node_ref=menu on:keydown=close>
            <summary>"Export"</summary>
            <div class="menu-body">
                <ul>{links.into_iter().collect_view()}</ul>
                <p class="quiet">
                    "All rows. In CSV, a text that could run as a formula gets an apostrophe in front of it. Excel takes \
                     1,048,575 rows, and has no empty text: there it is missing."
                </p>
            </div>
        </details>
    }
}
