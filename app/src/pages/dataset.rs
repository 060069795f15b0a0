//! One dataset: its rows, what its columns hold, and questions to it. Which of these is shown, and all that belongs to
//! it, stands in the address.

mod explore;
mod form;
mod question;
mod refresh;
mod rows;

use std::time::Duration;

use contract::dataset::DatasetView;
use contract::explore::Explore;
use contract::fault::Fault;
use contract::query::QueryView;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use super::{param, query};
use crate::api::ApiError;
use crate::api::datasets::{RemoveDataset, ShowDataset};
use crate::api::queries::{AskAgain, AskDataset, Asked, CancelQuery, Question};
use crate::asks::View;
use crate::parts::{
    FaultNotice, KindBadge, Loaded, Made, NoScriptRefresh, PageFault, Post, PostForm, every_while, load, load_after,
};
use crate::paths;
use crate::words::{Told, WAKES};
use explore::{Answer, ExploreForm};
use question::question;
use refresh::{Refresh, RefreshStrip, RefreshView};
use rows::Rows;

const POLL: Duration = Duration::from_millis(250);

#[component]
pub fn DatasetPage() -> impl IntoView {
    let (id, code) = (param("id"), query("view"));
    let view = Memo::new(move |_| View::from_code(&code.get()));
    let location = use_location();
    let search = Memo::new(move |_| location.search.get());
    let is_unasked = Signal::derive(move || match view.get() {
        View::Explore => Explore::from_query(&search.get()).0.is_empty(),
        view => view == View::Refresh,
    });
    // How often what is served became another.
    let served = RwSignal::new(0);
    // A view that asks nothing leaves it at what was asked before, until the next one that asks.
    let put = Memo::new(move |before: Option<&(String, usize, String)>| match before {
        Some(before) if is_unasked.get() && before.0 == id.get() => before.clone(),
        _ => (id.get(), served.get(), search.get()),
    });
    let again = Post::<AskAgain>::new();
    let head = load(move || ShowDataset { id: id.get() });
    let asked = load_after(
        move || again.count() + put.get().1,
        move || {
            let (dataset_id, _, view) = put.get();
            AskDataset { dataset_id, view }
        },
    );
    let is_running = Signal::derive(move || asked.get().and_then(Result::ok).is_some_and(|asked| asked.is_running()));
    every_while(POLL, is_running, move || asked.refetch());
    let is_explored = Signal::derive(move || view.get() == View::Explore);
    let question = question(id, search, is_explored, is_running, served);
    let is_set = Signal::derive(move || view.get() == View::Refresh);
    let refresh = Refresh::new(id, is_set, move |taken_at| {
        // What the source alone can answer stays: nobody asks it but by pressing.
        let stays = untrack(|| asked.get()).and_then(Result::ok).is_some_and(|asked| {
            asked.is_of_source_alone || asked.query.snapshot.is_some_and(|from| from.taken_at == taken_at)
        });
        if !stays {
            served.update(|served| *served += 1);
        }
    });
    let is_gone = RwSignal::new(false);
    Effect::new(move |_| {
        // The page is not made anew with every look.
        if refresh.is_gone() != is_gone.get_untracked() {
            is_gone.update(|is_gone| *is_gone = !*is_gone);
        }
    });
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match head.await {
                    _ if is_gone.get() => view! { <PageFault error=ApiError(Fault::NotFound)/> }.into_any(),
                    Ok(dataset) => view! { <Dataset dataset asked again view search question refresh is_unasked/> }.into_any(),
                    Err(error) => view! { <PageFault error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Dataset(
    dataset: DatasetView,
    asked: Loaded<Asked>,
    again: Post<AskAgain>,
    view: Memo<View>,
    search: Memo<String>,
    question: Loaded<Question>,
    refresh: Refresh,
    is_unasked: Signal<bool>,
) -> impl IntoView {
    let wakes = dataset.is_serverless.then_some(WAKES);
    let summary = dataset.summary.clone();
    let remove = Post::<RemoveDataset>::new();
    let (own_id, removed_id) = (summary.id.clone(), summary.id.clone());
    let tab = {
        let id = own_id.clone();
        move |code: View, name: &'static str| {
            let href = format!("{}?view={}", paths::dataset(&id), code.as_str());
            view! { <a href=href aria-current=move || (view.get() == code).then_some("page")>{name}</a> }
        }
    };
    let name = StoredValue::new(summary.name.clone());
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
                        <input type="hidden" name="dataset_id" value=own_id/>
                        <input type="hidden" name="view" value=move || search.get()/>
                        <Transition>
                            {move || Suspend::new(async move {
                                // Also where the source did not answer: what was read before is still there.
                                let has_other = asked.await.is_ok_and(|asked| asked.query.snapshot_instead.is_some());
                                (has_other && !is_unasked.get()).then(back_to_snapshot)
                            })}
                        </Transition>
                        <button type="submit" class="button-quiet" hidden=is_unasked data-wakes=wakes title=wakes>
                            <Transition>
                                {move || Suspend::new(async move {
                                    // Served from a snapshot, the source is asked by whoever wants that.
                                    let is_kept = asked.await.is_ok_and(|asked| asked.query.snapshot.is_some());
                                    if is_kept { "Ask the source now" } else { "Read again" }
                                })}
                            </Transition>
                        </button>
                    </PostForm>
                    <PostForm post=remove>
                        <input type="hidden" name="id" value=removed_id/>
                        <button type="submit" class="button-quiet">"Remove dataset"</button>
                    </PostForm>
                </div>
            </div>
            <nav class="tabs" aria-label="Views">
                {tab(View::Rows, "Rows")} {tab(View::Columns, "Columns")} {tab(View::Explore, "Explore")}
                {tab(View::Refresh, "Refresh")}
            </nav>
            <RefreshStrip refresh/>
            {move || match view.get() {
                View::Explore => view! { <ExploreForm question search/> }.into_any(),
                View::Refresh => view! { <RefreshView refresh/> }.into_any(),
                View::Rows | View::Columns => ().into_any(),
            }}
            <section class="answer" aria-label="Answer" data-answer="" tabindex="-1" hidden=is_unasked>
                <Transition>
                    {move || Suspend::new(async move {
                        match asked.await {
                            _ if is_unasked.get() => ().into_any(),
                            Ok(asked) => view! { <Outcome asked name=name.get_value() view=view.get() search/> }.into_any(),
                            Err(error) if explore::is_said_above(&error) => ().into_any(),
                            Err(error) => view! { <FaultNotice fault=error.0/> }.into_any(),
                        }
                    })}
                </Transition>
            </section>
        </div>
    }
}

fn back_to_snapshot() -> impl IntoView {
    view! {
        <button type="submit" class="button-quiet" name="of" value="snapshot" data-place="snapshot">
            "Back to the snapshot"
        </button>
    }
}

#[component]
fn Outcome(asked: Asked, name: String, view: View, search: Memo<String>) -> impl IntoView {
    let query = asked.query.clone();
    if query.state.is_running() {
        return view! { <Running query/> }.into_any();
    }
    if let Some(finding) = query.finding {
        return view! {
            <div class="notice" data-tone="bad" role="alert" data-code=finding.code><Made markup=finding.hint/></div>
        }
        .into_any();
    }
    if query.result.is_none() {
        return view! {
            <div class="notice" data-tone="bad" role="alert">
                <p>"The server stopped while this was read. Read it again."</p>
            </div>
        }
        .into_any();
    }
    match view {
        View::Rows => view! { <Rows asked name search/> }.into_any(),
        View::Columns => view! { <Made markup=asked.made/> <Made markup=asked.how_read/> }.into_any(),
        View::Explore => view! { <Answer asked search/> }.into_any(),
        View::Refresh => ().into_any(),
    }
}

#[component]
fn Running(query: QueryView<Told>) -> impl IntoView {
    let cancel = Post::<CancelQuery>::new();
    let is_cancelling = query.state == contract::query::QueryState::Cancelling;
    view! {
        <NoScriptRefresh is_running=true/>
        <div class="running">
            <p class="verdict" role="status" aria-live="polite">
                {match (is_cancelling, query.ahead) {
                    (true, _) => "Cancelling…",
                    (false, 0) if query.snapshot.is_some() => "Asking the snapshot…",
                    (false, 0) => "Reading from the source…",
                    (false, _) => "Waiting: other queries run before it…",
                }}
            </p>
            <PostForm post=cancel>
                <input type="hidden" name="id" value=query.id/>
                <button type="submit" class="button-quiet" data-place="cancel" disabled=is_cancelling>"Cancel"</button>
            </PostForm>
        </div>
        <div class="grid grid-waiting" aria-hidden="true"></div>
    }
}
