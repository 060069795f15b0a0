//! How to connect Redshift, filled in with the reader's own values.

use leptos::prelude::*;
use leptos_meta::Title;

use super::query;
use crate::api::connections::ShowHelp;
use crate::api::refreshes::ShowRefreshHelp;
use crate::parts::{Made, PageFault, load};

#[component]
pub fn HelpPage() -> impl IntoView {
    let (user, schema) = (query("user"), query("schema"));
    let help = load(move || ShowHelp { user: user.get(), schema: schema.get() });
    view! {
        <Title text="Connect Amazon Redshift"/>
        <Suspense>
            {move || Suspend::new(async move {
                match help.await {
                    Ok(markup) => view! { <Made markup/> }.into_any(),
                    Err(error) => view! { <PageFault error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
pub fn RefreshHelpPage() -> impl IntoView {
    let help = load(|| ShowRefreshHelp {});
    view! {
        <Title text="Refresh"/>
        <Suspense>
            {move || Suspend::new(async move {
                match help.await {
                    Ok(markup) => view! { <Made markup/> }.into_any(),
                    Err(error) => view! { <PageFault error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}
