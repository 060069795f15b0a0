//! Signing in: MD5, clear text, and Redshift's SHA-256 digest; then the parameters in Redshift's order.

use std::collections::BTreeMap;

use md5::Md5;
use pgwire::messages::PgWireFrontendMessage as Front;
use pgwire::messages::startup::{Authentication, ParameterStatus};
use sha2::{Digest, Sha256};

use super::link::Link;
use crate::aws::{Ledger, Presented};
use crate::cluster::Shared;
use crate::engine::{DATABASES, REDSHIFT_VERSION};
use crate::users::{AuthMethod, User};

pub(super) struct SignedIn {
    pub user: User,
    pub database: String,
}

/// Start-up parameters that Redshift takes besides user and database.
const KNOWN: [&str; 10] = [
    "client_encoding",
    "application_name",
    "datestyle",
    "timezone",
    "search_path",
    "options",
    "client_protocol_version",
    "driver_version",
    "os_version",
    "plugin_name",
];

/// `None` when the client was refused or left.
pub(super) async fn sign_in(
    link: &mut Link,
    parameters: &BTreeMap<String, String>,
    is_encrypted: bool,
    shared: &Shared,
) -> anyhow::Result<Option<SignedIn>> {
    link.expect_messages();
    let of = |name: &str| parameters.get(name).cloned().unwrap_or_default();
    let (name, database) = (of("user"), parameters.get("database").cloned().unwrap_or_else(|| of("user")));
    if shared.quirks.requires_tls && !is_encrypted {
        let refusal = format!(
            "no pg_hba.conf entry for host \"::ffff:127.0.0.1\", user \"{name}\", database \"{database}\", SSL off"
        );
        return refuse(link, "28000", &refusal).await;
    }
    if shared.quirks.asks_for_token {
        link.put_raw(b'R', &14_i32.to_be_bytes());
        link.flush().await?;
        link.read().await?;
        return Ok(None);
    }
    if Ledger::is_minted(&name) {
        return minted(link, &name, &database, shared, &of("application_name")).await;
    }
    let user = User::find(&name);
    let is_right = match user.map_or(AuthMethod::Md5, |user| user.auth) {
        AuthMethod::Md5 => md5(link, &name, user).await?,
        AuthMethod::ClearText => clear_text(link, user).await?,
        AuthMethod::Sha256 => sha256(link, user).await?,
    };
    let Some(user) = user.filter(|_| is_right) else {
        return refuse(link, "28000", &format!("password authentication failed for user \"{name}\"")).await;
    };
    for (key, value) in parameters {
        let key = key.to_lowercase();
        match key.as_str() {
            "user" | "database" => {}
            "extra_float_digits" if value.parse().is_ok_and(|digits: i32| (-15..=2).contains(&digits)) => {}
            "extra_float_digits" => {
                let refusal =
                    format!("{value} is outside the valid range for parameter \"extra_float_digits\" (-15 .. 2)");
                return refuse(link, "22023", &refusal).await;
            }
            known if KNOWN.contains(&known) || known.starts_with("driver_") || known.starts_with("_pq_") => {}
            key => {
                return refuse(link, "42704", &format!("unrecognized configuration parameter \"{key}\"")).await;
            }
        }
    }
    link.put(&Authentication::Ok)?;
    if !DATABASES.contains(&database.as_str()) {
        return refuse(link, "3D000", &format!("database \"{database}\" does not exist")).await;
    }
    put_parameters(link, user, &of("application_name"), shared)?;
    Ok(Some(SignedIn { user, database }))
}

/// A name that AWS minted: its password is asked for in clear text.
async fn minted(
    link: &mut Link,
    name: &str,
    database: &str,
    shared: &Shared,
    application: &str,
) -> anyhow::Result<Option<SignedIn>> {
    link.put(&Authentication::CleartextPassword)?;
    let password = password(link).await?.unwrap_or_default();
    let user = match shared.cloud.ledger.present(name, &password) {
        Presented::Right(user) => user,
        Presented::NoSuchUser => return refuse(link, "42704", &format!("user \"{name}\" does not exist")).await,
        Presented::Wrong | Presented::Expired => {
            return refuse(link, "28000", &format!("password authentication failed for user \"{name}\"")).await;
        }
    };
    link.put(&Authentication::Ok)?;
    if !DATABASES.contains(&database) {
        return refuse(link, "3D000", &format!("database \"{database}\" does not exist")).await;
    }
    put_parameters(link, user, application, shared)?;
    Ok(Some(SignedIn { user, database: database.to_owned() }))
}

async fn refuse(link: &mut Link, sqlstate: &'static str, message: &str) -> anyhow::Result<Option<SignedIn>> {
    link.fatal(sqlstate, message).await?;
    Ok(None)
}

async fn password(link: &mut Link) -> anyhow::Result<Option<String>> {
    link.flush().await?;
    match link.read().await? {
        Some(Front::PasswordMessageFamily(answer)) => Ok(Some(answer.into_password()?.password)),
        _ => Ok(None),
    }
}

async fn md5(link: &mut Link, name: &str, user: Option<User>) -> anyhow::Result<bool> {
    let salt: [u8; 4] = rand::random();
    link.put(&Authentication::MD5Password(salt.to_vec()))?;
    let answer = password(link).await?;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let expected = user.map(|user| {
        let stored = hex(&Md5::digest(format!("{}{name}", user.password)));
        format!("md5{}", hex(&Md5::new().chain_update(stored).chain_update(salt).finalize()))
    });
    Ok(expected.is_some() && answer == expected)
}

async fn clear_text(link: &mut Link, user: Option<User>) -> anyhow::Result<bool> {
    link.put(&Authentication::CleartextPassword)?;
    let answer = password(link).await?;
    Ok(user.is_some_and(|user| answer.as_deref() == Some(user.password)))
}

/// Request 13, and its answer `d`, which has the tag of CopyData and is decoded as that.
async fn sha256(link: &mut Link, user: Option<User>) -> anyhow::Result<bool> {
    let (salt, nonce): ([u8; 16], [u8; 16]) = (rand::random(), rand::random());
    let mut body = Vec::new();
    body.extend_from_slice(&13_i32.to_be_bytes());
    body.extend_from_slice(&0_i32.to_be_bytes());
    for part in [salt, nonce] {
        body.extend_from_slice(&(part.len() as i32).to_be_bytes());
        body.extend_from_slice(&part);
    }
    link.put_raw(b'R', &body);
    link.flush().await?;
    let (Some(Front::CopyData(answer)), Some(user)) = (link.read().await?, user) else {
        return Ok(false);
    };
    let answer = answer.data;
    let Some((digest, rest)) = part(&answer) else {
        return Ok(false);
    };
    let Some((client_nonce, _)) = part(rest) else {
        return Ok(false);
    };
    let stored = Sha256::new().chain_update(user.password).chain_update(salt).finalize();
    let expected = Sha256::new().chain_update(stored).chain_update(nonce).chain_update(client_nonce).finalize();
    Ok(digest == expected.as_slice())
}

fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(i32::from_be_bytes(*length)).ok()?)
}

/// The names, values and order seen in traces of AWS's JDBC driver; `datestyle` in lower case, as there.
fn put_parameters(link: &mut Link, user: User, application: &str, shared: &Shared) -> anyhow::Result<()> {
    let is_superuser = if user.rank == crate::users::Rank::Superuser { "on" } else { "off" };
    let mut told = vec![
        ("application_name", application),
        ("case_sensitive", "on"),
        ("client_encoding", "UTF8"),
        ("datestyle", "ISO, MDY"),
        ("integer_datetimes", "on"),
        ("is_superuser", is_superuser),
        ("server_encoding", "UNICODE"),
        ("server_version", "8.0.2"),
        ("session_authorization", user.name),
        ("TimeZone", "UTC"),
        ("timezone_abbreviations", "Default"),
    ];
    if shared.quirks.is_redshift && !shared.quirks.hides_version {
        told.extend([
            ("padb_version", REDSHIFT_VERSION),
            ("padb_revision", "0"),
            ("max_numeric_precision", "38"),
            ("max_varchar_size", "65535"),
            ("datashare_enabled", "on"),
            // From 4 on, AWS's drivers list with SHOW.
            ("show_discovery", "4"),
        ]);
    }
    for (name, value) in told {
        link.put(&ParameterStatus::new(name.to_owned(), value.to_owned()))?;
    }
    Ok(())
}
