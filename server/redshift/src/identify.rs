//! Who answered: Redshift, or something that speaks the same protocol.

use crate::error::Error;
use crate::rows::Limits;
use crate::session::Session;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub is_redshift: bool,
    /// `1.0.77467` for Redshift, PostgreSQL's own version text otherwise.
    pub version: String,
    pub is_superuser: bool,
}

/// Redshift reports `padb_version` at sign-in; failing that, its `version()` ends in `Redshift 1.0.n`.
pub async fn identify(session: &Session) -> Result<Identity, Error> {
    let is_superuser = session.report().parameter("is_superuser").as_deref() == Some("on");
    if let Some(version) = session.report().parameter("padb_version") {
        return Ok(Identity { is_redshift: true, version: short(&version), is_superuser });
    }
    let said = session.ask("select version()", 1, Limits::VALUE).await?;
    // Seen on real clusters: a NUL at the end.
    let text = said.text(0, 0).unwrap_or_default().trim_end_matches('\0').to_owned();
    Ok(match text.split_once("Redshift ") {
        Some((_, version)) => Identity { is_redshift: true, version: short(version.trim()), is_superuser },
        None => Identity { is_redshift: false, version: short_version(&text), is_superuser },
    })
}

/// `PostgreSQL 15.18 on x86_64…` without its build.
fn short_version(text: &str) -> String {
    short(text.split(" on ").next().unwrap_or(text))
}

/// Whoever answers may say what it likes.
fn short(text: &str) -> String {
    crate::clean::clean(text.as_bytes(), 80)
}
