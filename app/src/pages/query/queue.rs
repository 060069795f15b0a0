//! What waits and runs in the team.

use std::time::Duration;

use contract::query::{Purpose, QueryState, QueueEntry};
use leptos::prelude::*;

use crate::api::queries::{CancelQuery, ShowQueue};
use crate::parts::{Post, PostForm, every_while, load_after};
use crate::paths;
use crate::words::numbers;

/// Between two looks at a queue that has something in it.
const POLL: Duration = Duration::from_secs(2);

#[component]
pub fn QueueList(fresh: RwSignal<usize>) -> impl IntoView {
    let cancel = Post::<CancelQuery>::new();
    let queue = load_after(move || cancel.count() + fresh.get(), || ShowQueue {});
    let is_busy = Signal::derive(move || queue.get().and_then(Result::ok).is_some_and(|queue| !queue.is_empty()));
    every_while(POLL, is_busy, move || queue.refetch());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let queue = queue.await.unwrap_or_default();
                (!queue.is_empty()).then(|| view! {
                    <section aria-label="Under way">
                        <h2>"Under way in the team"</h2>
                        <ul class="queue">
                            {queue.into_iter().map(|entry| view! { <Line entry cancel/> }).collect_view()}
                        </ul>
                    </section>
                })
            })}
        </Transition>
    }
}

#[component]
fn Line(entry: QueueEntry, cancel: Post<CancelQuery>) -> impl IntoView {
    let state = match entry.state {
        QueryState::Waiting => "waits",
        QueryState::Cancelling => "is being cancelled",
        _ => "runs",
    };
    let what = match entry.purpose {
        Purpose::Sql => "A query",
        Purpose::Export => "An export",
        Purpose::Preview | Purpose::Explore | Purpose::Profile => "A look at a dataset",
    };
    let who = if entry.is_own { "you".to_owned() } else { entry.author };
    let sql = (!entry.sql.is_empty()).then(|| {
        view! {
            <a href=paths::query(&entry.id) class="history-text"><code>{entry.sql.clone()}</code></a>
        }
    });
    let cancels = format!("Cancel {}", entry.sql);
    view! {
        <li>
            <span>
                {sql} {what} " by " {who} " " {state} " at " {entry.connection_name} ", since "
                {numbers::moment(entry.queued_at)}
            </span>
            {entry.can_cancel.then(|| view! {
                <PostForm post=cancel>
                    <input type="hidden" name="id" value=entry.id/>
                    <button type="submit" class="button-quiet" aria-label=cancels>"Cancel"</button>
                </PostForm>
            })}
        </li>
    }
}
