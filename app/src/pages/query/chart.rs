//! A result as a chart: drawn when asked for, by the address.

use leptos::prelude::*;

use crate::api::queries::ChartQuery;
use crate::pages::query as in_url;
use crate::parts::{FaultNotice, Loaded, Made, load_when};

/// The chart that the address asks for, as markup.
pub fn charted(id: Memo<String>, fresh: RwSignal<usize>) -> Loaded<String> {
    let chart = in_url("chart");
    let is_wanted = move || !chart.get().is_empty() && !id.get().is_empty();
    load_when(is_wanted, move || fresh.get(), move || ChartQuery { id: id.get(), chart: chart.get() })
}

#[component]
pub fn Charts(charted: Loaded<String>) -> impl IntoView {
    let chart = in_url("chart");
    view! {
        {move || {
            if chart.get().is_empty() {
                view! { <p><a href="?chart=auto">"Draw a chart"</a></p> }.into_any()
            } else {
                view! { <Drawn charted/> }.into_any()
            }
        }}
    }
}

#[component]
fn Drawn(charted: Loaded<String>) -> impl IntoView {
    view! {
        <Transition>
            {move || Suspend::new(async move {
                match charted.wanted().await {
                    Some(Err(error)) => view! { <FaultNotice fault=error.0/> }.into_any(),
                    Some(Ok(markup)) => view! { <Made markup/> }.into_any(),
                    None => ().into_any(),
                }
            })}
        </Transition>
    }
}
