//! By the team credential: there is nothing to type.

use contract::connection::Target;
use leptos::prelude::*;

use super::Start;
use crate::parts::TextField;

#[component]
pub(super) fn TeamForm(start: Start, target: Target) -> impl IntoView {
    view! {
        <p>
            "An admin stored one credential for the team. This connection signs in with it, holds no secret of its own, and \
             follows when it is replaced."
        </p>
        <p class="mono wrap">{target.redacted()}</p>
        <TextField label="Name" name="form[name]" value=start.draft.name hint="How your team will know it. Left empty, Flitch makes one."/>
    }
}
