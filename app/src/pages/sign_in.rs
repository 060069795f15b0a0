//! Sign in.

use leptos::prelude::*;
use leptos_meta::Title;

use super::load_anew;
use crate::api::sessions::SignIn;
use crate::parts::{FaultNotice, Post, PostForm, TextField};

#[component]
pub fn SignInPage() -> impl IntoView {
    let sign_in = Post::<SignIn>::new();
    load_anew(sign_in.into());
    let refused = move || sign_in.refused();
    view! {
        <Title text="Sign in"/>
        <div class="page-narrow">
            <h1>"Sign in"</h1>
            {move || refused().map(|fault| view! { <FaultNotice fault/> })}
            <PostForm post=sign_in attr:class="form">
                <TextField label="E-mail address" name="form[email]" kind="email" autocomplete="username" is_required=true/>
                <TextField
                    label="Password"
                    name="form[password]"
                    kind="password"
                    autocomplete="current-password"
                    is_required=true
                />
                <button type="submit" class="button">"Sign in"</button>
            </PostForm>
        </div>
    }
}
