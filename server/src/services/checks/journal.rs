//! Where a check writes what it finds: the store, so that every page and every server shows the same, or a terminal.

use std::sync::Arc;

use async_trait::async_trait;
use contract::check::{CheckOutcome, StageView};
use contract::connection::Target;
use redshift::catalog::Catalog;
use redshift::session::Session;
use store::{ConnectionRow, Found, StageRow, StoreError};

use super::rights::Rights;
use super::{LEASE, code};
use crate::services::datasets::{catalog_rows, learn_columns};
use crate::services::{Shared, log_failure, now, to_json};

#[async_trait]
pub trait Journal: Send + Sync {
    /// A stage as it is now.
    async fn stage(&self, stage: &StageView);
    /// The check goes on; called each second.
    async fn alive(&self);
    async fn end(&self, outcome: CheckOutcome, duration_us: i64);
    /// By IAM: AWS told where the cluster is.
    async fn found(&self, _: &Target, _admin: &str) {}
    /// What there is to read, as the check saw it.
    async fn catalog(&self, _: &Catalog, _: &Rights) {}
    /// The check is over, and this is left of it.
    async fn rest(&self, session: Session, _is_redshift: bool) {
        session.close().await;
    }
}

pub(super) struct StoreJournal {
    pub shared: Arc<Shared>,
    pub check_id: String,
    pub connection: ConnectionRow,
}

#[async_trait]
impl Journal for StoreJournal {
    async fn stage(&self, stage: &StageView) {
        let row = StageRow {
            stage: code(&stage.stage),
            state: code(&stage.state),
            findings: to_json(&stage.findings),
            duration_us: stage.duration_us.and_then(|us| i64::try_from(us).ok()),
        };
        report(self.shared.store.check_stage_update(&self.check_id, &row).await);
    }

    async fn alive(&self) {
        // A missed renewal is caught up by the next one.
        let _ = self.shared.store.check_renew(&self.check_id, now() + LEASE).await;
    }

    async fn end(&self, outcome: CheckOutcome, duration_us: i64) {
        let store = &self.shared.store;
        if matches!(outcome, CheckOutcome::Passed | CheckOutcome::Warned) {
            let now = self.shared.clock.now();
            report(store.refresh_let_in(&self.check_id, now - duration_us, now).await.map(|_| ()));
            self.shared.nudge.notify_one();
        }
        report(store.check_finish(&self.check_id, &code(&outcome), duration_us).await);
    }

    /// The check's page shows it, and queries go there.
    async fn found(&self, target: &Target, admin: &str) {
        let ConnectionRow { id, purpose, .. } = &self.connection;
        let store = &self.shared.store;
        report(store.check_target_update(&self.check_id, &to_json(target)).await);
        let found = Found { host: &target.host, port: i64::from(target.port), admin };
        report(store.connection_found(id, purpose, found).await);
    }

    /// Serves the picker too, so that it opens at once.
    async fn catalog(&self, catalog: &Catalog, rights: &Rights) {
        // Nothing is picked from the team credential itself.
        if self.connection.is_credential == 1 {
            return;
        }
        let (schemas, objects) = catalog_rows(catalog, rights);
        let (id, purpose) = (&self.connection.id, &self.connection.purpose);
        let saved = self.shared.store.catalog_replace(id, purpose, &schemas, &objects, catalog.is_cut, now()).await;
        if let Err(error) = saved {
            log_failure("a catalog could not be kept", &error);
        }
    }

    /// Columns are no part of the check: nobody waits for them.
    async fn rest(&self, session: Session, is_redshift: bool) {
        if self.connection.is_credential == 1 {
            return session.close().await;
        }
        let (shared, connection) = (Arc::clone(&self.shared), self.connection.clone());
        tokio::spawn(async move {
            learn_columns(&shared, &connection, &session, is_redshift).await;
            session.close().await;
        });
    }
}

/// A check whose progress cannot be written runs out of its lease and shows as interrupted.
fn report(outcome: Result<(), StoreError>) {
    if let Err(error) = outcome {
        log_failure("a check's progress could not be written", &error);
    }
}
