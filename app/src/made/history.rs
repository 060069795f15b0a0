//! Queries that were run before.

use contract::query::{History, HistoryEntry, HistoryFilter, Purpose, QueryState};
use leptos::prelude::*;

use crate::parts::made;
use crate::paths;
use crate::words::numbers;

pub fn entries(history: History, filter: &HistoryFilter) -> String {
    if history.entries.is_empty() {
        return made(view! { <p class="quiet">"Nothing here yet."</p> });
    }
    let older = history.entries.last().filter(|_| history.has_more).map(|last| {
        let encode = paths::encode;
        format!("?of={}&search={}&before={}#history", encode(&filter.of), encode(&filter.search), last.cursor())
    });
    made(view! {
        <ol class="history">
            {history.entries.into_iter().map(|entry| view! { <Line entry/> }).collect_view()}
        </ol>
        {older.map(|href| view! { <nav class="pager" aria-label="Pages"><a href=href>"Older"</a></nav> })}
    })
}

#[component]
fn Line(entry: HistoryEntry) -> impl IntoView {
    let how = match entry.state {
        QueryState::Done => {
            let rows = u32::try_from(entry.row_count).unwrap_or(u32::MAX);
            numbers::count(rows, "row", "rows")
        }
        QueryState::Failed => failure(&entry.code).to_owned(),
        QueryState::Interrupted => "interrupted".to_owned(),
        QueryState::Waiting => "waiting".to_owned(),
        QueryState::Running | QueryState::Cancelling => "running".to_owned(),
    };
    let until = if entry.state == QueryState::Done { "in" } else { "after" };
    let took = entry.duration_us.filter(|us| *us > 0).map(|us| format!(" {until} {}", numbers::duration(us)));
    let took = took.unwrap_or_default();
    let is_export = entry.purpose == Purpose::Export;
    let name = (!entry.name.is_empty()).then(|| view! { <strong>{entry.name.clone()}</strong> });
    view! {
        <li>
            <a href=paths::query(&entry.id) class="history-text">
                {name}
                <code>{if entry.sql.trim().is_empty() { "(empty)".to_owned() } else { entry.sql }}</code>
            </a>
            <span class="quiet">
                {is_export.then_some("Export. ")} {entry.author} ", " {entry.connection_name} ", "
                {numbers::moment(entry.queued_at)} ": " {how} {took} {entry.is_shared.then_some(" · shared")}
            </span>
        </li>
    }
}

/// In a few words; the query's page has the sentence and the steps.
fn failure(code: &str) -> &'static str {
    match code {
        "statement_refused" => "not sent",
        "server_said" => "the server refused it",
        "over_our_limit" | "file_too_large" | "file_too_slow" => "ended by Flitch's limit",
        "file_left" => "the download stopped",
        "timed_out" => "no answer in time",
        "cancelled" => "cancelled",
        "cancelled_by_another" => "cancelled by another",
        "ended_by_rule" => "ended by a workload rule",
        "ended_by_administrator" => "ended by an administrator",
        "rows_replaced" => "its rows were replaced",
        "value_unfit" => "a value did not fit",
        "reconnect_required" | "connection_paused" => "the connection rests",
        _ => "failed",
    }
}
