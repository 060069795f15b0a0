//! Keeping a query: running it again in its place, a name, and showing it to the team.

use contract::query::{Purpose, QueryView};
use leptos::prelude::*;

use crate::api::queries::{RenameQuery, RunQueryAgain, ShareQuery};
use crate::parts::{FaultNotice, Post, PostForm, Posting, first_refused};
use crate::words::{Told, WAKES};

/// What can be pressed. Made where the page begins: what is pressed while the query is shown anew is heard all the same.
#[derive(Clone, Copy)]
pub struct Keeping {
    again: Post<RunQueryAgain>,
    rename: Post<RenameQuery>,
    share: Post<ShareQuery>,
}

impl Keeping {
    /// Counts in `changes` what was done to the query.
    pub fn new(id: Memo<String>, changes: RwSignal<usize>) -> Self {
        let (again, rename, share) =
            (Post::<RunQueryAgain>::new(), Post::<RenameQuery>::new(), Post::<ShareQuery>::new());
        Effect::new(move |seen: Option<usize>| {
            let count = again.count() + rename.count() + share.count();
            if seen.is_some_and(|seen| seen != count) {
                changes.update(|changes| *changes += 1);
            }
            count
        });
        // What was refused of one query is nothing of the next.
        Effect::new(move |seen: Option<String>| {
            let id = id.get();
            if seen.is_some_and(|seen| seen != id) {
                let posts: [Posting; 3] = [again.into(), rename.into(), share.into()];
                posts.iter().for_each(Posting::forget);
            }
            id
        });
        Self { again, rename, share }
    }
}

#[component]
pub fn Keep(query: QueryView<Told>, keeping: Keeping) -> impl IntoView {
    let Keeping { again, rename, share } = keeping;
    let refused = move || first_refused([again.into(), rename.into(), share.into()]);
    let (id, own_id, is_shared) = (query.id.clone(), query.id.clone(), query.is_shared);
    let is_refused = query.finding.as_ref().is_some_and(|finding| finding.code == "statement_refused");
    let wakes = query.wakes.then_some(WAKES);
    let can_run = !query.state.is_running() && !is_refused && query.purpose == Purpose::Sql;
    view! {
        {move || refused().map(|fault| view! { <FaultNotice fault/> })}
        <div class="keep">
            {can_run.then(|| view! {
                <PostForm post=again>
                    <input type="hidden" name="id" value=own_id/>
                    <button type="submit" class="button-quiet" data-place="again" data-wakes=wakes title=wakes>"Run again"</button>
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
