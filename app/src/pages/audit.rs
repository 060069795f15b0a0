//! The audit log, for admins: who did what, newest first.

use contract::audit::AuditQuery;
use leptos::prelude::*;
use leptos_meta::Title;

use super::query;
use crate::api::audit::ShowAudit;
use crate::parts::{Made, PageFault, SettingsTabs, load};

#[component]
pub fn AuditPage() -> impl IntoView {
    let (action, search, before) = (query("action"), query("search"), query("before"));
    let wanted = Memo::new(move |_| AuditQuery {
        action: action.get(),
        search: search.get(),
        before: before.get().parse().unwrap_or_default(),
    });
    let page = load(move || ShowAudit { query: wanted.get() });
    view! {
        <Title text="Audit"/>
        <div class="page">
            <div class="page-head"><h1>"Settings"</h1></div>
            <SettingsTabs/>
            <p class="quiet">"Who did what, newest first. Entries are only ever added, and each covers the one before it."</p>
            <Transition>
                {move || Suspend::new(async move {
                    match page.await {
                        Ok(markup) => view! { <Made markup/> }.into_any(),
                        Err(error) => view! { <PageFault error/> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}
