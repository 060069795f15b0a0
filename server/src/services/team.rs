//! The team: made once, on first start.

use std::sync::Arc;

use async_trait::async_trait;
use contract::audit::Action;
use contract::fault::{Fault, Field};
use contract::ports;
use contract::team::{Actor, Role, SessionToken, WelcomeForm};
use store::{NewTeam, StoreError, new_id};

use super::audit::{self, Deed};
use super::limits::Limit;
use super::sessions::Sessions;
use super::{Shared, now, password, store_fault};

pub(crate) struct Team {
    shared: Arc<Shared>,
    sessions: Arc<Sessions>,
    tries: Limit<String>,
}

impl Team {
    pub fn new(shared: Arc<Shared>, sessions: Arc<Sessions>) -> Self {
        Self { shared, sessions, tries: Limit::new(10, std::time::Duration::from_secs(60)) }
    }
}

#[async_trait]
impl ports::Team for Team {
    async fn is_new(&self) -> ports::Answer<bool> {
        Ok(self.shared.store.team_count().await.map_err(store_fault)? == 0)
    }

    async fn found(&self, form: WelcomeForm, client: &str) -> ports::Answer<SessionToken> {
        if !self.is_new().await? {
            return Err(Fault::AlreadySetUp);
        }
        self.tries.take(&client.to_owned())?;
        if !self.shared.setup_code.is_right(form.setup_code.expose()) {
            return Err(Fault::WrongSetupCode);
        }
        let team_name = name(&form.team_name).ok_or(Fault::FieldMissing { field: Field::TeamName })?;
        let email = email(&form.email).ok_or(Fault::FieldInvalid { field: Field::Email })?;
        let hash = password::judged_and_hashed(form.password).await?;
        let (team_id, member_id) = (new_id(), new_id());
        let new = NewTeam {
            team_id: &team_id,
            team_name: &team_name,
            member_id: &member_id,
            email: &email,
            password_hash: &hash,
        };
        self.shared.store.team_insert_first(&new, now()).await.map_err(|error| match error {
            StoreError::Exists => Fault::AlreadySetUp,
            error => store_fault(error),
        })?;
        self.shared.setup_code.used();
        tracing::info!(team.id = team_id, "the team was founded");
        let (role, named) = (Role::Admin, team_name.clone());
        let founder = Actor {
            member_id: member_id.clone(),
            team_id: team_id.clone(),
            team_name: named,
            email: email.clone(),
            role,
        };
        let deed = Deed { action: Action::TeamFounded, target: &team_id, named: &team_name };
        audit::done(&self.shared, &founder, deed).await;
        self.sessions.begin(&member_id).await
    }
}

/// A name for showing: trimmed, not empty, at most 80 characters, no control characters.
pub(crate) fn name(text: &str) -> Option<String> {
    let name = text.trim();
    let is_good = !name.is_empty() && name.chars().count() <= 80 && !name.chars().any(char::is_control);
    is_good.then(|| name.to_owned())
}

/// An e-mail address in lower case. Only its shape is checked: no mail is sent.
pub(crate) fn email(text: &str) -> Option<String> {
    let email = text.trim().to_lowercase();
    let (person, host) = email.rsplit_once('@')?;
    let is_good = !person.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control() || c == '@' && person.contains('@'));
    is_good.then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_by_shape() {
        assert_eq!(email(" Ann@Example.ORG "), Some("ann@example.org".to_owned()));
        for bad in ["", "ann", "ann@", "@example.org", "ann@example", "a b@example.org", "a@b@example.org", "a@.org."] {
            assert_eq!(email(bad), None, "{bad}");
        }
    }
}
