//! Moments in the reader's own zone. A page comes with UTC, which is right for everybody and needs no script; where one
//! runs, the reader's time is put in front of it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use web_sys::js_sys::{Array, Date, Intl, Object, Reflect};
use web_sys::{Element, MutationObserver, MutationObserverInit};

/// Watches the page for as long as the app lives, for `<time data-local datetime="…">`.
pub fn tell_local_times() {
    Effect::new(|_| {
        tell();
        let look = Closure::<dyn Fn(Array)>::new(|_| tell());
        let observer = MutationObserver::new(look.as_ref().unchecked_ref()).ok();
        let everything = MutationObserverInit::new();
        everything.set_child_list(true);
        everything.set_subtree(true);
        if let (Some(observer), Some(body)) = (&observer, document().body()) {
            let _ = observer.observe_with_options(&body, &everything);
        }
        let watch = StoredValue::new_local((observer, look));
        on_cleanup(move || watch.dispose());
    });
}

fn tell() {
    let Ok(found) = document().query_selector_all("time[data-local]") else { return };
    for at in 0..found.length() {
        let Some(time) = found.get(at).and_then(|node| node.dyn_into::<Element>().ok()) else { continue };
        // Once: what is said stays.
        let _ = time.remove_attribute("data-local");
        let moment = Date::new(&JsValue::from_str(&time.get_attribute("datetime").unwrap_or_default()));
        if moment.get_timezone_offset() != 0.0 && !moment.get_time().is_nan() {
            let utc = time.text_content().unwrap_or_default();
            let local = String::from(moment.to_locale_string("default", &styles()));
            time.set_text_content(Some(&format!("{local} ({utc})")));
        }
    }
}

fn styles() -> Object {
    let styles = Object::new();
    for (name, style) in [("dateStyle", "medium"), ("timeStyle", "short")] {
        let _ = Reflect::set(&styles, &name.into(), &style.into());
    }
    styles
}

/// The name of the reader's zone, as the browser has it.
pub fn reader_zone() -> Option<String> {
    let told = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    Reflect::get(&told, &"timeZone".into()).ok()?.as_string()
}
