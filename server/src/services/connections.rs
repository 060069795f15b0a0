//! Connections and their drafts.

use std::sync::Arc;

use async_trait::async_trait;
use contract::connection::{AddSourceFacts, ConnectionForm, ConnectionSummary, Draft, DraftSaved, LastCheck, Target};
use contract::connection_string::{ConnectionString, Part, StringFault, tls_of_require, valid_name};
use contract::fault::{Fault, Field};
use contract::ports;
use contract::secret::Secret;
use contract::team::Actor;
use store::{ConnectionRow, ConnectionSummaryRow, new_id};

use super::{Shared, checks, now, place, store_fault, team, to_json};

pub(crate) struct Connections {
    shared: Arc<Shared>,
}

/// A form that was understood: where to, and the password, if one was typed.
struct Understood {
    target: Target,
    password: Option<Secret>,
}

impl Connections {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Reads the form. What the string lacks comes from the fields beside it.
    fn understand(&self, form: &ConnectionForm, stored: Option<&ConnectionRow>) -> Result<Understood, Fault> {
        if !form.ca_certificate.trim().is_empty() && !redshift::tls::is_certificate_pem(&form.ca_certificate) {
            return Err(Fault::FieldInvalid { field: Field::CaCertificate });
        }
        if form.tls_name.trim().chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Fault::FieldInvalid { field: Field::TlsName });
        }
        if form.connection_string.is_empty()
            && let Some(row) = stored
            && !row.host.is_empty()
        {
            // The string was given before and only the rest of the form changed.
            let password = Some(form.password.clone()).filter(|password| !password.is_empty());
            return Ok(Understood { target: place::target(row), password });
        }
        let refused = |fault| Fault::ConnectionString { fault };
        let mut read = ConnectionString::parse(form.connection_string.expose(), self.shared.rules).map_err(refused)?;
        complete(&mut read.user, &form.user, Part::User).map_err(refused)?;
        complete(&mut read.database, &form.database, Part::Database).map_err(refused)?;
        if !form.password.is_empty() {
            if read.password.is_some() {
                return Err(refused(StringFault::GivenTwice { part: Part::Password }));
            }
            read.password = Some(form.password.clone());
        }
        let mut target = read.target().map_err(refused)?;
        if read.asks_unverified {
            target.tls = tls_of_require(&target.host, form.accept_unverified);
        }
        if read.password.is_none() {
            return Err(refused(StringFault::Missing { part: Part::Password }));
        }
        Ok(Understood { target, password: read.password })
    }
}

fn complete(slot: &mut Option<String>, field: &str, part: Part) -> Result<(), StringFault> {
    let field = field.trim();
    match slot {
        _ if field.is_empty() => Ok(()),
        Some(known) if known == field => Ok(()),
        Some(_) => Err(StringFault::GivenTwice { part }),
        None => {
            *slot = Some(valid_name(field.to_owned(), part)?);
            Ok(())
        }
    }
}

/// The name a connection has until somebody gives it a better one.
fn default_name(target: &Target) -> String {
    let short = target.host.split('.').next().unwrap_or(&target.host);
    format!("{short} / {}", target.database)
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
            target: place::target(&row),
            is_draft: row.is_draft == 1,
            last_check: newest.map(|check| LastCheck {
                outcome: checks::outcome(&check.outcome, check.alive_until),
                id: check.id,
                started_at: check.started_at,
            }),
            dataset_count: datasets.iter().filter(|dataset| dataset.connection_id == id).count() as u32,
        })
    }

    async fn draft(&self, actor: &Actor, form: ConnectionForm) -> ports::Answer<DraftSaved> {
        let stored = match form.draft.as_str() {
            "" => None,
            id => Some(place::connection(&self.shared, actor, id).await?).filter(|row| row.is_draft == 1),
        };
        let understood = self.understand(&form, stored.as_ref());
        let mut row = ConnectionRow {
            id: stored.as_ref().map_or_else(new_id, |row| row.id.clone()),
            team_id: actor.team_id.clone(),
            author_id: actor.member_id.clone(),
            name: team::name(&form.name).unwrap_or_default(),
            is_draft: 1,
            tls_name: form.tls_name.trim().to_ascii_lowercase(),
            ca_certificate: form.ca_certificate.trim().to_owned(),
            created_at: stored.as_ref().map_or_else(now, |row| row.created_at),
            updated_at: now(),
            ..ConnectionRow::default()
        };
        let mut fault = None;
        match understood {
            Ok(Understood { target, password }) => {
                if row.name.is_empty() {
                    row.name = default_name(&target);
                }
                row.host = target.host;
                row.port = i64::from(target.port);
                row.database_name = target.database;
                row.user_name = target.user;
                row.tls_mode = target.tls.as_str().to_owned();
                let kept = stored.as_ref().filter(|stored| place::purpose(stored) == place::purpose(&row));
                row.secret = match (password, kept) {
                    (Some(password), _) => Some(place::seal(&self.shared, &row, password.expose())),
                    // The same endpoint, user and certificate rule: the sealed password still fits.
                    (None, Some(stored)) => stored.secret.clone(),
                    (None, None) => {
                        fault = Some(Fault::ConnectionString { fault: StringFault::Missing { part: Part::Password } });
                        None
                    }
                };
            }
            Err(refused) => fault = Some(refused),
        }
        row.form_fault = fault.as_ref().map(to_json).unwrap_or_default();
        if !self.shared.store.draft_put(&row).await.map_err(store_fault)? {
            return Err(Fault::NotFound);
        }
        Ok(DraftSaved { id: row.id, fault })
    }

    async fn draft_show(&self, actor: &Actor, id: &str) -> ports::Answer<Draft> {
        let row = place::connection(&self.shared, actor, id).await?;
        if row.is_draft == 0 {
            return Err(Fault::NotFound);
        }
        Ok(Draft {
            target: (!row.host.is_empty()).then(|| place::target(&row)),
            fault: serde_json::from_str(&row.form_fault).ok(),
            id: row.id,
            name: row.name,
            tls_name: row.tls_name,
            ca_certificate: row.ca_certificate,
        })
    }

    async fn save(&self, actor: &Actor, id: &str) -> ports::Answer<()> {
        let row = place::connection(&self.shared, actor, id).await?;
        if row.is_draft == 0 {
            return Ok(());
        }
        let saved = self.shared.store.draft_save(&actor.team_id, &actor.member_id, id, now()).await;
        if !saved.map_err(store_fault)? {
            return Err(Fault::NotFound);
        }
        tracing::info!(connection.id = id, "a connection was saved");
        Ok(())
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
        },
        is_draft: row.is_draft == 1,
        last_check,
        dataset_count: u32::try_from(row.dataset_count).unwrap_or(u32::MAX),
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
