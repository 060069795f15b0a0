//! What was understood of the string while it is typed, read in the browser. Nothing is sent, and the password is
//! said to be there, never shown.

use contract::connection_string::{ConnectionString, Rules, StringFault};
use leptos::prelude::*;

use crate::words::strings;

#[component]
pub fn Preview(text: RwSignal<String>, is_plain_allowed: bool) -> impl IntoView {
    let read = Memo::new(move |_| ConnectionString::parse(&text.get(), Rules { is_plain_allowed }));
    view! {
        <div class="preview" aria-live="polite">
            {move || match read.get() {
                Err(StringFault::Empty) => ().into_any(),
                Err(fault) => view! { <p class="preview-fault">{strings::fault(&fault)}</p> }.into_any(),
                Ok(read) => view! { <Understood read/> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Understood(read: ConnectionString) -> impl IntoView {
    let tls = match (read.asks_unverified, read.tls) {
        (true, _) => "verify-full (require is raised)",
        (false, tls) => tls.as_str(),
    };
    let missing = || "not in the string".to_owned();
    let parts = [
        ("Host", read.host),
        ("Port", read.port.to_string()),
        ("Database", read.database.unwrap_or_else(missing)),
        ("User", read.user.unwrap_or_else(missing)),
        ("Password", if read.password.is_some() { "read, not shown".to_owned() } else { missing() }),
        ("TLS", tls.to_owned()),
    ];
    let parts = parts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> });
    let notices = read.notices.into_iter().map(|notice| view! { <p class="quiet">{strings::notice(notice)}</p> });
    view! {
        <p class="preview-title">"Understood"</p>
        <dl>{parts.into_iter().collect_view()}</dl>
        {notices.collect_view()}
    }
}
