//! The audit log, with its search.

use contract::audit::{Action, AuditPage, AuditQuery};
use leptos::prelude::*;

use crate::parts::{TextField, made};
use crate::paths;
use crate::words::{audit, numbers};

pub fn log(page: AuditPage, query: &AuditQuery) -> String {
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
            <tr data-action=entry.action.as_str()>
                <td class="quiet">{numbers::moment(entry.happened_at)}</td>
                <td>{entry.who}</td>
                <td>{audit::action(entry.action)}{entry.is_refused.then_some(" (refused)")}</td>
                <td>{entry.named}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    made(view! {
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
    })
}
