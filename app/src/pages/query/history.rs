//! What was run before: one's own, those with a name, and what others shared.

use contract::query::HistoryFilter;
use leptos::prelude::*;

use crate::api::queries::ShowHistory;
use crate::pages::query as in_url;
use crate::parts::{FaultNotice, GetForm, Made, load_after};

const OF: [(&str, &str); 3] = [("", "Mine"), ("named", "Named"), ("shared", "Shared by others")];

#[component]
pub fn HistoryList(fresh: RwSignal<usize>) -> impl IntoView {
    let (of, search, before) = (in_url("of"), in_url("search"), in_url("before"));
    let history = load_after(
        move || fresh.get(),
        move || ShowHistory {
            filter: HistoryFilter {
                search: search.get(),
                of: of.get(),
                before: before.get(),
                connection_id: String::new(),
            },
        },
    );
    let tabs = OF.map(|(code, name)| {
        let is_current = move || (of.get() == code).then_some("page");
        view! { <a href=format!("?of={code}#history") aria-current=is_current>{name}</a> }
    });
    view! {
        <section id="history" aria-label="History">
            <div class="page-head"><h2>"History"</h2><nav class="tabs" aria-label="Which queries">{tabs.into_iter().collect_view()}</nav></div>
            <GetForm hash="#history" attr:role="search">
                <div class="search">
                    <input type="hidden" name="of" value=move || of.get()/>
                    <div class="field">
                        <label for="history-search">"Search"</label>
                        <input id="history-search" type="search" name="search" value=search.get_untracked() autocomplete="off"/>
                    </div>
                    <button type="submit" class="button-quiet">"Search"</button>
                </div>
            </GetForm>
            <Transition>
                {move || Suspend::new(async move {
                    match history.await {
                        Ok(markup) => view! { <Made markup/> }.into_any(),
                        Err(error) => view! { <FaultNotice fault=error.0/> }.into_any(),
                    }
                })}
            </Transition>
        </section>
    }
}
