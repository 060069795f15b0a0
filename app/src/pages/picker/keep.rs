//! Ticks that outlive a reload, and keys that walk the list. Both need a script; without one the form is as it was.

use std::collections::BTreeSet;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Storage};

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// Keeps the ticks of a connection in the tab's own storage, until they are added or taken away.
pub(super) fn keep(connection_id: Memo<String>, ticked: RwSignal<BTreeSet<String>>) {
    Effect::new(move |was_read: Option<String>| {
        let key = format!("picks:{}", connection_id.get());
        ticked.track();
        if was_read.as_ref() != Some(&key) {
            let kept = storage().and_then(|storage| storage.get_item(&key).ok().flatten()).unwrap_or_default();
            let kept: BTreeSet<String> = kept.lines().map(str::to_owned).collect();
            ticked.update(|ticked| ticked.extend(kept));
            return key;
        }
        let lines = ticked.with(|ticked| ticked.iter().cloned().collect::<Vec<_>>().join("\n"));
        if let Some(storage) = storage() {
            // A full storage costs the reload its ticks, and nothing else.
            let _ = if lines.is_empty() { storage.remove_item(&key) } else { storage.set_item(&key, &lines) };
        }
        key
    });
}

/// Arrow keys, Home and End go from box to box; Space ticks, as everywhere.
pub(super) fn walk(event: &KeyboardEvent) {
    let Ok(boxes) = document().query_selector_all(".objects input[type=checkbox]") else { return };
    let own = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    let at = (0..boxes.length()).find(|at| {
        let each = boxes.get(*at).and_then(|node| node.dyn_into::<HtmlElement>().ok());
        each.is_some() && each == own
    });
    let (Some(at), last) = (at, boxes.length().saturating_sub(1)) else { return };
    let next = match event.key().as_str() {
        "ArrowDown" => (at + 1).min(last),
        "ArrowUp" => at.saturating_sub(1),
        "Home" => 0,
        "End" => last,
        _ => return,
    };
    event.prevent_default();
    if let Some(next) = boxes.get(next).and_then(|node| node.dyn_into::<HtmlElement>().ok()) {
        let _ = next.focus();
    }
}
