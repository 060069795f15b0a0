//! Names of stages, states and outcomes.

use contract::check::{CheckOutcome, Stage, StageState};

pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Read => "Read the connection",
        Stage::AwsIdentity => "AWS identity",
        Stage::AwsEndpoint => "Find the endpoint",
        Stage::Mint => "Mint credentials",
        Stage::Address => "Find the address",
        Stage::Tcp => "Open a connection",
        Stage::Tls => "Encrypt and verify",
        Stage::SignIn => "Sign in",
        Stage::ReadOnly => "Prove read-only",
        Stage::Database => "List schemas and tables",
        Stage::Tables => "Read a table",
        Stage::Rights => "Compare rights",
    }
}

pub fn state(state: StageState) -> &'static str {
    match state {
        StageState::Waiting => "waiting",
        StageState::Running => "running",
        StageState::Passed => "passed",
        StageState::Warned => "passed, with a warning",
        StageState::Failed => "failed",
        StageState::NotRun => "not run",
    }
}

/// The word in a badge.
pub fn badge(outcome: CheckOutcome) -> &'static str {
    match outcome {
        CheckOutcome::Running => "Checking",
        CheckOutcome::Passed => "Works",
        CheckOutcome::Warned => "Works, with warnings",
        CheckOutcome::Failed => "Check failed",
        CheckOutcome::Interrupted => "Check interrupted",
    }
}

/// The sentence over a check.
pub fn outcome(outcome: CheckOutcome) -> &'static str {
    match outcome {
        CheckOutcome::Running => "Checking the connection, stage by stage.",
        CheckOutcome::Passed => "The connection works, and reads only.",
        CheckOutcome::Warned => "The connection works. Some things are worth knowing.",
        CheckOutcome::Failed => "The connection does not work yet.",
        CheckOutcome::Interrupted => "The server stopped while this check ran. Run it again.",
    }
}
