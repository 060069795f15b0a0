//! A query on its way: waiting, running, being cancelled.

use contract::query::{QueryState, QueryView};
use leptos::prelude::*;

use crate::api::queries::CancelQuery;
use crate::parts::{NoScriptRefresh, Post, PostForm};
use crate::words::{Told, numbers};

#[component]
pub fn Progress(query: QueryView<Told>) -> impl IntoView {
    let cancel = Post::<CancelQuery>::new();
    let is_cancelling = query.state == QueryState::Cancelling;
    view! {
        <NoScriptRefresh is_running=true/>
        <div class="running">
            <p class="verdict" role="status" aria-live="polite">{said(&query)}</p>
            {query.can_cancel.then(|| view! {
                <PostForm post=cancel>
                    <input type="hidden" name="id" value=query.id.clone()/>
                    <button type="submit" class="button-quiet" data-place="cancel" disabled=is_cancelling>"Cancel"</button>
                </PostForm>
            })}
        </div>
    }
}

fn said(query: &QueryView<Told>) -> String {
    let took = numbers::duration(query.duration_us / 1_000_000 * 1_000_000);
    match query.state {
        QueryState::Cancelling => "Cancelling…".to_owned(),
        QueryState::Waiting if query.ahead > 0 => {
            format!("Waiting: {} before it.", numbers::count(query.ahead, "query is", "queries are"))
        }
        QueryState::Waiting => "Waiting for its turn…".to_owned(),
        _ if query.row_count > 0 => {
            let rows = u32::try_from(query.row_count).unwrap_or(u32::MAX);
            format!("Running for {took}: {} so far…", numbers::count(rows, "row", "rows"))
        }
        _ => format!("Running for {took}…"),
    }
}
