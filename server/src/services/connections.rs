//! Connections and their drafts.

mod form;
mod life;

use std::sync::Arc;

use async_trait::async_trait;
use contract::audit::Action;
use contract::aws::{AwsFacts, IamTarget};
use contract::connection::{
    AddSourceFacts, ConnectionForm, ConnectionState, ConnectionSummary, Draft, DraftSaved, LastCheck, Method, Target,
    TlsMode,
};
use contract::connection_string::{Part, StringFault};
use contract::fault::Fault;
use contract::ports;
use contract::secret::Secret;
use contract::team::{Actor, Role};
use store::{ConnectionRow, ConnectionSummaryRow, new_id};

use form::default_name;
pub(crate) use form::{Understood, understand};
pub(crate) use life::ConnectionLife;

use super::audit::Deed;
use super::{Shared, audit, checks, iam, now, place, store_fault, team, to_json};

pub(crate) struct Connections {
    shared: Arc<Shared>,
}

impl Connections {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

impl Connections {
    /// Whether the actor may have credentials minted for this, and sent there. Whoever could aim them at a host of
    /// their own, or have it trusted by an authority of their own, could take them and use them outside Flitch.
    async fn allowed(
        &self,
        actor: &Actor,
        iam: &IamTarget,
        host: &str,
        form: &ConnectionForm,
    ) -> Result<Result<(), Fault>, Fault> {
        let is_own = |text: &str| !text.trim().is_empty();
        let is_aimed = !host.is_empty() && !iam.is_at(host) || is_own(&form.tls_name) || is_own(&form.ca_certificate);
        if is_aimed && actor.role != Role::Admin {
            return Ok(Err(Fault::EndpointForAdmins));
        }
        let may = self.shared.iam.allows(&self.shared, &actor.team_id, iam).await.map_err(store_fault)?;
        Ok(if may { Ok(()) } else { Err(Fault::RoleNeeded) })
    }
}

#[async_trait]
impl ports::Connections for Connections {
    async fn facts(&self, _actor: &Actor) -> ports::Answer<AddSourceFacts> {
        Ok(AddSourceFacts {
            egress: self.shared.egress.clone(),
            sample: self.shared.sample.clone(),
            suggested_password: suggest_password(),
        })
    }

    async fn aws_facts(&self, actor: &Actor) -> ports::Answer<AwsFacts> {
        iam::facts(&self.shared, actor).await
    }

    async fn list(&self, actor: &Actor) -> ports::Answer<Vec<ConnectionSummary>> {
        let rows = self.shared.store.connection_list(&actor.team_id).await.map_err(store_fault)?;
        Ok(rows.into_iter().map(summary).collect())
    }

    async fn show(&self, actor: &Actor, id: &str) -> ports::Answer<ConnectionSummary> {
        let row = place::connection(&self.shared, actor, id).await?;
        let newest = self.shared.store.check_newest(&actor.team_id, id).await.map_err(store_fault)?;
        let datasets = self.shared.store.dataset_list(&actor.team_id).await.map_err(store_fault)?;
        Ok(ConnectionSummary {
            id: row.id.clone(),
            name: row.name.clone(),
            target: place::target_as_minted(&self.shared, &row).await?,
            mints: iam::mints(&self.shared, &row).await?,
            is_draft: row.is_draft == 1,
            state: state(&row.state, &row.state_reason, &row.state_by, row.state_at),
            last_check: newest.map(|check| LastCheck {
                outcome: checks::outcome(&check.outcome, check.alive_until),
                id: check.id,
                started_at: check.started_at,
            }),
            dataset_count: datasets.iter().filter(|dataset| dataset.connection_id == id).count() as u32,
        })
    }

    async fn draft(&self, actor: &Actor, form: ConnectionForm, keeps_refused: bool) -> ports::Answer<DraftSaved> {
        let stored = match form.draft.as_str() {
            "" => None,
            id => Some(place::connection(&self.shared, actor, id).await?).filter(|row| row.is_draft == 1),
        };
        let Understood { target, iam, password } = understand(&form, self.shared.rules);
        let method = Method::from_code(&form.method);
        let mut row = ConnectionRow {
            id: stored.as_ref().map_or_else(new_id, |row| row.id.clone()),
            team_id: actor.team_id.clone(),
            author_id: actor.member_id.clone(),
            name: team::name(&form.name).unwrap_or_default(),
            is_draft: 1,
            port: i64::from(target.port),
            tls_mode: target.tls.as_str().to_owned(),
            tls_name: form.tls_name.trim().to_ascii_lowercase(),
            ca_certificate: form.ca_certificate.trim().to_owned(),
            method: method.as_str().to_owned(),
            iam: if method == Method::Iam { to_json(&iam) } else { String::new() },
            replaces_id: stored.as_ref().map(|row| row.replaces_id.clone()).unwrap_or_default(),
            created_at: stored.as_ref().map_or_else(now, |row| row.created_at),
            updated_at: now(),
            ..ConnectionRow::default()
        };
        if row.name.is_empty() && password.is_ok() {
            row.name = default_name(&target);
        }
        let password = match (&target.iam, password) {
            (Some(iam), Ok(None)) => self.allowed(actor, iam, &target.host, &form).await?.map(|()| None),
            (_, password) => password,
        };
        row.host = target.host;
        row.database_name = target.database;
        row.user_name = target.user;
        row.purpose = place::purpose(&row);
        // The same endpoint, user and certificate rule: the sealed password still fits.
        let kept = stored.filter(|stored| stored.purpose == row.purpose).and_then(|stored| stored.secret);
        let sealed = |password: Secret| place::seal(&self.shared, &row, password.expose());
        let (secret, fault) = match password {
            Err(fault) => (kept, Some(fault)),
            Ok(_) if method == Method::Iam => (None, None),
            Ok(password) => match password.map(sealed).or(kept) {
                Some(secret) => (Some(secret), None),
                None => (None, Some(Fault::ConnectionString { fault: StringFault::Missing { part: Part::Password } })),
            },
        };
        row.secret = secret;
        row.form_fault = fault.as_ref().map(to_json).unwrap_or_default();
        let is_kept = fault.is_none() || keeps_refused;
        if is_kept && !self.shared.store.draft_put(&row).await.map_err(store_fault)? {
            return Err(Fault::NotFound);
        }
        Ok(DraftSaved { id: row.id, fault })
    }

    async fn draft_show(&self, actor: &Actor, id: &str) -> ports::Answer<Draft> {
        let row = place::connection(&self.shared, actor, id).await?;
        if row.is_draft == 0 {
            return Err(Fault::NotFound);
        }
        let target = place::target(&row);
        let method = Method::from_code(&row.method);
        let is_string = method == Method::String && !row.host.is_empty();
        Ok(Draft {
            connection_string: if is_string { target.without_password() } else { String::new() },
            iam: iam::fields(&row.iam),
            method,
            replaces: row.replaces_id,
            user: target.user,
            has_password: row.secret.is_some(),
            accept_unverified: target.tls == TlsMode::Unverified,
            fault: serde_json::from_str(&row.form_fault).ok(),
            id: row.id,
            name: row.name,
            tls_name: row.tls_name,
            ca_certificate: row.ca_certificate,
        })
    }

    async fn save(&self, actor: &Actor, id: &str) -> ports::Answer<String> {
        let row = place::connection(&self.shared, actor, id).await?;
        if row.is_draft == 0 {
            return Ok(row.id);
        }
        if !row.replaces_id.is_empty() {
            return life::apply(&self.shared, actor, row).await;
        }
        let saved = self.shared.store.draft_save(&actor.team_id, &actor.member_id, id, now()).await;
        if !saved.map_err(store_fault)? {
            return Err(Fault::NotFound);
        }
        tracing::info!(connection.id = id, "a connection was saved");
        audit::done(&self.shared, actor, Deed { action: Action::ConnectionSaved, target: id, named: &row.name }).await;
        Ok(row.id)
    }
}

fn summary(row: ConnectionSummaryRow) -> ConnectionSummary {
    let last_check = match (row.check_id, row.check_outcome, row.check_started_at, row.check_alive_until) {
        (Some(id), Some(outcome), Some(started_at), Some(alive_until)) => {
            Some(LastCheck { id, outcome: checks::outcome(&outcome, alive_until), started_at })
        }
        _ => None,
    };
    ConnectionSummary {
        id: row.id,
        name: row.name,
        target: Target {
            host: row.host,
            port: place::port(row.port),
            database: row.database_name,
            user: row.user_name,
            tls: place::tls_mode(&row.tls_mode),
            iam: iam::target(&row.method, &row.iam),
        },
        mints: None,
        is_draft: row.is_draft == 1,
        state: state(&row.state, &row.state_reason, &row.state_by, row.state_at),
        last_check,
        dataset_count: u32::try_from(row.dataset_count).unwrap_or(u32::MAX),
    }
}

fn state(stored: &str, reason: &str, by: &str, since: i64) -> ConnectionState {
    let (by, reason) = (by.to_owned(), reason.to_owned());
    match stored {
        "paused" => ConnectionState::Paused { by, reason, since },
        "disconnected" => ConnectionState::Disconnected { by, since },
        _ => ConnectionState::Live,
    }
}

/// A password that Redshift takes: 24 characters with upper case, lower case and digits, none of `' " \ / @` or
/// space, and nothing that a URL would need escaped.
fn suggest_password() -> String {
    const LETTERS: &[u8; 56] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz2345678";
    loop {
        let password: String = (0..24).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect();
        let has = |test: fn(&char) -> bool| password.chars().any(|c| test(&c));
        if has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit) {
            return password;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggested_passwords_meet_the_rules_and_differ() {
        let first = suggest_password();
        for _ in 0..200 {
            let password = suggest_password();
            assert!((8..=64).contains(&password.len()));
            assert!(!password.contains(['\'', '"', '\\', '/', '@', ' ']));
            assert_ne!(password, first);
        }
    }
}
