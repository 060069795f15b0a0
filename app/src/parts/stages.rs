//! The stages of a check, each with its time, its findings and their hints.

use contract::check::{CheckView, StageState, StageView};
use contract::finding::Severity;
use leptos::prelude::*;

use super::{HintView, Icon, Shape};
use crate::words::findings::{Around, hint};
use crate::words::{checks, numbers};

#[component]
pub fn StageList(check: CheckView) -> impl IntoView {
    let stages = check
        .stages
        .iter()
        .map(|stage| stage_item(stage, Around { target: &check.target, egress: &check.egress }))
        .collect_view();
    view! { <ol class="stages" aria-label="Stages of the check">{stages}</ol> }
}

fn stage_item(stage: &StageView, around: Around<'_>) -> impl IntoView {
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
        .iter()
        .map(|finding| {
            let tone = match finding.severity() {
                Severity::Good => "good",
                Severity::Warning => "warning",
                Severity::Failure => "bad",
            };
            view! {
                <div class="finding" data-tone=tone data-code=finding.code()>
                    <HintView hint=hint(finding, around)/>
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
