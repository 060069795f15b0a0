//! The team's people: invited by a link, given roles, removed. And one's own password and sessions.

use std::sync::Arc;

use async_trait::async_trait;
use contract::audit::Action;
use contract::fault::{Fault, Field};
use contract::members::{AcceptForm, InvitationView, Invited, MemberView, MembersView, PasswordForm, SessionView};
use contract::ports;
use contract::team::{Actor, Role, SessionToken};
use store::{InvitationRow, NewTeam, StoreError, new_id};
use vault::{Binding, KeyRing};

use super::audit::{self, Deed};
use super::limits::Limit;
use super::sessions::{Sessions, actor, digest, fresh};
use super::{SECOND, Shared, now, password, snapshots, store_fault, team};

/// An invitation opens for this long.
const AGE: i64 = 7 * 24 * 60 * 60 * SECOND;

pub(crate) struct Members {
    shared: Arc<Shared>,
    sessions: Arc<Sessions>,
    tries: Limit<String>,
}

impl Members {
    pub fn new(shared: Arc<Shared>, sessions: Arc<Sessions>) -> Self {
        Self { shared, sessions, tries: Limit::new(20, std::time::Duration::from_secs(60)) }
    }

    /// The address and role of a member of the actor's team.
    async fn member(&self, actor: &Actor, member_id: &str) -> Result<(String, Role), Fault> {
        let members = self.shared.store.member_list(&actor.team_id).await.map_err(store_fault)?;
        let found = members.into_iter().find(|member| member.id == member_id);
        found.map(|member| (member.email, Role::from_code(&member.role))).ok_or(Fault::NotFound)
    }

    fn link(&self, row: &InvitationRow) -> Option<String> {
        let code = self.shared.ring.open_bytes(&binding(row), &row.code).ok()?;
        Some(self.shared.origin.clone() + &path(std::str::from_utf8(&code).ok()?))
    }
}

/// A fresh invitation, by a member or by the operator, and its code.
pub(super) fn invitation(ring: &KeyRing, team_id: &str, by: Option<&str>, role: Role) -> (InvitationRow, String) {
    let code = fresh();
    let mut row = InvitationRow {
        id: new_id(),
        team_id: team_id.to_owned(),
        role: role.as_str().to_owned(),
        code_hash: digest(&code),
        code: Vec::new(),
        created_by: by.map(str::to_owned),
        created_at: now(),
        expires_at: now() + AGE,
    };
    row.code = ring.seal(&binding(&row), code.as_bytes());
    (row, code)
}

/// Where an invitation opens.
pub(super) fn path(code: &str) -> String {
    format!("/invitations/{code}")
}

pub(super) const SEALED_FIELD: &str = "invitation";

fn binding(row: &InvitationRow) -> Binding<'_> {
    Binding { team: &row.team_id, record: &row.id, field: SEALED_FIELD, purpose: &row.role }
}

fn admin(actor: &Actor) -> Result<(), Fault> {
    if actor.role == Role::Admin { Ok(()) } else { Err(Fault::NotAdmin) }
}

#[async_trait]
impl ports::Members for Members {
    async fn list(&self, actor: &Actor) -> ports::Answer<MembersView> {
        admin(actor)?;
        let store = &self.shared.store;
        let members = store.member_list(&actor.team_id).await.map_err(store_fault)?;
        let invitations = store.invitation_list(&actor.team_id, now()).await.map_err(store_fault)?;
        let member = |row: store::MemberRow| MemberView {
            is_self: row.id == actor.member_id,
            role: Role::from_code(&row.role),
            id: row.id,
            email: row.email,
        };
        let invitation = |row: InvitationRow| {
            let (link, role) = (self.link(&row)?, Role::from_code(&row.role));
            Some(InvitationView { id: row.id, role, link, expires_at: row.expires_at })
        };
        Ok(MembersView {
            members: members.into_iter().map(member).collect(),
            invitations: invitations.into_iter().filter_map(invitation).collect(),
        })
    }

    async fn invite(&self, actor: &Actor, role: Role) -> ports::Answer<()> {
        admin(actor)?;
        let (row, _) = invitation(&self.shared.ring, &actor.team_id, Some(&actor.member_id), role);
        self.shared.store.invitation_insert(&row).await.map_err(store_fault)?;
        let deed = Deed { action: Action::MemberInvited, target: &row.id, named: role.as_str() };
        audit::done(&self.shared, actor, deed).await;
        Ok(())
    }

    async fn revoke(&self, actor: &Actor, invitation_id: &str) -> ports::Answer<()> {
        admin(actor)?;
        let store = &self.shared.store;
        if !store.invitation_revoke(&actor.team_id, invitation_id, now()).await.map_err(store_fault)? {
            return Err(Fault::NotFound);
        }
        let deed = Deed { action: Action::InvitationRevoked, target: invitation_id, named: "" };
        audit::done(&self.shared, actor, deed).await;
        Ok(())
    }

    async fn set_role(&self, actor: &Actor, member_id: &str, role: Role) -> ports::Answer<()> {
        admin(actor)?;
        let (email, now_is) = self.member(actor, member_id).await?;
        if now_is == role {
            return Ok(());
        }
        let store = &self.shared.store;
        if !store.member_role_set(&actor.team_id, member_id, role.as_str(), now()).await.map_err(store_fault)? {
            return Err(Fault::LastAdmin);
        }
        let named = format!("{email}: {}", role.as_str());
        audit::done(&self.shared, actor, Deed { action: Action::RoleChanged, target: member_id, named: &named }).await;
        Ok(())
    }

    async fn remove(&self, actor: &Actor, member_id: &str) -> ports::Answer<()> {
        admin(actor)?;
        let (email, _) = self.member(actor, member_id).await?;
        let store = &self.shared.store;
        if !store.member_remove(&actor.team_id, member_id, &actor.email, now()).await.map_err(store_fault)? {
            return Err(Fault::LastAdmin);
        }
        snapshots::sweep_now(&self.shared).await;
        audit::done(&self.shared, actor, Deed { action: Action::MemberRemoved, target: member_id, named: &email })
            .await;
        Ok(())
    }

    async fn invited(&self, code: &str) -> ports::Answer<Invited> {
        let store = &self.shared.store;
        let row = store.invitation_by_code(&digest(code), now()).await.map_err(store_fault)?;
        let row = row.ok_or(Fault::InvitationOver)?;
        let team_name = store.team_name(&row.team_id).await.map_err(store_fault)?;
        Ok(Invited { team_name, role: Role::from_code(&row.role) })
    }

    async fn accept(&self, form: AcceptForm, client: &str) -> ports::Answer<SessionToken> {
        self.tries.take(&client.to_owned())?;
        let store = &self.shared.store;
        let row = store.invitation_by_code(&digest(form.code.expose()), now()).await.map_err(store_fault)?;
        let row = row.ok_or(Fault::InvitationOver)?;
        let email = team::email(&form.email).ok_or(Fault::FieldInvalid { field: Field::Email })?;
        let hash = password::judged_and_hashed(form.password).await?;
        let member_id = new_id();
        let new = NewTeam {
            team_id: &row.team_id,
            team_name: "",
            member_id: &member_id,
            email: &email,
            password_hash: &hash,
        };
        let used = store.invitation_use(&row.id, &new, &row.role, now()).await.map_err(|error| match error {
            StoreError::Exists => Fault::EmailTaken,
            error => store_fault(error),
        })?;
        if !used {
            return Err(Fault::InvitationOver);
        }
        let member = store.member_by_email(&email).await.map_err(store_fault)?.ok_or(Fault::NotFound)?;
        let joined = actor(member);
        audit::done(&self.shared, &joined, Deed { action: Action::MemberJoined, target: &member_id, named: "" }).await;
        self.sessions.begin(&member_id).await
    }
}

pub(crate) struct Profile {
    shared: Arc<Shared>,
    sessions: Arc<Sessions>,
    tries: Limit<String>,
}

impl Profile {
    pub fn new(shared: Arc<Shared>, sessions: Arc<Sessions>) -> Self {
        Self { shared, sessions, tries: Limit::new(10, std::time::Duration::from_secs(60)) }
    }
}

#[async_trait]
impl ports::Profile for Profile {
    async fn sessions(&self, actor: &Actor, token: &str) -> ports::Answer<Vec<SessionView>> {
        let rows = self.shared.store.session_list(&actor.member_id).await.map_err(store_fault)?;
        let own = digest(token);
        let view = |row: store::SessionRow| SessionView {
            is_current: row.token_hash == own,
            created_at: row.created_at,
            seen_at: row.seen_at,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    async fn end_others(&self, actor: &Actor, token: &str) -> ports::Answer<()> {
        self.shared.store.session_end_others(&actor.member_id, &digest(token)).await.map_err(store_fault)?;
        let deed = Deed { action: Action::SessionsEnded, target: &actor.member_id, named: "" };
        audit::done(&self.shared, actor, deed).await;
        Ok(())
    }

    async fn change_password(&self, actor: &Actor, form: PasswordForm, token: &str) -> ports::Answer<SessionToken> {
        self.tries.take(&actor.member_id)?;
        let store = &self.shared.store;
        let member = store.member_by_email(&actor.email).await.map_err(store_fault)?.ok_or(Fault::NotFound)?;
        if !password::verify(form.current, Some(member.password_hash)).await {
            return Err(Fault::WrongPassword);
        }
        let hash = password::judged_and_hashed(form.new).await?;
        store.member_password_set(&actor.member_id, &hash, "").await.map_err(store_fault)?;
        store.session_delete(&digest(token)).await.map_err(store_fault)?;
        let deed = Deed { action: Action::PasswordChanged, target: &actor.member_id, named: "" };
        audit::done(&self.shared, actor, deed).await;
        self.sessions.begin(&actor.member_id).await
    }
}
