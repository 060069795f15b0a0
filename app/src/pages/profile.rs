//! One's own password and sessions.

use contract::members::SessionView;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::members::{ChangePassword, EndSessions, ListSessions};
use crate::parts::{FaultNotice, PageFault, Post, PostForm, SettingsTabs, TextField, load_after};
use crate::words::numbers;

#[component]
pub fn ProfilePage() -> impl IntoView {
    let change = Post::<ChangePassword>::new();
    let end = Post::<EndSessions>::new();
    let sessions = load_after(move || change.count() + end.count(), || ListSessions {});
    let refused = move || {
        let wrong = change.refused();
        wrong.or_else(|| end.refused())
    };
    let is_changed = move || change.is_done();
    view! {
        <Title text="Profile"/>
        <div class="page">
            <div class="page-head"><h1>"Settings"</h1></div>
            <SettingsTabs/>
            <p class="quiet">"Your own password, and where you are signed in."</p>
            {move || refused().map(|fault| view! { <FaultNotice fault/> })}
            {move || is_changed().then(|| view! { <p role="status">"The password is changed; other sessions have ended."</p> })}
            <h2>"Password"</h2>
            <PostForm post=change attr:class="manage">
                <TextField label="Current password" name="form[current]" kind="password" autocomplete="current-password" is_required=true/>
                <TextField
                    label="New password"
                    name="form[new]"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters. Your other sessions end."
                    is_required=true
                />
                <button type="submit" class="button">"Change the password"</button>
            </PostForm>
            <h2>"Sessions"</h2>
            <Transition>
                {move || Suspend::new(async move {
                    match sessions.await {
                        Ok(sessions) => view! { <SessionList sessions/> }.into_any(),
                        Err(error) => view! { <PageFault error/> }.into_any(),
                    }
                })}
            </Transition>
            <PostForm post=end>
                <button type="submit" class="button-quiet">"End all others"</button>
            </PostForm>
        </div>
    }
}

#[component]
fn SessionList(sessions: Vec<SessionView>) -> impl IntoView {
    let rows = sessions.into_iter().map(|session| {
        view! {
            <li class="person">
                "Since "{numbers::moment(session.created_at)}", last seen "{numbers::moment(session.seen_at)}
                {session.is_current.then_some(" (this one)")}
            </li>
        }
    });
    view! { <ul class="people" aria-label="Sessions">{rows.collect_view()}</ul> }
}
