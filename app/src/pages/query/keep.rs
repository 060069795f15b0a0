//! Keeping a query: running it again in its place, a name, and showing it to the team.

use contract::query::{Purpose, QueryView};
use leptos::prelude::*;

use crate::api::queries::{RenameQuery, RunQueryAgain, ShareQuery};
use crate::parts::{FaultNotice, Post, PostForm, first_refused};
use crate::words::Told;

#[component]
pub fn Keep(query: QueryView<Told>, changes: RwSignal<usize>) -> impl IntoView {
    let (again, rename, share) = (Post::<RunQueryAgain>::new(), Post::<RenameQuery>::new(), Post::<ShareQuery>::new());
    Effect::new(move |seen: Option<usize>| {
        let count = again.count() + rename.count() + share.count();
        if seen.is_some_and(|seen| seen != count) {
            changes.update(|changes| *changes += 1);
        }
        count
    });
    let refused = move || first_refused([again.into(), rename.into(), share.into()]);
    let (id, own_id, is_shared) = (query.id.clone(), query.id.clone(), query.is_shared);
    let is_refused = query.finding.as_ref().is_some_and(|finding| finding.code == "statement_refused");
    let can_run = !query.state.is_running() && !is_refused && query.purpose == Purpose::Sql;
    view! {
        {move || refused().map(|fault| view! { <FaultNotice fault/> })}
        <div class="keep">
            {can_run.then(|| view! {
                <PostForm post=again>
                    <input type="hidden" name="id" value=own_id/>
                    <button type="submit" class="button-quiet" data-place="again">"Run again"</button>
                </PostForm>
            })}
            <PostForm post=rename attr:class="row">
                <input type="hidden" name="id" value=query.id/>
                <label for="query-name">"Name"</label>
                <input id="query-name" data-place="name" name="name" value=query.name maxlength="120" autocomplete="off"/>
                <button type="submit" class="button-quiet" data-place="save-name">"Save"</button>
            </PostForm>
            <PostForm post=share>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="is_shared" value=if is_shared { "false" } else { "true" }/>
                <button type="submit" class="button-quiet" data-place="share">
                    {if is_shared { "Stop sharing" } else { "Share with the team" }}
                </button>
            </PostForm>
            {is_shared.then(|| view! {
                <p class="quiet">"Everybody in the team who has this page's address, or looks under Shared, sees the statement and its result."</p>
            })}
        </div>
    }
}
