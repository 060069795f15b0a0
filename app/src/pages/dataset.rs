//! One dataset: its columns and first rows, read from the source.

use std::time::Duration;

use contract::dataset::DatasetView;
use contract::query::{Cut, QueryState, QueryView};
use leptos::prelude::*;
use leptos_meta::Title;

use super::param;
use crate::api::datasets::{RemoveDataset, show_dataset};
use crate::api::queries::{PreviewAgain, PreviewCancel, show_preview};
use crate::parts::{
    CopyText, FaultNotice, Grid, HintView, KindBadge, LastGood, NoScriptRefresh, PageFault, Post, PostForm,
    every_while, load,
};
use crate::paths;
use crate::words::{Told, numbers};

const POLL: Duration = Duration::from_millis(250);

#[component]
pub fn DatasetPage() -> impl IntoView {
    let id = param("id");
    let head = load(move || id.get(), show_dataset);
    let again = Post::<PreviewAgain>::new();
    let last = LastGood::new();
    let preview =
        load(move || (id.get(), again.count()), move |(id, _)| async move { last.steady(show_preview(id).await) });
    last.remember(preview);
    let is_running =
        Signal::derive(move || preview.get().and_then(Result::ok).is_some_and(|query| query.state.is_running()));
    every_while(POLL, is_running, move || preview.refetch());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match (head.await, preview.await) {
                    (Ok(dataset), Ok(query)) => view! { <Dataset dataset query again/> }.into_any(),
                    (Ok(dataset), Err(error)) => view! {
                        <Title text=dataset.summary.name/>
                        <div class="page"><FaultNotice fault=error.0/></div>
                    }
                    .into_any(),
                    (Err(error), _) => view! { <PageFault error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Dataset(dataset: DatasetView, query: QueryView<Told>, again: Post<PreviewAgain>) -> impl IntoView {
    let summary = dataset.summary;
    let remove = Post::<RemoveDataset>::new();
    let is_running = query.state.is_running();
    let sql = query.sql.clone();
    let (id, removed_id) = (summary.id.clone(), summary.id.clone());
    view! {
        <Title text=summary.name.clone()/>
        <div class="page page-wide">
            <nav class="crumbs" aria-label="Breadcrumb">
                <a href=paths::DATA>"Data"</a>
                <a href=paths::connection(&summary.connection_id)>{dataset.connection_name}</a>
            </nav>
            <div class="page-head">
                <h1><span class="quiet">{summary.schema.clone()}"."</span>{summary.name.clone()}</h1>
                <KindBadge kind=summary.kind/>
                <div class="actions">
                    <PostForm post=again>
                        <input type="hidden" name="dataset_id" value=id/>
                        <button type="submit" class="button-quiet" disabled=is_running>"Read again"</button>
                    </PostForm>
                    <PostForm post=remove>
                        <input type="hidden" name="id" value=removed_id/>
                        <button type="submit" class="button-quiet">"Remove dataset"</button>
                    </PostForm>
                </div>
            </div>
            <NoScriptRefresh is_running/>
            <Outcome query name=summary.name id=summary.id/>
            <details class="more">
                <summary>"How it was read"</summary>
                <p>"In a read-only transaction that was rolled back, as " {dataset.user} ", with:"</p>
                <CopyText label="the statement".to_owned() text=sql/>
            </details>
        </div>
    }
}

#[component]
fn Outcome(query: QueryView<Told>, name: String, id: String) -> impl IntoView {
    let cancel = Post::<PreviewCancel>::new();
    let read_at = numbers::moment(query.started_at);
    let took = query.duration_us.map(numbers::duration).unwrap_or_default();
    match (query.state, query.result, query.finding) {
        (state, ..) if state.is_running() => view! {
            <div class="running">
                <p class="verdict" role="status" aria-live="polite">
                    {match state {
                        QueryState::Cancelling => "Cancelling…",
                        _ => "Reading the first rows from the source…",
                    }}
                </p>
                <PostForm post=cancel>
                    <input type="hidden" name="dataset_id" value=id/>
                    <button type="submit" class="button-quiet" disabled=state == QueryState::Cancelling>"Cancel"</button>
                </PostForm>
            </div>
            <div class="grid grid-waiting" aria-hidden="true"></div>
        }
        .into_any(),
        (QueryState::Done, Some(result), _) => {
            let rows = u32::try_from(result.rows.len()).unwrap_or(u32::MAX);
            let columns = u32::try_from(result.columns.len()).unwrap_or(u32::MAX);
            let which = match result.cut {
                Some(Cut::Rows { .. }) => format!("The first {}", numbers::count(rows, "row", "rows")),
                Some(Cut::Bytes { .. }) => format!("The first {}, cut by size", numbers::count(rows, "row", "rows")),
                None => format!("All {}", numbers::count(rows, "row", "rows")),
            };
            let said =
                format!("Live: {which} × {}, read {read_at} in {took}.", numbers::count(columns, "column", "columns"));
            view! {
                <p class="verdict" role="status" aria-live="polite">{said}</p>
                <Grid label=format!("First rows of {name}") result/>
            }
            .into_any()
        }
        (_, _, Some(finding)) => {
            view! {
                <div class="notice" data-tone="bad" role="alert" data-code=finding.code><HintView hint=finding.hint/></div>
            }
            .into_any()
        }
        _ => view! {
            <div class="notice" data-tone="bad" role="alert">
                <p>"The server stopped while this was read. Read it again."</p>
            </div>
        }
        .into_any(),
    }
}
