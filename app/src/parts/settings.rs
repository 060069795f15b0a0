//! The tabs of the settings.

use contract::team::{Actor, Role};
use leptos::prelude::*;
use leptos_router::components::A;

use crate::paths;

/// Who looks at the page, provided by the frame.
#[derive(Clone)]
pub struct CurrentActor(pub Option<Actor>);

#[component]
pub fn SettingsTabs() -> impl IntoView {
    let actor = use_context::<CurrentActor>().and_then(|current| current.0);
    let is_admin = actor.is_some_and(|actor| actor.role == Role::Admin);
    let tabs: &[(&str, &str)] = if is_admin {
        &[
            (paths::PROFILE, "Profile"),
            (paths::MEMBERS, "Members"),
            (paths::DATA_CONNECTIONS, "Data connections"),
            (paths::AUDIT, "Audit"),
        ]
    } else {
        &[(paths::PROFILE, "Profile")]
    };
    let tabs = tabs.iter().map(|(href, name)| view! { <A href=*href>{*name}</A> });
    view! { <nav class="tabs" aria-label="Settings">{tabs.collect_view()}</nav> }
}
