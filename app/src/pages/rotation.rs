//! The dry run of a team credential's replacement: what it would read, what it would break, and the switch.

use std::time::Duration;

use contract::credential::RotationOutcome;
use leptos::prelude::*;
use leptos_meta::Title;

use super::param;
use crate::api::connections::SaveConnection;
use crate::api::credential::{RotationShown, ShowRotation, StartRotation};
use crate::parts::{
    FaultNotice, Made, NoScriptRefresh, PageFault, Post, PostForm, every_while, first_refused, load_after,
};
use crate::paths;
use crate::words::WAKES;

/// Between two looks at a run.
const POLL: Duration = Duration::from_millis(500);

#[component]
pub fn RotationPage() -> impl IntoView {
    let draft = param("draft");
    let start = Post::<StartRotation>::new();
    let save = Post::<SaveConnection>::new();
    let shown = load_after(move || start.count(), move || ShowRotation { draft_id: draft.get() });
    let is_running =
        Signal::derive(move || shown.get().and_then(Result::ok).is_some_and(|run| run.outcome.is_running()));
    every_while(POLL, is_running, move || shown.refetch());
    view! {
        <Title text="Replace the team credential"/>
        <Transition>
            {move || Suspend::new(async move {
                match shown.await {
                    Ok(run) => view! { <Run run start save/> }.into_any(),
                    Err(error) => view! { <PageFault error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Run(run: RotationShown, start: Post<StartRotation>, save: Post<SaveConnection>) -> impl IntoView {
    let is_running = run.outcome.is_running();
    let (badge, verdict) = match run.outcome {
        RotationOutcome::Running => ("Checking", "Trying the new credential on every dataset that uses today's."),
        RotationOutcome::Good => {
            ("Works", "Nothing that works today would break. Replacing switches everything at once.")
        }
        RotationOutcome::Breaks => {
            ("Check failed", "The new credential does not read everything that today's does. Nothing was changed.")
        }
        RotationOutcome::Failed => ("Check failed", "The new credential does not get in. Nothing was changed."),
        RotationOutcome::Interrupted => ("Check interrupted", "The server stopped while this ran. Try again."),
    };
    let id = run.draft_id.clone();
    let is_good = run.outcome == RotationOutcome::Good && !run.is_outdated;
    let own = id.clone();
    let wakes = run.wakes.then_some(WAKES);
    let replace = is_good.then(|| {
        view! {
            <PostForm post=save>
                <input type="hidden" name="id" value=own/>
                <button type="submit" class="button">"Replace the team credential"</button>
            </PostForm>
        }
    });
    view! {
        <div class="page">
            <nav class="crumbs" aria-label="Breadcrumb"><a href=paths::DATA_CONNECTIONS>"Data connections"</a></nav>
            <div class="page-head"><h1>"Replace the team credential"</h1></div>
            <p class="mono wrap">{run.redacted}</p>
            <p class="verdict" data-outcome=badge role="status" aria-live="polite">{verdict}</p>
            {run.is_outdated.then(|| view! {
                <div class="notice" data-tone="plain"><p>"Something was edited since. Try again before you replace it."</p></div>
            })}
            <NoScriptRefresh is_running/>
            <Made markup=run.finding/>
            {move || first_refused([start.into(), save.into()]).map(|fault| view! { <FaultNotice fault/> })}
            {(!is_running).then(|| view! {
                <div class="actions">
                    {replace}
                    <a class="button-quiet" href=paths::add_redshift_draft(&id, false)>"Edit"</a>
                    <PostForm post=start>
                        <input type="hidden" name="draft_id" value=id.clone()/>
                        <button type="submit" class="button-quiet" data-wakes=wakes title=wakes>"Try again"</button>
                    </PostForm>
                </div>
            })}
            <Made markup=run.lines/>
        </div>
    }
}
