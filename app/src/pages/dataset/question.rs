//! What the explorer may ask about, and what is wrong with what it asks.

use leptos::prelude::*;

use crate::api::queries::{Question, ShowQuestion};
use crate::parts::{Loaded, load_when};

/// Of the question in the address, while the explorer is open.
pub fn question(
    id: Memo<String>,
    search: Memo<String>,
    is_explored: Signal<bool>,
    is_running: Signal<bool>,
    served: RwSignal<usize>,
) -> Loaded<Question> {
    // Where the columns are not known, the source is being asked for them.
    let is_unknown = RwSignal::new(false);
    let looks = RwSignal::new(0);
    Effect::new(move |before: Option<bool>| {
        let is_running = is_running.get();
        if before.is_some_and(|before| before != is_running) && is_unknown.get_untracked() {
            looks.update(|looks| *looks += 1);
        }
        is_running
    });
    let asked = move || ShowQuestion { dataset_id: id.get(), view: search.get() };
    // Another question is looked at anew by itself; what is served now may have other columns.
    let question = load_when(move || is_explored.get(), move || looks.get() + served.get(), asked);
    Effect::new(move |_| {
        if let Some(Ok(question)) = question.get() {
            is_unknown.set(question.columns.is_empty());
        }
    });
    question
}
