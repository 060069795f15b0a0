//! A hint: what happened, and what to do.

use leptos::prelude::*;

use super::CopyText;
use crate::words::{Hint, Step};

#[component]
pub fn HintView(hint: Hint) -> impl IntoView {
    let steps = hint.steps.into_iter().map(|step| match step {
        Step::Do(text) => view! { <li>{text}</li> }.into_any(),
        Step::Copy(label, text) => view! { <li class="hint-copy"><CopyText label text/></li> }.into_any(),
    });
    let steps: Vec<_> = steps.collect();
    view! {
        <div class="hint">
            <p>{hint.sentence}</p>
            {(!steps.is_empty()).then(|| view! { <ul class="hint-steps">{steps}</ul> })}
        </div>
    }
}
