//! What a dry run of a replacement came to, dataset by dataset.

use contract::credential::{LineState, RotationLine};
use leptos::prelude::*;

use crate::parts::{Made, made};
use crate::words::Told;

/// Why the new credential does not get in; empty where it does.
pub fn finding(finding: Option<Told>) -> String {
    let notice = finding.map(|told| {
        view! { <div class="notice" data-tone="bad" data-code=told.code><Made markup=told.hint/></div> }
    });
    notice.map(made).unwrap_or_default()
}

pub fn lines(lines: Vec<RotationLine<Told>>) -> String {
    let lines = lines.into_iter().map(line).collect_view();
    made(view! { <ul class="people" aria-label="Datasets">{lines}</ul> })
}

fn line(line: RotationLine<Told>) -> impl IntoView {
    let (state, text) = match line.state {
        LineState::Waiting => ("none", "Waiting"),
        LineState::Reads => ("passed", "Reads"),
        LineState::Breaks => ("failed", "Would break"),
        LineState::Unclear => ("failed", "Not clear: try again"),
        LineState::BrokenBefore => ("warned", "Fails today, too"),
    };
    let tone = if line.state == LineState::Breaks { "bad" } else { "warning" };
    let why = line.finding.map(|told| {
        view! { <div class="finding" data-tone=tone data-code=told.code><Made markup=told.hint/></div> }
    });
    view! {
        <li class="person" data-state=state>
            <div class="person-line">
                <strong>{line.dataset}</strong>
                <span class="quiet">{line.connection}</span>
                <span class="badge" data-state=state>{text}</span>
            </div>
            {why}
        </li>
    }
}
