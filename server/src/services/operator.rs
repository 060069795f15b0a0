//! What an operator does beside a running server, and the records of it.

use contract::audit::Action;
use contract::refresh::Triggered;
use contract::secret::Secret;
use contract::team::Role;
use store::{NewAudit, Store, StoreError, new_id};
use vault::KeyRing;

use crate::refresher::BY_COMMAND;

use super::{members, now, password, sessions, team};

/// Gives a member a fresh password, ends their sessions, and answers with it; `None` where nobody has the address.
pub async fn reset_password(store: &Store, email: &str) -> Result<Option<String>, StoreError> {
    let Some(member) = store.member_by_email(&email.trim().to_lowercase()).await? else { return Ok(None) };
    let fresh = sessions::fresh();
    let Some(hash) = password::hash(Secret::new(fresh.clone())).await else { return Ok(None) };
    store.member_password_set(&member.id, &hash, "").await?;
    record(store, &member.team_id, Action::PasswordReset, &member.id, &member.email).await?;
    Ok(Some(fresh))
}

/// A team that was made, or invited to: its id, and the path of its admin's invitation.
pub struct Invited {
    pub team_id: String,
    pub path: String,
}

/// Makes a team and the invitation of its first admin; `None` where the name is none.
pub async fn add_team(store: &Store, ring: &KeyRing, name: &str) -> Result<Option<Invited>, StoreError> {
    let Some(name) = team::name(name) else { return Ok(None) };
    let (row, code) = members::invitation(ring, &new_id(), None, Role::Admin);
    store.team_insert_invited(&name, &row).await?;
    record(store, &row.team_id, Action::TeamAdded, &row.team_id, &name).await?;
    Ok(Some(Invited { team_id: row.team_id, path: members::path(&code) }))
}

/// Another admin's invitation, for a team that has nobody who could invite; `None` where there is no such team.
pub async fn invite_admin(store: &Store, ring: &KeyRing, team_id: &str) -> Result<Option<Invited>, StoreError> {
    if !store.team_ids().await?.iter().any(|known| known == team_id) {
        return Ok(None);
    }
    let (row, code) = members::invitation(ring, team_id, None, Role::Admin);
    store.invitation_insert(&row).await?;
    record(store, team_id, Action::MemberInvited, &row.id, Role::Admin.as_str()).await?;
    Ok(Some(Invited { team_id: row.team_id, path: members::path(&code) }))
}

pub(super) async fn record(
    store: &Store,
    team_id: &str,
    action: Action,
    target: &str,
    named: &str,
) -> Result<(), StoreError> {
    let entry =
        NewAudit { team_id, member_id: "", who: "operator", action: action.as_str(), target, named, outcome: "done" };
    store.audit_append(&entry, now()).await
}

/// Asks for a refresh, as another system does that has loaded its data. None where the dataset is not refreshed, or is
/// not there.
pub async fn ask_refresh(store: &Store, dataset_id: &str) -> Result<Option<Triggered>, StoreError> {
    let Some(team_id) = store.dataset_team(dataset_id).await? else { return Ok(None) };
    let asked = super::refreshes::ask_from_outside(store, (&team_id, dataset_id), BY_COMMAND, now()).await?;
    if let Some((_, true)) = asked
        && let Some(dataset) = store.dataset_fetch(&team_id, dataset_id).await?
    {
        let named = format!("{}.{}", dataset.schema_name, dataset.name);
        record(store, &team_id, Action::RefreshAsked, dataset_id, &named).await?;
    }
    Ok(asked.map(|(triggered, _)| triggered))
}
