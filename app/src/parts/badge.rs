//! Small marks of state and kind.

use contract::catalog::ObjectKind;
use contract::check::CheckOutcome;
use leptos::prelude::*;

use crate::words;

/// What the last check came to; "Not checked" without one.
#[component]
pub fn CheckBadge(outcome: Option<CheckOutcome>) -> impl IntoView {
    let (state, text) = match outcome {
        None => ("none", "Not checked"),
        Some(outcome) => {
            let state = match outcome {
                CheckOutcome::Running => "running",
                CheckOutcome::Passed => "passed",
                CheckOutcome::Warned => "warned",
                CheckOutcome::Failed => "failed",
                CheckOutcome::Interrupted => "none",
            };
            (state, words::checks::badge(outcome))
        }
    };
    view! { <span class="badge" data-state=state>{text}</span> }
}

/// The source, or whoever may, does not let Flitch in any more.
#[component]
pub fn RefusedBadge() -> impl IntoView {
    view! { <span class="badge" data-state="failed">"Reconnect required"</span> }
}

#[component]
pub fn KindBadge(kind: ObjectKind) -> impl IntoView {
    view! { <span class="kind">{words::catalog::kind(kind)}</span> }
}
