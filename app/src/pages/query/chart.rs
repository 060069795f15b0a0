//! A result as a chart: drawn when asked for, by the address.

use leptos::prelude::*;

use crate::api::queries::ChartQuery;
use crate::pages::query as in_url;
use crate::parts::{FaultNotice, Made, load};

#[component]
pub fn Charts(id: String) -> impl IntoView {
    let chart = in_url("chart");
    let id = StoredValue::new(id);
    view! {
        {move || {
            if chart.get().is_empty() {
                view! { <p><a href="?chart=auto">"Draw a chart"</a></p> }.into_any()
            } else {
                view! { <Drawn id=id.get_value() chart/> }.into_any()
            }
        }}
    }
}

#[component]
fn Drawn(id: String, chart: Memo<String>) -> impl IntoView {
    let charted = load(move || ChartQuery { id: id.clone(), chart: chart.get() });
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match charted.await {
                    Err(error) => view! { <FaultNotice fault=error.0/> }.into_any(),
                    Ok(markup) if markup.is_empty() => view! {
                        <p class="quiet">"A chart needs a column of numbers. "<a href="?">"Back to the table"</a></p>
                    }
                    .into_any(),
                    Ok(markup) => view! { <Made markup/> }.into_any(),
                }
            })}
        </Transition>
    }
}
