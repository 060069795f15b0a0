//! What is only read is made where the server is, and comes as finished markup: the browser then needs neither the code
//! that makes it nor the types it is made from. Links in it lead on without a page load like any others.

use leptos::prelude::*;

#[component]
pub fn Made(markup: String) -> impl IntoView {
    view! { <div class="made" inner_html=markup></div> }
}

/// Markup of a view. Leptos escapes every text in it; it takes no markup from anybody but `chart`, which escapes its own.
#[cfg(feature = "ssr")]
pub fn made(view: impl IntoView + 'static) -> String {
    view.into_any().to_html()
}
