//! Connections and their drafts.

use std::sync::Arc;

use async_trait::async_trait;
use contract::connection::{
    AddSourceFacts, ConnectionForm, ConnectionSummary, Draft, DraftSaved, LastCheck, Target, TlsMode,
};
use contract::connection_string::{ConnectionString, Part, Rules, StringFault, tls_of_require, valid_name};
use contract::fault::{Fault, Field};
use contract::ports;
use contract::secret::Secret;
use contract::team::Actor;
use store::{ConnectionRow, ConnectionSummaryRow, new_id};

use super::{Shared, checks, now, place, store_fault, team, to_json};

pub(crate) struct Connections {
    shared: Arc<Shared>,
}

impl Connections {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

/// Reads the form. What the string lacks comes from the fields beside it.
pub(crate) fn understand(form: &ConnectionForm, rules: Rules) -> (Target, Result<Option<Secret>, Fault>) {
    let mut target =
        Target { host: String::new(), port: 0, database: String::new(), user: String::new(), tls: TlsMode::VerifyFull };
    let password = read(form, rules, &mut target);
    (target, password)
}

/// Fills the target as far as it can be read; the answer is the password, if one was given.
fn read(form: &ConnectionForm, rules: Rules, target: &mut Target) -> Result<Option<Secret>, Fault> {
    let refused = |fault| Fault::ConnectionString { fault };
    let mut read = ConnectionString::parse(form.connection_string.expose(), rules).map_err(refused)?;
    target.host = read.host.clone();
    target.port = read.port;
    target.tls = if read.asks_unverified { tls_of_require(&read.host, form.accept_unverified) } else { read.tls };
    complete(&mut read.user, &form.user, Part::User).map_err(refused)?;
    target.user = read.user.clone().unwrap_or_default();
    complete(&mut read.database, &form.database, Part::Database).map_err(refused)?;
    target.database = read.database.clone().unwrap_or_default();
    read.target().map_err(refused)?;
    if !form.ca_certificate.trim().is_empty() && !redshift::tls::is_certificate_pem(&form.ca_certificate) {
        return Err(Fault::FieldInvalid { field: Field::CaCertificate });
    }
    if form.tls_name.trim().chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Fault::FieldInvalid { field: Field::TlsName });
    }
    match (read.password, form.password.is_empty()) {
        (Some(_), false) => Err(refused(StringFault::GivenTwice { part: Part::Password })),
        (password, true) => Ok(password),
        (None, false) => Ok(Some(form.password.clone())),
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

    async fn draft(&self, actor: &Actor, form: ConnectionForm, keeps_refused: bool) -> ports::Answer<DraftSaved> {
        let stored = match form.draft.as_str() {
            "" => None,
            id => Some(place::connection(&self.shared, actor, id).await?).filter(|row| row.is_draft == 1),
        };
        let (target, password) = understand(&form, self.shared.rules);
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
            created_at: stored.as_ref().map_or_else(now, |row| row.created_at),
            updated_at: now(),
            ..ConnectionRow::default()
        };
        if row.name.is_empty() && password.is_ok() {
            row.name = default_name(&target);
        }
        row.host = target.host;
        row.database_name = target.database;
        row.user_name = target.user;
        row.purpose = place::purpose(&row);
        // The same endpoint, user and certificate rule: the sealed password still fits.
        let kept = stored.filter(|stored| stored.purpose == row.purpose).and_then(|stored| stored.secret);
        let sealed = |password: Secret| place::seal(&self.shared, &row, password.expose());
        let (secret, fault) = match password {
            Err(fault) => (kept, Some(fault)),
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
        Ok(Draft {
            connection_string: if row.host.is_empty() { String::new() } else { target.without_password() },
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
