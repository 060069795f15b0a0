//! Keeping a query: a name, and showing it to the team.

use contract::query::QueryView;
use leptos::prelude::*;

use crate::api::queries::{RenameQuery, ShareQuery};
use crate::parts::{FaultNotice, Post, PostForm, first_refused};
use crate::words::Told;

#[component]
pub fn Keep(query: QueryView<Told>, changes: RwSignal<usize>) -> impl IntoView {
    let (rename, share) = (Post::<RenameQuery>::new(), Post::<ShareQuery>::new());
    Effect::new(move |seen: Option<usize>| {
        let count = rename.count() + share.count();
        if seen.is_some_and(|seen| seen != count) {
            changes.update(|changes| *changes += 1);
        }
        count
    });
    let refused = move || first_refused([rename.into(), share.into()]);
    let (id, is_shared) = (query.id.clone(), query.is_shared);
    view! {
        {move || refused().map(|fault| view! { <FaultNotice fault/> })}
        <div class="keep">
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
