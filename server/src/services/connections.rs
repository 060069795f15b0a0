//! Connections and their drafts.

mod allowance;
mod form;
mod life;
mod suggestion;

use std::sync::Arc;

use async_trait::async_trait;
use contract::audit::Action;
use contract::aws::AwsFacts;
use contract::connection::{
    AddSourceFacts, ConnectionForm, ConnectionState, ConnectionSummary, CutOff, Draft, DraftSaved, LastCheck, Method,
    Target, TlsMode,
};
use contract::connection_string::{Part, StringFault};
use contract::fault::{Fault, Field};
use contract::ports;
use contract::secret::Secret;
use contract::team::{Actor, Role};
use store::{ConnectionRow, ConnectionSummaryRow, new_id};

pub(crate) use allowance::of_draft;
use form::default_name;
pub(crate) use form::{Understood, understand};
pub(crate) use life::{ConnectionLife, resealed};
use suggestion::suggest_password;

use super::audit::Deed;
use super::{Shared, audit, checks, credential, iam, now, place, store_fault, team, to_json};

pub(crate) struct Connections {
    shared: Arc<Shared>,
}

impl Connections {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

impl Connections {
    /// A draft that signs in with the team credential. It leads where that leads, whatever else was posted.
    async fn leaning(&self, actor: &Actor, fresh: ConnectionRow) -> Result<(ConnectionRow, Option<Fault>), Fault> {
        let credential = place::credential(&self.shared, actor).await?.ok_or(Fault::NoTeamCredential)?;
        let mut row = credential::lent(fresh, credential);
        if row.name.is_empty() {
            row.name = default_name(&place::target(&row));
        }
        Ok((row, None))
    }

    /// A draft with its own way in, and what keeps it from being tested.
    async fn own(
        &self,
        actor: &Actor,
        fresh: ConnectionRow,
        method: Method,
        form: &ConnectionForm,
        stored: Option<ConnectionRow>,
    ) -> Result<(ConnectionRow, Option<Fault>), Fault> {
        let Understood { target, iam, password } = understand(form, self.shared.rules);
        let mut row = ConnectionRow {
            port: i64::from(target.port),
            tls_mode: target.tls.as_str().to_owned(),
            tls_name: form.tls_name.trim().to_ascii_lowercase(),
            ca_certificate: form.ca_certificate.trim().to_owned(),
            method: if method == Method::Iam { method } else { Method::String }.as_str().to_owned(),
            iam: if method == Method::Iam { to_json(&iam) } else { String::new() },
            ..fresh
        };
        if row.name.is_empty() && password.is_ok() {
            row.name = default_name(&target);
        }
        row.host = target.host.clone();
        row.database_name = target.database;
        row.user_name = target.user;
        row.purpose = place::purpose(&row);
        let password = match (&target.iam, password) {
            (Some(_), Ok(None)) => allowance::of(&self.shared, actor, &row).await?.map(|()| None),
            (_, password) => password,
        };
        // The same endpoint, user and certificate rule: the sealed password still fits. What the team lends does not
        // become the connection's own.
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
        Ok((row, fault))
    }
}

#[async_trait]
impl ports::Connections for Connections {
    async fn facts(&self, actor: &Actor) -> ports::Answer<AddSourceFacts> {
        let credential = place::credential(&self.shared, actor).await?;
        Ok(AddSourceFacts {
            credential: credential.as_ref().map(place::target),
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
            is_team: !row.credential_id.is_empty(),
            dataset_count: datasets.iter().filter(|dataset| dataset.connection_id == id).count() as u32,
        })
    }

    async fn draft(&self, actor: &Actor, form: ConnectionForm, keeps_refused: bool) -> ports::Answer<DraftSaved> {
        let stored = match form.draft.as_str() {
            "" => None,
            id => Some(place::subject(&self.shared, actor, id).await?).filter(|row| row.is_draft == 1),
        };
        let is_again = stored.is_some();
        let fresh = ConnectionRow {
            id: stored.as_ref().map_or_else(new_id, |row| row.id.clone()),
            team_id: actor.team_id.clone(),
            author_id: actor.member_id.clone(),
            name: team::name(&form.name).unwrap_or_default(),
            is_draft: 1,
            is_credential: stored.as_ref().map_or(i64::from(form.is_credential), |row| row.is_credential),
            replaces_id: stored.as_ref().map(|row| row.replaces_id.clone()).unwrap_or_default(),
            created_at: stored.as_ref().map_or_else(now, |row| row.created_at),
            updated_at: now(),
            ..ConnectionRow::default()
        };
        if fresh.is_credential == 1 && actor.role != Role::Admin {
            return Err(Fault::NotAdmin);
        }
        let is_name_bad = fresh.name.is_empty() && !form.name.trim().is_empty();
        // The credential itself cannot lean on the credential.
        let (mut row, mut fault) = match Method::from_code(&form.method) {
            Method::Team if fresh.is_credential == 0 => self.leaning(actor, fresh).await?,
            method => self.own(actor, fresh, method, &form, stored).await?,
        };
        if is_name_bad && fault.is_none() {
            let bad = Fault::FieldInvalid { field: Field::ConnectionName };
            row.form_fault = to_json(&bad);
            fault = Some(bad);
        }
        if fault.is_none() || keeps_refused {
            let store = &self.shared.store;
            let put = if is_again { store.draft_put_again(&row).await } else { store.draft_put(&row).await };
            if !put.map_err(store_fault)? {
                return Err(Fault::NotFound);
            }
        }
        Ok(DraftSaved { id: row.id, fault })
    }

    async fn draft_show(&self, actor: &Actor, id: &str) -> ports::Answer<Draft> {
        let row = place::subject(&self.shared, actor, id).await?;
        if row.is_draft == 0 {
            return Err(Fault::NotFound);
        }
        let target = place::target(&row);
        let own = Method::from_code(&row.method);
        let is_string = own == Method::String && !row.host.is_empty();
        let method = if row.credential_id.is_empty() { own } else { Method::Team };
        Ok(Draft {
            is_credential: row.is_credential == 1,
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
        let row = place::subject(&self.shared, actor, id).await?;
        if row.is_draft == 0 {
            return Ok(row.id);
        }
        allowance::of_draft(&self.shared, actor, &row).await?;
        if row.is_credential == 1 {
            return credential::save(&self.shared, actor, row).await;
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

pub(crate) fn summary(row: ConnectionSummaryRow) -> ConnectionSummary {
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
        is_team: !row.credential_id.is_empty(),
    }
}

fn state(stored: &str, reason: &str, by: &str, since: i64) -> ConnectionState {
    let (by, reason) = (by.to_owned(), reason.to_owned());
    match stored {
        "paused" => ConnectionState::Paused { by, reason, since },
        "disconnected" => {
            let why = match reason.as_str() {
                "credential_removed" => CutOff::CredentialRemoved,
                "member_removed" => CutOff::MemberRemoved,
                _ => CutOff::ByHand,
            };
            ConnectionState::Disconnected { by, why, since }
        }
        _ => ConnectionState::Live,
    }
}
