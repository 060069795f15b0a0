//! A form whose fields become the page's address. Without scripts the browser does it; with them no page is loaded for
//! it, and fields that nobody filled in stay out of the address.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate};

use super::post::filled;

#[component]
pub fn GetForm(
    /// The part of the page to go to, as `#history`; its top without one.
    #[prop(optional)]
    hash: &'static str,
    children: Children,
) -> impl IntoView {
    let navigate = use_navigate();
    let location = use_location();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(query) = filled(&event) {
            navigate(&format!("{}?{query}{hash}", location.pathname.get_untracked()), Default::default());
        }
    };
    view! { <form method="get" class="get-form" on:submit=submit>{children()}</form> }
}
