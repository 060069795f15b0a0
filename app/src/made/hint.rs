//! A hint: what happened, and what to do.

use leptos::prelude::*;

use crate::parts::{CopyText, made};
use crate::words::{Hint, Step};

pub fn hint(hint: Hint) -> String {
    let steps = hint.steps.into_iter().map(|step| match step {
        Step::Do(text) => view! { <li>{text}</li> }.into_any(),
        Step::Copy(label, text) => view! { <li class="hint-copy"><CopyText label text/></li> }.into_any(),
    });
    let steps: Vec<_> = steps.collect();
    made(view! {
        <div class="hint">
            <p>{hint.sentence}</p>
            {(!steps.is_empty()).then(|| view! { <ul class="hint-steps">{steps}</ul> })}
        </div>
    })
}
