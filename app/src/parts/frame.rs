//! The frame around every page: who and where, and the way to the other pages.

use leptos::prelude::*;
use leptos_router::components::A;

use super::{CurrentActor, Post, PostForm, is_away};
use crate::api::sessions::{SignOut, current_actor};
use crate::paths;

/// What this tab keeps for whoever is signed in: ticks, statements that are being written.
fn forget() {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = storage.clear();
    }
}

#[component]
pub fn Frame(children: Children) -> impl IntoView {
    // Known with the request; a fresh load follows each sign-in and sign-out, so it cannot go stale.
    let actor = SharedValue::new(current_actor).into_inner();
    provide_context(CurrentActor(actor.clone()));
    let sign_out = Post::<SignOut>::new();
    let nav = actor.map(|actor| {
        view! {
            <nav class="frame-nav" aria-label="Main">
                <A href=paths::DATA>"Data"</A>
                <A href=paths::QUERY>"Query"</A>
                <A href=paths::HELP>"Help"</A>
                <A href=paths::PROFILE>"Settings"</A>
            </nav>
            <div class="frame-who">
                <span class="frame-team">{actor.team_name}</span>
                <span class="frame-email">{actor.email}</span>
                <PostForm post=sign_out on:submit=|_| forget()>
                    <button type="submit" class="button-quiet">"Sign out"</button>
                </PostForm>
            </div>
        }
    });
    view! {
        <a class="skip" href="#main">"Skip to content"</a>
        <header class="frame">
            <a class="frame-mark" href=paths::HOME rel="external">"Flitch"</a>
            {nav}
        </header>
        <p class="notice away" data-tone="bad" role="status" hidden=move || !is_away()>
            "Flitch does not answer: what is shown may be older than it says. This page goes on by itself."
        </p>
        <main id="main" tabindex="-1">{children()}</main>
    }
}
