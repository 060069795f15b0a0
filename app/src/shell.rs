//! The document around the app, and the policy of what may run in it. Server only.

use leptos::config::LeptosOptions;
use leptos::hydration::HydrationScripts;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::{HashedStylesheet, MetaTags};

use crate::routes::App;

pub fn shell(options: LeptosOptions) -> impl IntoView {
    set_content_policy();
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                {editor()}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HashedStylesheet options=options.clone() id="style"/>
                <HydrationScripts options=options.clone()/>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The address of the SQL editor's script, for the page that uses it.
#[derive(Clone)]
pub struct EditorScript(pub std::sync::Arc<str>);

fn editor() -> Option<impl IntoView> {
    let script = use_context::<EditorScript>().filter(|script| !script.0.is_empty())?;
    Some(view! { <meta name="flitch-editor" content=script.0.to_string()/> })
}

/// `wasm-unsafe-eval` lets the browser compile WebAssembly and nothing else; the nonce is for Leptos' two inline
/// scripts. The styles that it is for are those of the
/// SQL editor; pages have none inline.
fn set_content_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; \
         base-uri 'none'"
    );
    if let Ok(policy) = http::HeaderValue::from_str(&policy) {
        response.insert_header(http::header::CONTENT_SECURITY_POLICY, policy);
    }
}
