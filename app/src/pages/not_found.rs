//! No such page.

use contract::fault::Fault;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::ApiError;
use crate::parts::PageFault;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Title text="Not found"/>
        <PageFault error=ApiError(Fault::NotFound)/>
    }
}
