//! Data: every connection and dataset, with its state.

use leptos::prelude::*;
use leptos_meta::Title;

use super::LOOK;
use crate::api::data::ShowData;
use crate::parts::{Made, PageFault, every_while, load_after};

#[component]
pub fn DataPage() -> impl IntoView {
    let looks = RwSignal::new(0);
    let shown = load_after(move || looks.get(), || ShowData {});
    let is_shown = Signal::derive(move || shown.get().is_some_and(|shown| shown.is_ok()));
    every_while(LOOK, is_shown, move || looks.update(|looks| *looks += 1));
    view! {
        <Title text="Data"/>
        <Transition>
            {move || Suspend::new(async move {
                match shown.await {
                    Ok(markup) => view! { <Made markup/> }.into_any(),
                    Err(error) => view! { <PageFault error/> }.into_any(),
                }
            })}
        </Transition>
    }
}
