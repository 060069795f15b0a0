//! The SQL workspace: write, run, look at the result; beneath, what runs in the team and what was run before.

mod chart;
mod editor;
mod history;
mod keep;
mod outcome;
mod progress;
mod queue;

use std::time::Duration;

use contract::query::Workspace;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{param, query};
use crate::api::queries::{RunQuery, ShowQuery, ShowWorkspace, Shown};
use crate::parts::{FaultNotice, PageFault, Post, every_while, load, load_after};
use editor::{Draft, Editor};
use history::HistoryList;
use keep::Keeping;
use outcome::Outcome;
use queue::QueueList;

pub use outcome::Files;

/// Between two looks at a query on its way.
const POLL: Duration = Duration::from_millis(500);

#[component]
pub fn QueryPage() -> impl IntoView {
    let id = param("id");
    let (connection, sql, from) = (query("connection"), query("sql"), query("from"));
    let first = move || from.get().parse::<u64>().map_or(0, |row| row.saturating_sub(1));
    let run = Post::<RunQuery>::new();
    let changes = RwSignal::new(0_usize);
    // The text in the editor is its writer's: it is set once, and the result beneath comes and goes.
    let workspace = load(move || ShowWorkspace { id: id.get_untracked() });
    let keeping = Keeping::new(id, changes);
    let shown = load_after(move || changes.get(), move || ShowQuery { id: id.get(), first: first() });
    let is_running = Signal::derive(move || {
        let query = shown.get().and_then(Result::ok).flatten();
        query.is_some_and(|shown| shown.query.state.is_running())
    });
    every_while(POLL, is_running, move || shown.refetch());
    // With the run: the same mistake found anew is marked anew.
    let wrong_at = RwSignal::new(None);
    Effect::new(move |_| {
        let query = shown.get().and_then(Result::ok).flatten().map(|shown| shown.query);
        wrong_at.set(query.and_then(|query| Some(format!("{} {}", query.wrong_at?, query.queued_at))));
    });
    let draft = Draft::new();
    // A link to another query brings its text, and one to none an empty editor; a run of what stands there does not.
    Effect::new(move |last: Option<(String, usize)>| {
        let runs = run.count();
        let (id, connection, text) = match shown.get() {
            Some(Ok(Some(Shown { query, .. }))) => (query.id, query.connection_id, query.typed),
            Some(Ok(None)) => (String::new(), connection.get_untracked(), sql.get_untracked()),
            _ => return last.unwrap_or_default(),
        };
        if let Some((before, seen)) = last
            && before != id
            && seen == runs
        {
            draft.set(connection, text);
        }
        (id, runs)
    });
    // Counts what changes the lists beneath: a run, its end, a name.
    let seen = Memo::new(move |_| {
        let query = shown.get().and_then(Result::ok).flatten();
        query.map(|shown| (shown.query.id, shown.query.state))
    });
    let fresh = RwSignal::new(0_usize);
    Effect::new(move |before: Option<()>| {
        // Read, not only tracked: a memo that nobody has read knows of no change.
        let _ = seen.get();
        changes.track();
        if before.is_some() {
            fresh.update(|fresh| *fresh += 1);
        }
    });
    let charted = chart::charted(id, fresh);
    let refused = move || run.refused();
    let title = move || {
        let name = shown.get().and_then(Result::ok).flatten().map(|shown| shown.query.name);
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| "Query".to_owned())
    };
    view! {
        <Title text=title/>
        <div class="page page-wide">
            <Suspense>
                {move || Suspend::new(async move {
                    match workspace.await {
                        Ok(workspace) if workspace.connection_id.is_empty() => {
                            draft.start(connection.get_untracked(), sql.get_untracked());
                            view! { <Write run workspace draft wrong_at/> }.into_any()
                        }
                        Ok(workspace) => {
                            draft.start(workspace.connection_id.clone(), workspace.typed.clone());
                            view! { <Write run workspace draft wrong_at/> }.into_any()
                        }
                        Err(error) => view! { <PageFault error/> }.into_any(),
                    }
                })}
            </Suspense>
            {move || refused().map(|fault| view! { <FaultNotice fault/> })}
            <Transition>
                {move || Suspend::new(async move {
                    match shown.await {
                        Ok(Some(shown)) => view! { <Outcome shown charted keeping/> }.into_any(),
                        // Said above, where the same was asked.
                        _ => ().into_any(),
                    }
                })}
            </Transition>
            <QueueList fresh/>
            <HistoryList fresh/>
        </div>
    }
}

#[component]
fn Write(run: Post<RunQuery>, workspace: Workspace, draft: Draft, wrong_at: RwSignal<Option<String>>) -> impl IntoView {
    if workspace.connections.is_empty() {
        return view! {
            <h1>"Query"</h1>
            <div class="empty">
                <p>"There is nothing to ask yet."</p>
                <a class="button" href=crate::paths::ADD>"Add source"</a>
            </div>
        }
        .into_any();
    }
    view! {
        <h1>"Query"</h1>
        <Editor run workspace draft wrong_at/>
    }
    .into_any()
}
