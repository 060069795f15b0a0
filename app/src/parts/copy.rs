//! Text to take along. The button shows once the page is alive (style/parts/copy.css); without it, the text can be
//! selected. One listener serves all of them, also in what the server made.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

#[component]
pub fn CopyText(
    /// What the text is, for the button's name.
    label: String,
    text: String,
) -> impl IntoView {
    let name = format!("Copy {label}");
    view! {
        <div class="copy" role="group" aria-label=label>
            <pre class="copy-text">{text}</pre>
            <button type="button" class="button-quiet" aria-label=name data-copy="">"Copy"</button>
        </div>
    }
}

/// Listens for presses of those buttons, for as long as the app lives.
pub fn copy_when_pressed() {
    let listener = window_event_listener(ev::click, |event| {
        let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let button = pressed.and_then(|pressed| pressed.closest("[data-copy]").ok().flatten());
        let Some(button) = button else { return };
        let text = button.previous_element_sibling().and_then(|text| text.text_content()).unwrap_or_default();
        // The promise's end is not waited for: a browser that refuses leaves the text selectable.
        let _ = window().navigator().clipboard().write_text(&text);
        button.set_text_content(Some("Copied"));
    });
    on_cleanup(move || listener.remove());
}
