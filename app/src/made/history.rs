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
        format!(
            "{}?of={}&search={}&before={}#history",
            paths::QUERY,
            encode(&filter.of),
            encode(&filter.search),
            last.cursor()
        )
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
        QueryState::Failed => entry.code.replace('_', " "),
        QueryState::Interrupted => "interrupted".to_owned(),
        QueryState::Waiting => "waiting".to_owned(),
        QueryState::Running | QueryState::Cancelling => "running".to_owned(),
    };
    let took = entry.duration_us.map(|us| format!(" in {}", numbers::duration(us))).unwrap_or_default();
    let is_export = entry.purpose == Purpose::Export;
    let name = (!entry.name.is_empty()).then(|| view! { <strong>{entry.name.clone()}</strong> });
    view! {
        <li>
            <a href=paths::query(&entry.id) class="history-text">
                {name}
                <code>{entry.sql}</code>
            </a>
            <span class="quiet">
                {is_export.then_some("Export. ")} {entry.author} ", " {entry.connection_name} ", "
                {numbers::moment(entry.queued_at)} ": " {how} {took} {entry.is_shared.then_some(" · shared")}
            </span>
        </li>
    }
}
