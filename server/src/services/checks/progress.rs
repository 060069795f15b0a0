//! Writes a check's progress as it comes, so that every page and every server shows the same.

use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::check::{CheckOutcome, Stage, StageState};
use contract::finding::{Finding, Severity};
use store::{StageRow, StoreError};

use super::{LEASE, code, stage_row};
use crate::services::{Shared, log_failure, now, to_json};

pub(super) struct Progress {
    shared: Arc<Shared>,
    check_id: String,
    started: Instant,
    stage_started: Instant,
    worst: Severity,
    next: usize,
    current: Option<Stage>,
}

impl Progress {
    pub fn new(shared: Arc<Shared>, check_id: String) -> Self {
        let now = Instant::now();
        Self { shared, check_id, started: now, stage_started: now, worst: Severity::Good, next: 0, current: None }
    }

    /// Renews the check's lease each second, for as long as it is polled.
    pub fn heartbeat(&self) -> impl Future<Output = ()> + Send + use<> {
        let (shared, check_id) = (Arc::clone(&self.shared), self.check_id.clone());
        async move {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                // A missed renewal is caught up by the next one.
                let _ = shared.store.check_renew(&check_id, now() + LEASE).await;
            }
        }
    }

    pub async fn begin(&mut self, stage: Stage) {
        self.stage_started = Instant::now();
        self.current = Some(stage);
        self.write(&stage_row(stage, StageState::Running)).await;
    }

    /// Says something about a stage that goes on.
    pub async fn note(&self, stage: Stage, findings: &[Finding]) {
        self.write(&StageRow { findings: to_json(&findings), ..stage_row(stage, StageState::Running) }).await;
    }

    /// Ends the stage that was begun; true when the check may go on.
    pub async fn end(&mut self, stage: Stage, findings: &[Finding]) -> bool {
        let severity = findings.iter().map(Finding::severity).max_by_key(|severity| *severity as u8);
        let severity = severity.unwrap_or(Severity::Good);
        let state = match severity {
            Severity::Good => StageState::Passed,
            Severity::Warning => StageState::Warned,
            Severity::Failure => StageState::Failed,
        };
        if severity as u8 > self.worst as u8 {
            self.worst = severity;
        }
        let duration = self.stage_started.elapsed();
        let codes: Vec<&str> = findings.iter().map(Finding::code).collect();
        tracing::info!(
            check.id = self.check_id,
            check.stage = code(&stage),
            duration_ms = duration.as_millis() as u64,
            findings = codes.join(","),
            "check stage ended"
        );
        self.write(&StageRow {
            stage: code(&stage),
            state: code(&state),
            findings: to_json(&findings),
            duration_us: Some(duration.as_micros() as i64),
        })
        .await;
        self.next += 1;
        self.current = None;
        severity != Severity::Failure
    }

    /// Ends the stage that is under way, if one is, because the check's own time is up.
    pub async fn cut_short(&mut self, finding: Finding) {
        if let Some(stage) = self.current {
            self.end(stage, &[finding]).await;
        }
    }

    /// Ends the check; stages that had no turn are "not run".
    pub async fn finish(self) {
        for stage in Stage::ALL.iter().skip(self.next) {
            self.write(&stage_row(*stage, StageState::NotRun)).await;
        }
        let outcome = match self.worst {
            Severity::Good => CheckOutcome::Passed,
            Severity::Warning => CheckOutcome::Warned,
            Severity::Failure => CheckOutcome::Failed,
        };
        let duration = self.started.elapsed().as_micros() as i64;
        report(self.shared.store.check_finish(&self.check_id, &code(&outcome), duration).await);
    }

    async fn write(&self, stage: &StageRow) {
        report(self.shared.store.check_stage_update(&self.check_id, stage).await);
    }
}

/// A check whose progress cannot be written runs out of its lease and shows as interrupted.
fn report(outcome: Result<(), StoreError>) {
    if let Err(error) = outcome {
        log_failure("a check's progress could not be written", &error);
    }
}
