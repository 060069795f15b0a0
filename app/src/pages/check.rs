//! One check, stage by stage, live while it runs.

use std::time::Duration;

use leptos::prelude::*;
use leptos_meta::Title;

use super::param;
use crate::api::checks::{CheckShown, ShowCheck, StartCheck};
use crate::api::connections::SaveConnection;
use crate::api::credential::StartRotation;
use crate::parts::{FaultNotice, Made, NoScriptRefresh, PageFault, Post, PostForm, every_while, first_refused, load};
use crate::paths;
use crate::words::{WAKES, checks, numbers};

/// Between two looks at a running check.
const POLL: Duration = Duration::from_millis(500);

#[component]
pub fn CheckPage() -> impl IntoView {
    let (connection, check) = (param("id"), param("check"));
    let view_of = load(move || ShowCheck { connection_id: connection.get(), check_id: check.get() });
    let is_running =
        Signal::derive(move || view_of.get().and_then(Result::ok).is_some_and(|check| check.outcome.is_running()));
    every_while(POLL, is_running, move || view_of.refetch());
    let start = Post::<StartCheck>::new();
    let save = Post::<SaveConnection>::new();
    view! {
        <Title text="Connection test"/>
        <Transition>
            {move || Suspend::new(async move {
                match view_of.await {
                    Ok(check) => view! { <Check check start save/> }.into_any(),
                    Err(error) => view! { <PageFault error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Check(check: CheckShown, start: Post<StartCheck>, save: Post<SaveConnection>) -> impl IntoView {
    let is_running = check.outcome.is_running();
    let total = check.duration_us.map(|us| format!("In all {}.", numbers::duration(us)));
    let (crumb, crumb_text) = if check.is_credential && !check.is_draft {
        (paths::DATA_CONNECTIONS.to_owned(), "Data connections".to_owned())
    } else if check.is_draft {
        (paths::add_redshift_draft(&check.connection_id, false), "Edit the connection".to_owned())
    } else {
        (paths::connection(&check.connection_id), check.connection_name.clone())
    };
    view! {
        <div class="page">
            <nav class="crumbs" aria-label="Breadcrumb"><a href=crumb>{crumb_text}</a></nav>
            <div class="page-head"><h1>"Connection test"</h1></div>
            <p class="mono wrap">{check.redacted.clone()}</p>
            <p class="verdict" data-outcome=checks::badge(check.outcome) role="status" aria-live="polite">
                {checks::outcome(check.outcome)} " " {total}
            </p>
            {check.is_outdated.then(|| view! {
                <div class="notice" data-tone="plain">
                    <p>"The connection was edited since. This check says nothing about it any more."</p>
                </div>
            })}
            <NoScriptRefresh is_running/>
            {(!is_running).then(|| view! { <Next check=check.clone() start save/> })}
            <Made markup=check.stages.clone()/>
        </div>
    }
}

/// A replacement of the team credential is tried on what leans on it before it is stored.
#[component]
fn Try(draft_id: String, count: u32, is_good: bool, wakes: Option<&'static str>) -> impl IntoView {
    let start = Post::<StartRotation>::new();
    let text = format!("Try it on {}", numbers::count(count, "connection", "connections"));
    view! {
        {move || start.refused().map(|fault| view! { <FaultNotice fault/> })}
        <PostForm post=start>
            <input type="hidden" name="draft_id" value=draft_id/>
            <button type="submit" class=if is_good { "button" } else { "button-quiet" } data-wakes=wakes title=wakes>{text}</button>
        </PostForm>
    }
}

/// What can be done now that the check has ended.
#[component]
fn Next(check: CheckShown, start: Post<StartCheck>, save: Post<SaveConnection>) -> impl IntoView {
    let is_good = check.outcome.is_good() && !check.is_outdated;
    let wakes = check.is_serverless.then_some(WAKES);
    let id = check.connection_id.clone();
    let is_replacement = check.is_credential && check.is_draft && check.leaning_count > 0;
    let kept = if check.is_outdated || check.is_credential && !check.is_draft {
        ().into_any()
    } else if is_replacement && !check.replaces.is_empty() {
        view! { <Try draft_id=id.clone() count=check.leaning_count is_good wakes/> }.into_any()
    } else if check.is_draft {
        let class = if is_good { "button" } else { "button-quiet" };
        let text = match (is_good, check.replaces.is_empty()) {
            (true, _) if check.is_credential => "Store as the team credential",
            (true, true) => "Save and pick datasets",
            (true, false) => "Save the changes",
            (false, _) => "Save anyway",
        };
        let id = id.clone();
        view! {
            <PostForm post=save>
                <input type="hidden" name="id" value=id/>
                <button type="submit" class=class>{text}</button>
            </PostForm>
        }
        .into_any()
    } else if is_good {
        view! { <a class="button" href=paths::picker(&id)>"Pick datasets"</a> }.into_any()
    } else {
        ().into_any()
    };
    let edit = check.is_draft.then(|| {
        let class = if is_good { "button-quiet" } else { "button" };
        view! { <a class=class href=paths::add_redshift_draft(&id, false)>"Edit"</a> }
    });
    view! {
        {move || first_refused([start.into(), save.into()]).map(|fault| view! { <FaultNotice fault/> })}
        <div class="actions">
            {kept}
            {edit}
            <PostForm post=start>
                <input type="hidden" name="connection_id" value=check.connection_id.clone()/>
                <button type="submit" class="button-quiet" data-wakes=wakes title=wakes>"Check again"</button>
            </PostForm>
        </div>
    }
}
