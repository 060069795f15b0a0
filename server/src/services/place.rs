//! Between a stored connection and the connector's words: the target, the TLS policy, the sealed secret's place.

use contract::connection::{Target, TlsMode};
use contract::fault::Fault;
use contract::team::{Actor, Role};
use redshift::{Endpoint, Login, Means, TlsPolicy};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use store::ConnectionRow;
use vault::{Binding, OpenError};

use super::{Shared, iam, store_fault};

/// A connection's row, if it is the actor's to see. The team credential is none: nothing is read through it.
pub(crate) async fn connection(shared: &Shared, actor: &Actor, id: &str) -> Result<ConnectionRow, Fault> {
    let row = shared.store.connection_fetch(&actor.team_id, &actor.member_id, id).await.map_err(store_fault)?;
    row.filter(|row| row.is_credential == 0).ok_or(Fault::NotFound)
}

/// What can be checked: a connection or, for an admin, the team credential, saved or as a draft.
pub(crate) async fn subject(shared: &Shared, actor: &Actor, id: &str) -> Result<ConnectionRow, Fault> {
    let row = shared.store.connection_fetch(&actor.team_id, &actor.member_id, id).await.map_err(store_fault)?;
    row.filter(|row| row.is_credential == 0 || actor.role == Role::Admin).ok_or(Fault::NotFound)
}

/// The team's credential, if there is one.
pub(crate) async fn credential(shared: &Shared, actor: &Actor) -> Result<Option<ConnectionRow>, Fault> {
    let store = &shared.store;
    let Some(id) = store.credential_id(&actor.team_id).await.map_err(store_fault)? else { return Ok(None) };
    store.connection_fetch(&actor.team_id, &actor.member_id, &id).await.map_err(store_fault)
}

pub(crate) fn target(row: &ConnectionRow) -> Target {
    let (host, stored_port) =
        if row.host.is_empty() { (&row.found_host, row.found_port) } else { (&row.host, row.port) };
    Target {
        host: host.clone(),
        port: port(stored_port),
        database: row.database_name.clone(),
        user: row.user_name.clone(),
        tls: tls_mode(&row.tls_mode),
        iam: iam::target(&row.method, &row.iam),
    }
}

/// The same, with the user that AWS named last where the AWS identity itself signs in.
pub(crate) async fn target_as_minted(shared: &Shared, row: &ConnectionRow) -> Result<Target, Fault> {
    let mut target = target(row);
    if target.user.is_empty() && target.iam.is_some() {
        let newest = shared.store.mint_newest(&row.team_id, &row.id).await.map_err(store_fault)?;
        target.user = newest.map(|mint| mint.user_name).unwrap_or_default();
    }
    Ok(target)
}

pub(crate) fn port(stored: i64) -> u16 {
    u16::try_from(stored).unwrap_or(0)
}

pub(crate) fn tls_mode(stored: &str) -> TlsMode {
    match stored {
        "verify-ca" => TlsMode::VerifyCa,
        "require" => TlsMode::Unverified,
        "disable" => TlsMode::Disable,
        _ => TlsMode::VerifyFull,
    }
}

/// A digest of everything that decides where a password goes and what a check tests. A stored password opens for
/// this purpose only, so that an edited row cannot send it elsewhere.
pub(crate) fn purpose(row: &ConnectionRow) -> String {
    let port = row.port.to_string();
    let mut hash = Sha256::new();
    let parts =
        [&row.host, &port, &row.database_name, &row.user_name, &row.tls_mode, &row.tls_name, &row.ca_certificate];
    for part in parts.map(String::as_str).into_iter().chain(iam::purpose(row)) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn seal(shared: &Shared, row: &ConnectionRow, password: &str) -> Vec<u8> {
    let purpose = purpose(row);
    shared.ring.seal(&binding(row, &purpose), password.as_bytes())
}

/// The secret that the row signs in with: its own or, where it leans on the team credential, the one lent to it.
pub(crate) fn unseal(shared: &Shared, row: &ConnectionRow) -> Result<SecretString, OpenError> {
    let purpose = purpose(row);
    let (secret, record) = match row.credential_id.as_str() {
        "" => (&row.secret, &row.id),
        _ => (&row.lent_secret, &row.credential_id),
    };
    let sealed = secret.as_deref().ok_or(OpenError::Shape)?;
    shared.ring.open_text(&Binding { record, ..binding(row, &purpose) }, sealed)
}

pub(super) const SEALED_FIELD: &str = "password";

fn binding<'a>(row: &'a ConnectionRow, purpose: &'a str) -> Binding<'a> {
    Binding { team: &row.team_id, record: &row.id, field: SEALED_FIELD, purpose }
}

/// The connector's view of a connection.
pub(crate) struct Way {
    pub means: Means,
    pub endpoint: Endpoint,
    pub tls: TlsPolicy,
    /// A person typed the host; by IAM, AWS may tell it instead.
    pub is_typed: bool,
}

impl Way {
    pub fn of(shared: &Shared, row: &ConnectionRow) -> Self {
        let target = target(row);
        Self {
            means: patient(shared.means.clone(), &target),
            endpoint: Endpoint { host: target.host.clone(), port: target.port },
            is_typed: !row.host.is_empty(),
            tls: tls_policy(&target, &row.tls_name, &row.ca_certificate, shared.extra_ca_pem.clone()),
        }
    }

    /// To a host that AWS told only now. A TLS name that a person typed stays.
    pub fn lead_to(&mut self, host: &str, port: u16) {
        if self.tls.server_name == self.endpoint.host {
            self.tls.server_name = host.to_owned();
        }
        self.endpoint = Endpoint { host: host.to_owned(), port };
    }

    pub fn login(row: &ConnectionRow, password: SecretString) -> Login {
        Login { user: row.user_name.clone(), password, database: row.database_name.clone() }
    }
}

/// Means with patience, where a Serverless workgroup answers.
pub(crate) fn patient(mut means: Means, target: &Target) -> Means {
    if target.is_serverless() {
        means.deadlines = means.deadlines.waking_up();
    }
    means
}

pub(crate) fn tls_policy(target: &Target, name: &str, ca_pem: &str, extra_ca_pem: Option<String>) -> TlsPolicy {
    let some = |text: &str| Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    TlsPolicy {
        mode: match target.tls {
            TlsMode::VerifyFull => redshift::TlsMode::VerifyFull,
            TlsMode::VerifyCa => redshift::TlsMode::VerifyCa,
            TlsMode::Unverified => redshift::TlsMode::Unverified,
            TlsMode::Disable => redshift::TlsMode::Disable,
        },
        server_name: some(name).unwrap_or_else(|| target.host.clone()),
        ca_pem: some(ca_pem),
        extra_ca_pem,
    }
}
