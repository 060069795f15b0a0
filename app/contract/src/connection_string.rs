//! Reads a connection string, in every spelling people paste, into its parts.
//!
//! The browser runs this for the live preview and the server for the truth. The string is read once, from an allow
//! list of options, and is never handed on: a driver that reads it differently would be a way around every check
//! (`?host=` and `?hostaddr=` are such ways). No fault quotes a value of the string, because any part of a
//! mistyped string can be the password.

mod authority;
mod keywords;
mod options;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::connection::{Target, TlsMode};
use crate::host::aws_host;
use crate::secret::Secret;

use options::Options;

/// Redshift's default port.
pub const DEFAULT_PORT: u16 = 5439;

/// Long enough for any real string; IAM passwords reach some 2 KB.
pub const MAX_BYTES: usize = 16 * 1024;

/// The part of the string that a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Host,
    User,
    Password,
    Database,
    Options,
}

/// Why a string was refused. Names the part, never its content.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StringFault {
    #[error("nothing to read")]
    Empty,
    #[error("longer than 16 KiB")]
    TooLong,
    #[error("a control character in it")]
    ControlCharacter,
    #[error("the scheme is not one of Redshift's")]
    Scheme,
    #[error("an IAM string")]
    IamString,
    #[error("the part is missing")]
    Missing { part: Part },
    #[error("the part is not valid")]
    Invalid { part: Part },
    #[error("a percent sign that does not start an escape")]
    PercentEncoding { part: Part },
    #[error("a character in the password that has to be percent-encoded")]
    EncodePassword,
    #[error("more than one host")]
    ManyHosts,
    #[error("a Unix socket")]
    Socket,
    #[error("the port is not a number from 1 to 65535")]
    Port,
    #[error("an option that Flitch refuses")]
    OptionRefused { option: RefusedOption },
    #[error("an option that Flitch does not know")]
    OptionUnknown,
    #[error("an option given twice")]
    GivenTwice { part: Part },
    #[error("the TLS mode would allow clear text")]
    TlsModeWeak,
    #[error("the TLS mode is unknown")]
    TlsModeUnknown,
}

pub use options::{RefusedOption, valid_name};

/// Something the reader should know about a string that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// No port was given, so Redshift's default is used.
    DefaultPort,
    /// Time-outs, keep-alives and application names are Flitch's own business.
    OptionsDropped,
    /// `require` encrypts without checking who answers; Flitch checks in full unless told otherwise.
    RequireRaised,
}

/// Everything a string said. Parts it left out are `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionString {
    pub host: String,
    pub port: u16,
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub database: Option<String>,
    pub tls: TlsMode,
    /// The string asked for `require`: encryption without an identity check.
    pub asks_unverified: bool,
    pub notices: Vec<Notice>,
}

/// What the operator's switches change about reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// `sslmode=disable` is taken. Only for samples on loopback.
    pub is_plain_allowed: bool,
}

impl ConnectionString {
    pub fn parse(text: &str, rules: Rules) -> Result<Self, StringFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(StringFault::Empty);
        }
        if text.len() > MAX_BYTES {
            return Err(StringFault::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(StringFault::ControlCharacter);
        }
        let mut options = Options::new(rules);
        let parts = match split_scheme(text)? {
            Spelling::Url(rest) => authority::read_url(rest, &mut options)?,
            Spelling::Jdbc(rest) => authority::read_jdbc(rest, &mut options)?,
            Spelling::Keywords => keywords::read(text, &mut options)?,
            Spelling::Endpoint => authority::read_endpoint(text)?,
        };
        options.finish(parts)
    }

    /// The whole target, once user and database are known from the string or from the fields beside it.
    pub fn target(&self) -> Result<Target, StringFault> {
        let need = |value: &Option<String>, part| value.clone().ok_or(StringFault::Missing { part });
        Ok(Target {
            host: self.host.clone(),
            port: self.port,
            user: need(&self.user, Part::User)?,
            database: need(&self.database, Part::Database)?,
            tls: self.tls,
            iam: None,
        })
    }
}

/// The parts as the spelling's reader found them, before options are merged in.
#[derive(Default)]
struct Parts {
    host: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    password: Option<String>,
    database: Option<String>,
}

enum Spelling<'a> {
    Url(&'a str),
    Jdbc(&'a str),
    Keywords,
    Endpoint,
}

const URL_SCHEMES: &[&str] = &[
    "postgresql",
    "postgres",
    "redshift",
    "redshift+psycopg2",
    "redshift+psycopg2cffi",
    "redshift+redshift_connector",
];

fn split_scheme(text: &str) -> Result<Spelling<'_>, StringFault> {
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("jdbc:redshift:iam:") || lower.starts_with("redshift-iam:") {
        return Err(StringFault::IamString);
    }
    let (prefix, is_jdbc) = if lower.starts_with("jdbc:") { (5, true) } else { (0, false) };
    if let Some(at) = lower.find("://")
        && lower.get(prefix..at).is_some_and(is_scheme_shaped)
    {
        let scheme = &lower[prefix..at];
        let rest = &text[at + 3..];
        return match (is_jdbc, scheme) {
            (true, "redshift" | "postgresql") => Ok(Spelling::Jdbc(rest)),
            (false, scheme) if URL_SCHEMES.contains(&scheme) => Ok(Spelling::Url(rest)),
            _ => Err(StringFault::Scheme),
        };
    }
    if is_jdbc {
        return Err(StringFault::Scheme);
    }
    if keywords::looks_like(text) {
        return Ok(Spelling::Keywords);
    }
    Ok(Spelling::Endpoint)
}

fn is_scheme_shaped(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_'))
}

/// The mode that `require` stands for on this host: in full on AWS's names, and in full elsewhere too unless the
/// person accepted an unverified server.
pub fn tls_of_require(host: &str, accepts_unverified: bool) -> TlsMode {
    if accepts_unverified && aws_host(host).is_none() { TlsMode::Unverified } else { TlsMode::VerifyFull }
}
