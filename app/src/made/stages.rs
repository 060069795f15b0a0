//! The stages of a check, each with its time, its findings and their hints.

use contract::check::{StageState, StageView};
use leptos::prelude::*;

use crate::parts::{Icon, Made, Shape, made};
use crate::words::{Told, checks, numbers};

pub fn stages(stages: Vec<StageView<Told>>) -> String {
    let stages = stages.into_iter().map(stage_item).collect_view();
    made(view! { <ol class="stages" aria-label="Stages of the check">{stages}</ol> })
}

fn stage_item(stage: StageView<Told>) -> impl IntoView {
    let (state, shape) = match stage.state {
        StageState::Waiting => ("waiting", Shape::Dot),
        StageState::Running => ("running", Shape::Spinner),
        StageState::Passed => ("passed", Shape::Check),
        StageState::Warned => ("warned", Shape::Warning),
        StageState::Failed => ("failed", Shape::Cross),
        StageState::NotRun => ("not-run", Shape::Dash),
    };
    let findings = stage
        .findings
        .into_iter()
        .map(|told| {
            view! {
                <div class="finding" data-tone=told.tone.as_str() data-code=told.code>
                    <Made markup=told.hint/>
                </div>
            }
        })
        .collect_view();
    view! {
        <li class="stage" data-state=state>
            <span class="stage-mark"><Icon shape/></span>
            <div class="stage-body">
                <h2>
                    {checks::stage(stage.stage)} " "
                    <span class="stage-state">{checks::state(stage.state)}</span>
                </h2>
                {findings}
            </div>
            <span class="stage-time">{stage.duration_us.map(numbers::duration)}</span>
        </li>
    }
}
