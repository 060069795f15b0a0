//! The rows of a dataset, a page at a time, in the order that the source gives them or sorts them in.

use contract::query::Cut;
use leptos::prelude::*;

use crate::api::queries::Asked;
use crate::asks::Preview;
use crate::pages::query::Files;
use crate::parts::{Grid, Made, Sorting};
use crate::words::{numbers, served};

const PAGE: u64 = 100;

#[component]
pub fn Rows(asked: Asked, name: String, search: Memo<String>) -> impl IntoView {
    let query = asked.query;
    let preview = Preview::read(&search.get_untracked());
    let Some(result) = query.result.clone() else { return ().into_any() };
    let has_more = result.cut.is_some();
    let count = u32::try_from(result.rows.len()).unwrap_or(u32::MAX);
    let columns = u32::try_from(result.columns.len()).unwrap_or(u32::MAX);
    let from = u64::from(preview.page.max(1) - 1) * PAGE;
    let rows = numbers::count(count, "row", "rows");
    let which = match (from, result.cut) {
        (0, None) => format!("All {rows}"),
        (0, Some(Cut::Bytes { .. })) => format!("The first {rows}, cut by size"),
        (0, Some(Cut::Rows { .. })) => format!("The first {rows}"),
        (_, _) if count == 0 => "No more rows".to_owned(),
        (from, _) => format!("Rows {} to {}", from + 1, from + u64::from(count)),
    };
    let columns = numbers::count(columns, "column", "columns");
    let which = if count == 0 && from > 0 { which } else { format!("{which} × {columns}") };
    let said = served::said(&query, &which);
    let link = {
        let preview = preview.clone();
        move |page: u32| Preview { page, ..preview.clone() }.to_query()
    };
    let page = preview.page.max(1);
    let sorted = (!preview.sort.is_empty()).then(|| (preview.sort.clone(), preview.is_descending));
    let sorting = Sorting {
        by: sorted,
        link: std::sync::Arc::new(|column, is_descending| {
            Preview { sort: column.to_owned(), is_descending, page: 1 }.to_query()
        }),
    };
    let is_loose = preview.sort.is_empty() && page > 1;
    view! {
        <div class="result-head">
            <p class="verdict" role="status" aria-live="polite">{said}</p>
            <Files id=query.id/>
        </div>
        {is_loose.then(|| view! {
            <p class="quiet">"Without an order a row may be on two pages, or on none. Sort by a column to page through all of them."</p>
        })}
        <Grid label=format!("Rows of {name}") result sorting/>
        {(page > 1 || has_more).then(|| view! {
            <nav class="pager" aria-label="Pages">
                {(page > 1).then(|| view! { <a href=link(page - 1) data-place="previous">"Previous"</a> })}
                <span>"Page "{page}</span>
                {has_more.then(|| view! { <a href=link(page + 1) data-place="next">"Next"</a> })}
            </nav>
        })}
        <Made markup=asked.how_read/>
    }
    .into_any()
}
