//! The keyboard's place, kept while parts of the page are made anew: a control that was used and came again has the
//! focus, and one that is gone leaves it to what came of it. What has a place says its name in `data-place`, alike before
//! and after; what answers has `data-answer`.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::js_sys::Array;
use web_sys::{Element, HtmlElement, MutationObserver, MutationObserverInit};

/// Watches the page for as long as the app lives.
pub fn keep_place() {
    Effect::new(|_| {
        let place = StoredValue::new(String::new());
        let focused = window_event_listener(ev::focusin, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            if let Some(target) = target.filter(|target| !target.has_attribute("data-answer")) {
                place.set_value(target.get_attribute("data-place").unwrap_or_default());
            }
        });
        // Whoever points somewhere leaves the place; pointing at a control takes it again.
        let pressed = window_event_listener(ev::pointerdown, move |_| place.set_value(String::new()));
        let look = Closure::<dyn Fn(Array)>::new(move |_| find(&place.get_value()));
        let observer = MutationObserver::new(look.as_ref().unchecked_ref()).ok();
        let everything = MutationObserverInit::new();
        everything.set_child_list(true);
        everything.set_subtree(true);
        if let (Some(observer), Some(body)) = (&observer, document().body()) {
            let _ = observer.observe_with_options(&body, &everything);
        }
        let watch = StoredValue::new_local((observer, look));
        on_cleanup(move || {
            focused.remove();
            pressed.remove();
            watch.dispose();
        });
    });
}

/// Gives the focus back where it was lost.
fn find(place: &str) {
    let Some(active) = document().active_element().filter(|_| !place.is_empty()) else { return };
    let is_answer = active.has_attribute("data-answer");
    if active.tag_name() != "BODY" && !is_answer {
        return;
    }
    let again = all("[data-place]").find(|element| element.get_attribute("data-place").as_deref() == Some(place));
    let answer = || all("[data-answer]").next().filter(|_| !is_answer);
    if let Some(element) = again.or_else(answer) {
        let _ = element.focus();
    }
}

fn all(selector: &str) -> impl Iterator<Item = HtmlElement> {
    let list = document().query_selector_all(selector).ok();
    let count = list.as_ref().map_or(0, |list| list.length());
    (0..count).filter_map(move |at| list.as_ref()?.item(at)?.dyn_into::<HtmlElement>().ok())
}
