//! A refused request, said where it happened.

use contract::fault::Fault;
use leptos::prelude::*;

use crate::api::ApiError;
use crate::{paths, words};

#[component]
pub fn FaultNotice(fault: Fault) -> impl IntoView {
    let is_ended = fault == Fault::NotSignedIn;
    view! {
        <div class="notice" data-tone="bad" role="alert">
            <p>{words::faults::fault(&fault)}</p>
            {is_ended.then(|| view! { <a href=paths::SIGN_IN rel="external">"Sign in"</a> })}
        </div>
    }
}

/// What stands in place of a page that could not be made. Its status tells the truth.
#[component]
pub fn PageFault(error: ApiError) -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = http::StatusCode::from_u16(error.0.status())
    {
        response.set_status(status);
    }
    let heading = match error.0 {
        Fault::NotFound => "This page is not here",
        Fault::NotSignedIn => "You are signed out",
        _ => "This page could not be shown",
    };
    view! {
        <div class="page-narrow">
            <h1>{heading}</h1>
            <FaultNotice fault=error.0/>
            <p><a href=paths::DATA>"Back to Data"</a></p>
        </div>
    }
}
