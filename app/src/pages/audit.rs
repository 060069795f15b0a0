//! The audit log, for admins: who did what, newest first.

use contract::audit::{self as log, Action, AuditQuery};
use leptos::prelude::*;
use leptos_meta::Title;

use super::query;
use crate::api::audit::show_audit;
use crate::parts::{PageFault, SettingsTabs, TextField, load};
use crate::paths;
use crate::words::{audit, numbers};

#[component]
pub fn AuditPage() -> impl IntoView {
    let (action, search, before) = (query("action"), query("search"), query("before"));
    let wanted = Memo::new(move |_| AuditQuery {
        action: action.get(),
        search: search.get(),
        before: before.get().parse().unwrap_or_default(),
    });
    let page = load(move || wanted.get(), show_audit);
    view! {
        <Title text="Audit"/>
        <div class="page">
            <div class="page-head"><h1>"Settings"</h1></div>
            <SettingsTabs/>
            <p class="quiet">"Who did what, newest first. Entries are only ever added, and each covers the one before it."</p>
            <Transition>
                {move || Suspend::new(async move {
                    match page.await {
                        Ok(page) => view! { <Log page query=wanted.get()/> }.into_any(),
                        Err(error) => view! { <PageFault error/> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

#[component]
fn Log(page: log::AuditPage, query: AuditQuery) -> impl IntoView {
    let options = Action::ALL.iter().map(|action| {
        let code = action.as_str();
        view! { <option value=code selected=code == query.action>{audit::action(*action)}</option> }
    });
    let older = page.entries.last().filter(|_| page.has_more).map(|last| {
        let href = paths::audit(&query.action, &query.search, last.seq);
        view! { <nav class="pager" aria-label="Pages"><a href=href>"Older"</a></nav> }
    });
    let is_empty = page.entries.is_empty();
    let rows = page.entries.into_iter().map(|entry| {
        view! {
            <tr>
                <td class="quiet">{numbers::moment(entry.happened_at)}</td>
                <td>{entry.who}</td>
                <td>{audit::action(entry.action)}{entry.is_refused.then_some(" (refused)")}</td>
                <td>{entry.named}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <form method="get" class="search">
            <TextField label="Person or thing" name="search" value=query.search.clone()/>
            <div class="field">
                <label for="action">"Action"</label>
                <select id="action" name="action"><option value="">"All"</option>{options.collect_view()}</select>
            </div>
            <button type="submit" class="button-quiet">"Search"</button>
            <a class="button-quiet" rel="external" download="audit.csv" href=paths::audit_csv(&query.action, &query.search)>"CSV"</a>
        </form>
        {is_empty.then(|| view! { <p class="quiet">"Nothing matches."</p> })}
        <div class="table-scroll" tabindex="0" role="region" aria-label="Audit log">
            <table class="plain-table">
                <thead><tr><th scope="col">"When"</th><th scope="col">"Who"</th><th scope="col">"Did"</th><th scope="col">"To what"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {older}
    }
}
