//! Keeping a page of something that runs up to date: by asking again with JavaScript, by reloading without.

use std::time::Duration;

use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::*;

/// Calls `tick` while `is_running` holds. Browser only.
pub fn every_while(period: Duration, is_running: Signal<bool>, tick: impl Fn() + Copy + 'static) {
    Effect::new(move |_| {
        if !is_running.get() {
            return;
        }
        if let Ok(handle) = set_interval_with_handle(tick, period) {
            on_cleanup(move || handle.clear());
        }
    });
}

/// Reloads the page in a second where scripts are off. The tag stands as text: with scripts on, a browser gives
/// `<noscript>` no children, and hydration would look for them.
#[component]
pub fn NoScriptRefresh(is_running: bool) -> impl IntoView {
    is_running.then(|| view! { <noscript inner_html=r#"<meta http-equiv="refresh" content="1">"#></noscript> })
}

/// Where a page that reloads by itself would take away what is typed there: a link that reloads it.
#[component]
pub fn NoScriptLook(is_running: bool) -> impl IntoView {
    is_running.then(|| view! { <noscript inner_html=r#"<a href="">Look again</a>"#></noscript> })
}
