//! Text to take along. The button works once the page is hydrated; without it, the text can be selected.

use leptos::prelude::*;

#[component]
pub fn CopyText(
    /// What the text is, for the button's name.
    label: String,
    text: String,
) -> impl IntoView {
    let is_hydrated = RwSignal::new(false);
    Effect::new(move |_| is_hydrated.set(true));
    let has_copied = RwSignal::new(false);
    let copied = text.clone();
    let copy = move |_| {
        // The promise's end is not waited for: a browser that refuses leaves the text selectable.
        let _ = window().navigator().clipboard().write_text(&copied);
        has_copied.set(true);
    };
    let word = move || if has_copied.get() { "Copied" } else { "Copy" };
    let name = format!("Copy {label}");
    view! {
        <div class="copy" role="group" aria-label=label>
            <pre class="copy-text">{text}</pre>
            <button type="button" class="button-quiet" aria-label=name hidden=move || !is_hydrated.get() on:click=copy>
                {word}
            </button>
        </div>
    }
}
