//! The tiles of sources. Today one.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::parts::{Icon, Shape};
use crate::paths;

#[component]
pub fn AddSourcePage() -> impl IntoView {
    view! {
        <Title text="Add source"/>
        <div class="page">
            <div class="page-head"><h1>"Add source"</h1></div>
            <a class="tile" href=paths::ADD_REDSHIFT>
                <span class="tile-mark"><Icon shape=Shape::Table/></span>
                <span>
                    <strong>"Amazon Redshift"</strong>
                    <span class="quiet">"A provisioned cluster or a Serverless workgroup, read-only."</span>
                </span>
            </a>
        </div>
    }
}
