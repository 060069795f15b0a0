//! Keeping a page of something that runs up to date: by asking again with JavaScript, by reloading without.

use std::time::Duration;

use contract::fault::Fault;
use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::*;

use super::load::Loaded;
use crate::api::ApiError;

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

/// The last answer that arrived, which stays on the page while the server does not answer: a look that failed must
/// not end the looking.
pub struct LastGood<T: Clone + Send + Sync + 'static>(StoredValue<Option<T>>);

impl<T: Clone + Send + Sync + 'static> Clone for LastGood<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Clone + Send + Sync + 'static> Copy for LastGood<T> {}

impl<T: Clone + Send + Sync + 'static> LastGood<T> {
    #[expect(clippy::new_without_default, reason = "it belongs to the owner it is made under")]
    pub fn new() -> Self {
        Self(StoredValue::new(None))
    }

    /// Remembers a good answer, and stands in for a missing one.
    pub fn steady(self, answer: Result<T, ApiError>) -> Result<T, ApiError> {
        match (answer, self.0.get_value()) {
            (Ok(good), _) => {
                self.0.set_value(Some(good.clone()));
                Ok(good)
            }
            (Err(ApiError(Fault::NoAnswer)), Some(last)) => Ok(last),
            (Err(error), _) => Err(error),
        }
    }

    /// Remembers what came with the page itself, which no fetch in the browser has seen.
    pub fn remember(self, shown: Loaded<Result<T, ApiError>>) {
        Effect::new(move |_| {
            if let Some(Ok(good)) = shown.get() {
                self.0.set_value(Some(good));
            }
        });
    }
}

/// Reloads the page in a second where scripts are off. The tag stands as text: with scripts on, a browser gives
/// `<noscript>` no children, and hydration would look for them.
#[component]
pub fn NoScriptRefresh(is_running: bool) -> impl IntoView {
    is_running.then(|| view! { <noscript inner_html=r#"<meta http-equiv="refresh" content="1">"#></noscript> })
}
