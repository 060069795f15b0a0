//! The keyboard's place, kept while parts of the page are made anew: a control that was used and came again has the
//! focus, and one that is gone leaves it to what came of it. What has a place says its name in `data-place`, alike before
//! and after; what answers has `data-answer`. And what somebody opened stays open: it has its name in `data-opened`.

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
                // A field may have its form's place: what it is submitted for.
                let named = target.closest("[data-place]").ok().flatten();
                place.set_value(named.and_then(|named| named.get_attribute("data-place")).unwrap_or_default());
            }
        });
        // Whoever points somewhere leaves the place; pointing at a control takes it again.
        let pressed = window_event_listener(ev::pointerdown, move |_| place.set_value(String::new()));
        let opened = StoredValue::new(Vec::new());
        let clicked = window_event_listener(ev::click, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let summary = target.and_then(|target| target.closest("[data-opened] > summary").ok().flatten());
            let details = summary.and_then(|summary| summary.parent_element());
            let name = details.as_ref().and_then(|details| details.get_attribute("data-opened"));
            if let (Some(details), Some(name)) = (details, name) {
                opened.update_value(|opened: &mut Vec<String>| {
                    opened.retain(|each| *each != name);
                    // Of what the click opens.
                    opened.extend((!details.has_attribute("open")).then_some(name));
                });
            }
        });
        let look = Closure::<dyn Fn(Array)>::new(move |_| {
            find(&place.get_value());
            opened.with_value(|opened| open(opened));
        });
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
            clicked.remove();
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
    let again = all("[data-place]").filter(|element| element.get_attribute("data-place").as_deref() == Some(place));
    // What is hidden, or in something closed, takes no focus.
    for element in again.chain(all("[data-answer]").filter(|_| !is_answer)) {
        let _ = element.focus();
        if document().active_element().is_some_and(|active| active.is_same_node(Some(&element))) {
            return;
        }
    }
}

/// Opens again what was.
fn open(names: &[String]) {
    if names.is_empty() {
        return;
    }
    for details in all("[data-opened]:not([open])") {
        if details.get_attribute("data-opened").is_some_and(|name| names.contains(&name)) {
            let _ = details.set_attribute("open", "");
        }
    }
}

fn all(selector: &str) -> impl Iterator<Item = HtmlElement> {
    let list = document().query_selector_all(selector).ok();
    let count = list.as_ref().map_or(0, |list| list.length());
    (0..count).filter_map(move |at| list.as_ref()?.item(at)?.dyn_into::<HtmlElement>().ok())
}
