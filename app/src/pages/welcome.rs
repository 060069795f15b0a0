//! First start: names the team and makes its first admin.

use leptos::prelude::*;
use leptos_meta::Title;

use super::load_anew;
use crate::api::team::{FoundTeam, IsNew};
use crate::parts::{FaultNotice, PageFault, Post, PostForm, TextField, load};
use crate::paths;

#[component]
pub fn WelcomePage() -> impl IntoView {
    let found = Post::<FoundTeam>::new();
    load_anew(found.into());
    let new = load(|| IsNew {});
    view! {
        <Title text="Welcome"/>
        <Suspense>
            {move || Suspend::new(async move {
                match new.await {
                    Ok(true) => view! { <WelcomeForm found/> }.into_any(),
                    Ok(false) => view! {
                        <div class="page-narrow">
                            <h1>"Flitch is set up"</h1>
                            <p>"It has its team already. "<a href=paths::SIGN_IN rel="external">"Sign in"</a></p>
                        </div>
                    }
                    .into_any(),
                    Err(error) => view! { <PageFault error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn WelcomeForm(found: Post<FoundTeam>) -> impl IntoView {
    let refused = move || found.refused();
    view! {
        <div class="page-narrow">
            <h1>"Welcome to Flitch"</h1>
            <p class="lead">"Name your team and make yourself its first admin."</p>
            {move || refused().map(|fault| view! { <FaultNotice fault/> })}
            <PostForm post=found attr:class="form">
                <TextField label="Team name" name="form[team_name]" autocomplete="organization" is_required=true/>
                <TextField label="E-mail address" name="form[email]" kind="email" autocomplete="username" is_required=true/>
                <TextField
                    label="Password"
                    name="form[password]"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 12 characters."
                    is_required=true
                />
                <TextField
                    label="Set-up code"
                    name="form[setup_code]"
                    hint="The server printed it when it started: three groups of four."
                    is_required=true
                />
                <button type="submit" class="button">"Make the team"</button>
            </PostForm>
        </div>
    }
}
