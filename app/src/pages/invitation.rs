//! Accepting an invitation.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{load_anew, param};
use crate::api::members::{AcceptInvitation, ShowInvitation};
use crate::parts::{FaultNotice, PageFault, Post, PostForm, TextField, load};

#[component]
pub fn InvitationPage() -> impl IntoView {
    let code = param("code");
    let invited = load(move || ShowInvitation { code: code.get() });
    let accept = Post::<AcceptInvitation>::new();
    load_anew(accept.into());
    let refused = move || accept.refused();
    view! {
        <Title text="Join a team"/>
        <Suspense>
            {move || Suspend::new(async move {
                match invited.await {
                    Err(error) => view! { <PageFault error/> }.into_any(),
                    Ok(invited) => view! {
                        <div class="page-narrow">
                            <h1>"Join "{invited.team_name}</h1>
                            <p>"You were invited. Choose the address and the password you will sign in with."</p>
                            {move || refused().map(|fault| view! { <FaultNotice fault/> })}
                            <PostForm post=accept attr:class="form">
                                <input type="hidden" name="form[code]" value=code.get_untracked()/>
                                <TextField label="E-mail address" name="form[email]" kind="email" autocomplete="username" is_required=true/>
                                <TextField
                                    label="Password"
                                    name="form[password]"
                                    kind="password"
                                    autocomplete="new-password"
                                    hint="At least 12 characters."
                                    is_required=true
                                />
                                <button type="submit" class="button">"Join the team"</button>
                            </PostForm>
                        </div>
                    }
                    .into_any(),
                }
            })}
        </Suspense>
    }
}
