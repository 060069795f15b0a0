//! Flitch's two halves meet here: `site` for the server, `hydrate` for the browser.

#[cfg(feature = "ssr")]
pub mod site;

/// Called by the page once the browser has the app.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(app::App);
}
