//! Sign in.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use super::load_anew;
use crate::api::sessions::SignIn;
use crate::parts::{FaultNotice, TextField};

#[component]
pub fn SignInPage() -> impl IntoView {
    let sign_in = ServerAction::<SignIn>::new();
    load_anew(sign_in);
    let refused = move || sign_in.value().get().and_then(Result::err);
    view! {
        <Title text="Sign in"/>
        <div class="page-narrow">
            <h1>"Sign in"</h1>
            {move || refused().map(|error| view! { <FaultNotice fault=error.0/> })}
            <ActionForm action=sign_in attr:class="form">
                <TextField label="E-mail address" name="form[email]" kind="email" autocomplete="username" is_required=true/>
                <TextField
                    label="Password"
                    name="form[password]"
                    kind="password"
                    autocomplete="current-password"
                    is_required=true
                />
                <button type="submit" class="button">"Sign in"</button>
            </ActionForm>
        </div>
    }
}
