//! A check's progress: which stage is under way, how long it took, what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use contract::check::{CheckOutcome, Stage, StageState, StageView};
use contract::finding::{Finding, Severity};

use super::code;
use super::journal::Journal;
use crate::metrics;

pub(super) struct Progress {
    journal: Arc<dyn Journal>,
    stages: &'static [Stage],
    started: Instant,
    stage_started: Instant,
    worst: Severity,
    /// The code of the finding that ended it.
    failed_with: Option<&'static str>,
    next: usize,
    current: Option<Stage>,
}

impl Progress {
    pub fn new(journal: Arc<dyn Journal>, stages: &'static [Stage]) -> Self {
        let now = Instant::now();
        Self {
            journal,
            stages,
            started: now,
            stage_started: now,
            worst: Severity::Good,
            failed_with: None,
            next: 0,
            current: None,
        }
    }

    pub fn journal(&self) -> &dyn Journal {
        &*self.journal
    }

    /// Says each second that the check is alive, for as long as it is polled.
    pub fn heartbeat(&self) -> impl Future<Output = ()> + Send + use<> {
        let journal = Arc::clone(&self.journal);
        async move {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                journal.alive().await;
            }
        }
    }

    pub async fn begin(&mut self, stage: Stage) {
        self.stage_started = Instant::now();
        self.current = Some(stage);
        self.write(stage, StageState::Running, &[], None).await;
    }

    /// Says something about a stage that goes on.
    pub async fn note(&self, stage: Stage, findings: &[Finding]) {
        self.write(stage, StageState::Running, findings, None).await;
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
        if severity == Severity::Failure {
            self.failed_with = findings.iter().find(|finding| finding.severity() == severity).map(Finding::code);
        }
        let codes: Vec<&str> = findings.iter().map(Finding::code).collect();
        tracing::info!(
            check.stage = code(&stage),
            duration_ms = duration.as_millis() as u64,
            findings = codes.join(","),
            "check stage ended"
        );
        self.write(stage, state, findings, Some(duration)).await;
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
        for stage in self.stages.iter().skip(self.next) {
            self.write(*stage, StageState::NotRun, &[], None).await;
        }
        let outcome = match self.worst {
            Severity::Good => CheckOutcome::Passed,
            Severity::Warning => CheckOutcome::Warned,
            Severity::Failure => CheckOutcome::Failed,
        };
        metrics::check_ended(outcome.as_str(), self.failed_with);
        self.journal.end(outcome, self.started.elapsed().as_micros() as i64).await;
    }

    async fn write(&self, stage: Stage, state: StageState, findings: &[Finding], duration: Option<Duration>) {
        let duration_us = duration.and_then(|duration| u64::try_from(duration.as_micros()).ok());
        self.journal.stage(&StageView { stage, state, findings: findings.to_vec(), duration_us }).await;
    }
}
