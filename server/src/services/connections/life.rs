//! What becomes of a saved connection: renamed, edited, paused, cut off, removed.

use std::sync::Arc;

use async_trait::async_trait;
use contract::audit::Action;
use contract::fault::{Fault, Field};
use contract::ports;
use contract::team::Actor;
use secrecy::ExposeSecret;
use store::{ConnectionRow, NewState, new_id};

use super::allowance;
use crate::services::audit::{self, Deed};
use crate::services::{Shared, now, place, snapshots, store_fault, team, to_json};

pub(crate) struct ConnectionLife {
    shared: Arc<Shared>,
}

impl ConnectionLife {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// A saved connection of the team.
    async fn saved(&self, actor: &Actor, id: &str) -> Result<ConnectionRow, Fault> {
        let row = place::connection(&self.shared, actor, id).await?;
        if row.is_draft == 1 { Err(Fault::NotFound) } else { Ok(row) }
    }

    /// The same, once its name was typed.
    async fn confirmed(&self, actor: &Actor, id: &str, typed: &str) -> Result<ConnectionRow, Fault> {
        let row = self.saved(actor, id).await?;
        if typed.trim() == row.name { Ok(row) } else { Err(Fault::NameMismatch) }
    }

    async fn wrote(&self, actor: &Actor, action: Action, row: &ConnectionRow) {
        tracing::info!(connection.id = row.id, "{}", action.as_str());
        audit::done(&self.shared, actor, Deed { action, target: &row.id, named: &row.name }).await;
    }
}

#[async_trait]
impl ports::ConnectionLife for ConnectionLife {
    async fn rename(&self, actor: &Actor, id: &str, name: &str) -> ports::Answer<()> {
        let row = self.saved(actor, id).await?;
        let name = team::name(name).ok_or(Fault::FieldInvalid { field: Field::ConnectionName })?;
        let renamed = self.shared.store.connection_rename(&actor.team_id, id, &name).await;
        if renamed.map_err(store_fault)? && name != row.name {
            self.wrote(actor, Action::ConnectionRenamed, &ConnectionRow { name, ..row }).await;
        }
        Ok(())
    }

    async fn edit(&self, actor: &Actor, id: &str) -> ports::Answer<String> {
        let row = self.saved(actor, id).await?;
        let mut draft = resealed(&self.shared, actor, &row);
        // A place that only an admin could name is not for whoever finds it there.
        if draft.credential_id.is_empty()
            && let Err(fault) = allowance::of(&self.shared, actor, &draft).await?
        {
            draft.form_fault = to_json(&fault);
        }
        if !self.shared.store.draft_put_edit(&draft, &row).await.map_err(store_fault)? {
            return Err(Fault::Busy);
        }
        Ok(draft.id)
    }

    async fn pause(&self, actor: &Actor, id: &str, reason: &str) -> ports::Answer<()> {
        let row = self.saved(actor, id).await?;
        let reason: String = reason.trim().chars().filter(|c| !c.is_control()).take(200).collect();
        let paused = NewState { state: "paused", reason: &reason, by: &actor.email, at: now() };
        let set = self.shared.store.connection_state_set(&actor.team_id, id, "live", paused).await;
        if set.map_err(store_fault)? {
            self.wrote(actor, Action::ConnectionPaused, &row).await;
        }
        Ok(())
    }

    async fn resume(&self, actor: &Actor, id: &str) -> ports::Answer<()> {
        let row = self.saved(actor, id).await?;
        let live = NewState { state: "live", reason: "", by: "", at: 0 };
        let set = self.shared.store.connection_state_set(&actor.team_id, id, "paused", live).await;
        if set.map_err(store_fault)? {
            self.wrote(actor, Action::ConnectionResumed, &row).await;
        }
        Ok(())
    }

    async fn disconnect(&self, actor: &Actor, id: &str, confirm: &str) -> ports::Answer<()> {
        let row = self.confirmed(actor, id, confirm).await?;
        let store = &self.shared.store;
        if store.connection_disconnect(&actor.team_id, id, &actor.email, now()).await.map_err(store_fault)? {
            snapshots::sweep_now(&self.shared).await;
            self.wrote(actor, Action::ConnectionDisconnected, &row).await;
        }
        Ok(())
    }

    async fn remove(&self, actor: &Actor, id: &str, confirm: &str) -> ports::Answer<()> {
        let row = self.confirmed(actor, id, confirm).await?;
        if self.shared.store.connection_remove(&actor.team_id, id).await.map_err(store_fault)? {
            snapshots::sweep_now(&self.shared).await;
            self.wrote(actor, Action::ConnectionRemoved, &row).await;
        }
        Ok(())
    }
}

/// A draft that edits the row, with the secret in it sealed anew; one that cannot be opened is typed again. What the
/// team lends stays where it is.
pub(crate) fn resealed(shared: &Shared, actor: &Actor, row: &ConnectionRow) -> ConnectionRow {
    let draft = ConnectionRow {
        id: new_id(),
        author_id: actor.member_id.clone(),
        is_draft: 1,
        replaces_id: row.id.clone(),
        secret: None,
        lent_secret: None,
        created_at: now(),
        updated_at: now(),
        ..row.clone()
    };
    let own = if row.credential_id.is_empty() { place::unseal(shared, row).ok() } else { None };
    let secret = own.map(|password| place::seal(shared, &draft, password.expose_secret()));
    ConnectionRow { secret, ..draft }
}

/// Puts a draft in the place of the connection that it edits.
pub(super) async fn apply(shared: &Shared, actor: &Actor, draft: ConnectionRow) -> Result<String, Fault> {
    let old = place::connection(shared, actor, &draft.replaces_id).await?;
    let sealed_for = ConnectionRow { id: old.id.clone(), ..draft.clone() };
    // A secret that is kept stays with whoever typed it: it is erased when they leave the team.
    let mut typed_by = &draft.author_id;
    let secret = match draft.secret {
        None => None,
        Some(_) => {
            let password = place::unseal(shared, &draft).map_err(|_| Fault::NotFound)?;
            let is_own = old.credential_id.is_empty();
            let is_kept =
                is_own && place::unseal(shared, &old).is_ok_and(|old| old.expose_secret() == password.expose_secret());
            if is_kept {
                typed_by = &old.author_id;
            }
            Some(place::seal(shared, &sealed_for, password.expose_secret()))
        }
    };
    if secret.is_none() && draft.method != "iam" && draft.credential_id.is_empty() {
        return Err(Fault::NotFound);
    }
    if !shared.store.draft_apply(&draft, secret.as_deref(), typed_by, now()).await.map_err(store_fault)? {
        return Err(Fault::NotFound);
    }
    // What was read elsewhere goes; what is refreshed is read anew.
    snapshots::sweep_now(shared).await;
    shared.nudge.notify_one();
    let action = match old.state.as_str() {
        "disconnected" => Action::ConnectionReconnected,
        _ => Action::ConnectionEdited,
    };
    tracing::info!(connection.id = old.id, "{}", action.as_str());
    audit::done(shared, actor, Deed { action, target: &old.id, named: &draft.name }).await;
    Ok(old.id)
}
