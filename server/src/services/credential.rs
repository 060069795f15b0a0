//! The team credential: stored, replaced and removed by admins, leaned on by connections.

mod rotation;

use std::sync::Arc;

use async_trait::async_trait;
use contract::audit::Action;
use contract::connection::LastCheck;
use contract::credential::{CredentialView, DataConnections, RotationView};
use contract::fault::Fault;
use contract::ports;
use contract::team::{Actor, Role};
use secrecy::ExposeSecret;
use store::{ConnectionRow, StoreError};

use super::audit::{self, Deed};
use super::{Shared, checks, connections, now, place, snapshots, store_fault};

pub(crate) struct Credential {
    shared: Arc<Shared>,
}

impl Credential {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    async fn view(&self, actor: &Actor, row: ConnectionRow) -> Result<CredentialView, Fault> {
        let store = &self.shared.store;
        let author = store.credential_author(&actor.team_id, &row.author_id).await.map_err(store_fault)?;
        let newest = store.check_newest(&actor.team_id, &row.id).await.map_err(store_fault)?;
        let has_left = author.as_ref().is_none_or(|author| author.removed_at.is_some());
        Ok(CredentialView {
            target: place::target_as_minted(&self.shared, &row).await?,
            set_by: author.filter(|_| !has_left).map(|author| author.email).unwrap_or_default(),
            has_left,
            set_at: row.updated_at,
            last_check: newest.map(|check| LastCheck {
                outcome: checks::outcome(&check.outcome, check.alive_until),
                id: check.id,
                started_at: check.started_at,
            }),
            id: row.id,
            name: row.name,
        })
    }

    async fn stored(&self, actor: &Actor) -> Result<ConnectionRow, Fault> {
        admin(actor)?;
        place::credential(&self.shared, actor).await?.ok_or(Fault::NoTeamCredential)
    }
}

fn admin(actor: &Actor) -> Result<(), Fault> {
    if actor.role == Role::Admin { Ok(()) } else { Err(Fault::NotAdmin) }
}

#[async_trait]
impl ports::Credential for Credential {
    async fn show(&self, actor: &Actor) -> ports::Answer<DataConnections> {
        admin(actor)?;
        let credential = match place::credential(&self.shared, actor).await? {
            Some(row) => Some(self.view(actor, row).await?),
            None => None,
        };
        let rows = self.shared.store.connection_list(&actor.team_id).await.map_err(store_fault)?;
        let connections = rows.into_iter().map(connections::summary).collect();
        Ok(DataConnections { credential, connections, egress: self.shared.egress.clone() })
    }

    async fn edit(&self, actor: &Actor) -> ports::Answer<String> {
        let row = self.stored(actor).await?;
        let draft = connections::resealed(&self.shared, actor, &row);
        if !self.shared.store.draft_put_edit(&draft, &row).await.map_err(store_fault)? {
            return Err(Fault::Busy);
        }
        Ok(draft.id)
    }

    async fn remove(&self, actor: &Actor, confirm: &str) -> ports::Answer<()> {
        let row = self.stored(actor).await?;
        if confirm.trim() != row.name {
            return Err(Fault::NameMismatch);
        }
        let removed = self.shared.store.credential_remove(&actor.team_id, &row.id, &actor.email, now()).await;
        if removed.map_err(store_fault)? {
            snapshots::sweep_now(&self.shared).await;
            wrote(&self.shared, actor, Action::TeamCredentialRemoved, &row).await;
        }
        Ok(())
    }

    async fn rotation_start(&self, actor: &Actor, draft_id: &str) -> ports::Answer<()> {
        let credential = self.stored(actor).await?;
        let draft = self.draft(actor, draft_id).await?;
        rotation::start(&self.shared, actor, credential, draft).await
    }

    async fn rotation(&self, actor: &Actor, draft_id: &str) -> ports::Answer<RotationView> {
        let credential = self.stored(actor).await?;
        let draft = self.draft(actor, draft_id).await?;
        rotation::view(&self.shared, actor, &credential, draft).await
    }
}

impl Credential {
    /// A draft that replaces the credential.
    async fn draft(&self, actor: &Actor, id: &str) -> Result<ConnectionRow, Fault> {
        let row = place::subject(&self.shared, actor, id).await?;
        if row.is_draft == 1 && row.is_credential == 1 && !row.replaces_id.is_empty() {
            return Ok(row);
        }
        Err(Fault::NotFound)
    }
}

async fn wrote(shared: &Shared, actor: &Actor, action: Action, row: &ConnectionRow) {
    tracing::info!(credential.id = row.id, "{}", action.as_str());
    audit::done(shared, actor, Deed { action, target: &row.id, named: &row.name }).await;
}

/// The row as it leans on the credential: it leads where that leads, and has no secret of its own.
pub(crate) fn lent(row: ConnectionRow, credential: ConnectionRow) -> ConnectionRow {
    ConnectionRow {
        host: credential.host,
        port: credential.port,
        database_name: credential.database_name,
        user_name: credential.user_name,
        tls_mode: credential.tls_mode,
        tls_name: credential.tls_name,
        ca_certificate: credential.ca_certificate,
        method: credential.method,
        iam: credential.iam,
        purpose: credential.purpose,
        credential_id: credential.id,
        secret: None,
        ..row
    }
}

/// Makes an admin's draft the team credential, or puts it in the place of the one there is.
pub(crate) async fn save(shared: &Shared, actor: &Actor, draft: ConnectionRow) -> Result<String, Fault> {
    admin(actor)?;
    let store = &shared.store;
    if draft.replaces_id.is_empty() {
        let saved = store.draft_save(&actor.team_id, &actor.member_id, &draft.id, now()).await;
        let saved = saved.map_err(|error| match error {
            StoreError::Exists => Fault::CredentialExists,
            error => store_fault(error),
        })?;
        if !saved {
            return Err(Fault::NotFound);
        }
        wrote(shared, actor, Action::TeamCredentialStored, &draft).await;
        return Ok(draft.id);
    }
    let password = if draft.method == "iam" { None } else { Some(place::unseal(shared, &draft)) };
    let password = password.transpose().map_err(|_| Fault::NotFound)?;
    let sealed_for = ConnectionRow { id: draft.replaces_id.clone(), ..draft.clone() };
    let secret = password.map(|password| place::seal(shared, &sealed_for, password.expose_secret()));
    if !store.credential_replace(&draft, secret.as_deref(), now()).await.map_err(store_fault)? {
        return Err(Fault::DryRunNeeded);
    }
    snapshots::sweep_now(shared).await;
    shared.nudge.notify_one();
    wrote(shared, actor, Action::TeamCredentialReplaced, &sealed_for).await;
    Ok(draft.replaces_id)
}
