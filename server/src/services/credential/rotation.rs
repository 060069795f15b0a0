//! A dry run of the credential's replacement: every dataset that leans on it is tried with the new one, and what fails
//! is tried with today's, so that nobody is kept from replacing what is broken already.

use std::sync::Arc;
use std::time::Duration;

use contract::audit::Action;
use contract::connection::Target;
use contract::credential::{LineState, RotationLine, RotationOutcome, RotationView};
use contract::fault::Fault;
use contract::finding::Finding;
use contract::team::Actor;
use redshift::deadlines::milliseconds;
use redshift::{Limits, Session, sql};
use store::{ConnectionRow, LeaningRow, RotationRow, StoreError, new_id};

use crate::services::checks::{code, parse};
use crate::services::findings::finding;
use crate::services::{SECOND, Shared, entry, log_failure, now, place, store_fault, to_json};

/// A run is renewed each second; one that was not for this long was interrupted.
const LEASE: i64 = 5 * SECOND;

/// One dataset. No row is asked for, so that only a slow catalog takes its time.
const EACH: Duration = Duration::from_secs(8);

/// All of them.
const TOTAL: Duration = Duration::from_secs(15 * 60);

pub(super) async fn start(
    shared: &Arc<Shared>,
    actor: &Actor,
    credential: ConnectionRow,
    draft: ConnectionRow,
) -> Result<(), Fault> {
    if let Ok(fault) = serde_json::from_str::<Fault>(&draft.form_fault) {
        return Err(fault);
    }
    let newest = shared.store.rotation_newest(&actor.team_id, &draft.id).await.map_err(store_fault)?;
    if newest.is_some_and(|row| outcome(&row).is_running()) {
        return Ok(());
    }
    let leaning = shared.store.leaning_datasets(&actor.team_id, &credential.id).await.map_err(store_fault)?;
    let row = RotationRow {
        id: new_id(),
        draft_id: draft.id.clone(),
        draft_updated_at: draft.updated_at,
        credential_id: credential.id.clone(),
        credential_updated_at: credential.updated_at,
        outcome: code(&RotationOutcome::Running),
        finding: String::new(),
        started_at: now(),
        alive_until: now() + LEASE,
    };
    let ids: Vec<&str> = leaning.iter().map(|dataset| dataset.dataset_id.as_str()).collect();
    shared.store.rotation_insert(&actor.team_id, &row, &ids).await.map_err(store_fault)?;
    super::wrote(shared, actor, Action::TeamCredentialTried, &credential).await;
    let trial = Trial { shared: Arc::clone(shared), id: row.id, member_id: actor.member_id.clone() };
    tokio::spawn(trial.run(credential, draft, leaning));
    Ok(())
}

/// What a stored run came to. One that says it runs, and whose task is gone, was interrupted.
fn outcome(row: &RotationRow) -> RotationOutcome {
    match parse(&row.outcome) {
        Some(RotationOutcome::Running) if row.alive_until < now() => RotationOutcome::Interrupted,
        Some(outcome) => outcome,
        None => RotationOutcome::Interrupted,
    }
}

pub(super) async fn view(
    shared: &Shared,
    actor: &Actor,
    credential: &ConnectionRow,
    draft: ConnectionRow,
) -> Result<RotationView, Fault> {
    let row = shared.store.rotation_newest(&actor.team_id, &draft.id).await.map_err(store_fault)?;
    let row = row.ok_or(Fault::NotFound)?;
    let lines = shared.store.rotation_lines(&row.id).await.map_err(store_fault)?;
    let lines = lines.into_iter().map(|line| RotationLine {
        connection: line.connection_name,
        dataset: format!("{}.{}", line.schema_name, line.name),
        state: parse(&line.state).unwrap_or(LineState::Waiting),
        finding: serde_json::from_str(&line.finding).ok(),
    });
    Ok(RotationView {
        outcome: outcome(&row),
        finding: serde_json::from_str(&row.finding).ok(),
        lines: lines.collect(),
        is_outdated: row.draft_updated_at != draft.updated_at || row.credential_updated_at != credential.updated_at,
        target: place::target(&draft),
        draft_id: draft.id,
        egress: shared.egress.clone(),
    })
}

struct Trial {
    shared: Arc<Shared>,
    id: String,
    member_id: String,
}

impl Trial {
    async fn run(self, credential: ConnectionRow, draft: ConnectionRow, leaning: Vec<LeaningRow>) {
        let renew = async {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                // A missed renewal is caught up by the next one.
                let _ = self.shared.store.rotation_renew(&self.id, now() + LEASE).await;
            }
        };
        let (outcome, finding) = tokio::select! {
            () = renew => return,
            () = tokio::time::sleep(TOTAL) => (RotationOutcome::Failed, to_json(&Finding::GivenUp { after_ms: milliseconds(TOTAL) })),
            tried = self.try_all(&credential, &draft, &leaning) => match tried {
                Ok(Ok(outcome)) => (outcome, String::new()),
                Ok(Err(finding)) => (RotationOutcome::Failed, to_json(&finding)),
                Err(error) => {
                    let reference = log_failure("a dry run's progress could not be written", &error);
                    (RotationOutcome::Failed, to_json(&Finding::Internal { reference }))
                }
            },
        };
        tracing::info!(rotation.id = self.id, outcome = code(&outcome), "dry run ended");
        if let Err(error) = self.shared.store.rotation_finish(&self.id, &code(&outcome), &finding).await {
            log_failure("a dry run's end could not be written", &error);
        }
    }

    /// What came of it, or why the new credential does not get in.
    async fn try_all(
        &self,
        credential: &ConnectionRow,
        draft: &ConnectionRow,
        leaning: &[LeaningRow],
    ) -> Result<Result<RotationOutcome, Finding>, StoreError> {
        let mut fresh = Way::new(self, draft);
        let mut today = Way::new(self, credential);
        if let Err(finding) = fresh.session().await {
            return Ok(Err(finding));
        }
        let mut outcome = RotationOutcome::Good;
        for dataset in leaning {
            let (state, finding) = match fresh.reads(dataset).await {
                Ok(()) => (LineState::Reads, None),
                Err(finding) => match today.reads(dataset).await {
                    Ok(()) => (LineState::Breaks, Some(finding)),
                    Err(today) if is_definite(&today) => (LineState::BrokenBefore, Some(finding)),
                    Err(_) => (LineState::Unclear, Some(finding)),
                },
            };
            if matches!(state, LineState::Breaks | LineState::Unclear) {
                outcome = RotationOutcome::Breaks;
            }
            let finding = finding.as_ref().map(to_json).unwrap_or_default();
            let store = &self.shared.store;
            store.rotation_line_update(&self.id, &dataset.dataset_id, &code(&state), &finding).await?;
        }
        fresh.close().await;
        today.close().await;
        Ok(Ok(outcome))
    }
}

/// Today's credential does not read it, and will not when it is asked again: not a table that is locked, a network that
/// is slow or a cluster that is full.
fn is_definite(finding: &Finding) -> bool {
    match finding {
        Finding::SchemaDenied { .. }
        | Finding::TableDenied { .. }
        | Finding::TableGone { .. }
        | Finding::PasswordRefused { .. }
        | Finding::AccessRefused { .. }
        | Finding::UnknownDatabase { .. }
        | Finding::UnknownHost { .. }
        | Finding::SecretUnreadable
        | Finding::ReconnectRequired
        | Finding::AdminUser { .. }
        | Finding::IamUserMissing { .. }
        | Finding::AwsRoleNeeded
        | Finding::AwsRoleDenied { .. }
        | Finding::AwsDenied { .. }
        | Finding::AwsDeniedExplicitly { .. }
        | Finding::AwsClusterUnknown { .. }
        | Finding::AwsWorkgroupUnknown { .. } => true,
        // Syntax error or access rule violation, invalid authorization, invalid catalog or schema name.
        Finding::ServerSaid { sqlstate, .. } => {
            ["42", "28", "3D", "3F"].iter().any(|class| sqlstate.starts_with(class))
        }
        _ => false,
    }
}

/// One way in, and the session that it opened, for as long as that lasts.
struct Way<'a> {
    trial: &'a Trial,
    row: &'a ConnectionRow,
    opened: Option<(Session, Target)>,
}

impl<'a> Way<'a> {
    fn new(trial: &'a Trial, row: &'a ConnectionRow) -> Self {
        Self { trial, row, opened: None }
    }

    async fn session(&mut self) -> Result<&(Session, Target), Finding> {
        let opened = match self.opened.take() {
            Some(opened) => opened,
            None => entry::open(&self.trial.shared, self.row, &self.trial.member_id).await?,
        };
        Ok(self.opened.insert(opened))
    }

    /// Asks for the dataset's columns and none of its rows, which takes the same right and finds the same faults.
    async fn reads(&mut self, dataset: &LeaningRow) -> Result<(), Finding> {
        let (session, target) = self.session().await?;
        let (schema, name) = (dataset.schema_name.as_str(), dataset.name.as_str());
        let statement = sql::select_first(schema, name, 0).unwrap_or_default();
        let read = tokio::time::timeout(EACH, session.read(&statement, Limits::PREVIEW)).await;
        let read = match read {
            Ok(read) => read.map(|_| ()).map_err(|error| finding(&error, target, Some((schema, name)))),
            Err(_) => Err(Finding::GivenUp { after_ms: milliseconds(EACH) }),
        };
        if read.is_err() {
            // Whatever state it is in, the next dataset gets a clean one.
            self.close().await;
        }
        read
    }

    async fn close(&mut self) {
        if let Some((session, _)) = self.opened.take() {
            session.close().await;
        }
    }
}
