//! The allow list of options. Everything else is refused by name: an option of a driver is code by another name.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::{ConnectionString, DEFAULT_PORT, Notice, Part, Parts, Rules, StringFault};
use crate::connection::TlsMode;
use crate::secret::Secret;

/// Options that people do paste and that Flitch refuses, so that the refusal can say which. The list is closed,
/// because an unknown key can be a piece of a password with an `&` in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RefusedOption {
    Host,
    HostAddr,
    Port,
    SslRootCert,
    SslCert,
    SslKey,
    SslKeyLogFile,
    SslNegotiation,
    Service,
    PassFile,
    Options,
    Replication,
    TargetSessionAttrs,
    GssEncMode,
    KrbSrvName,
    SocketFactory,
    SslFactory,
    PluginName,
    Iam,
    AccessKeyId,
    SecretAccessKey,
    SessionToken,
    CurrentSchema,
}

impl RefusedOption {
    const ALL: [(Self, &'static str); 23] = [
        (Self::Host, "host"),
        (Self::HostAddr, "hostaddr"),
        (Self::Port, "port"),
        (Self::SslRootCert, "sslrootcert"),
        (Self::SslCert, "sslcert"),
        (Self::SslKey, "sslkey"),
        (Self::SslKeyLogFile, "sslkeylogfile"),
        (Self::SslNegotiation, "sslnegotiation"),
        (Self::Service, "service"),
        (Self::PassFile, "passfile"),
        (Self::Options, "options"),
        (Self::Replication, "replication"),
        (Self::TargetSessionAttrs, "target_session_attrs"),
        (Self::GssEncMode, "gssencmode"),
        (Self::KrbSrvName, "krbsrvname"),
        (Self::SocketFactory, "socketfactory"),
        (Self::SslFactory, "sslfactory"),
        (Self::PluginName, "plugin_name"),
        (Self::Iam, "iam"),
        (Self::AccessKeyId, "accesskeyid"),
        (Self::SecretAccessKey, "secretaccesskey"),
        (Self::SessionToken, "sessiontoken"),
        (Self::CurrentSchema, "currentschema"),
    ];

    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(option, _)| *option == self).map_or("", |(_, name)| name)
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(option, _)| *option)
    }
}

/// Harmless options: our own limits, keep-alives and name apply whatever they say.
const DROPPED: &[&str] = &[
    "application_name",
    "applicationname",
    "connect_timeout",
    "connecttimeout",
    "defaultrowfetchsize",
    "fallback_application_name",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "logintimeout",
    "readonly",
    "readonlymode",
    "sockettimeout",
    "tcp_user_timeout",
    "tcpkeepalive",
];

pub(super) struct Options {
    rules: Rules,
    seen: HashSet<String>,
    user: Option<String>,
    password: Option<String>,
    tls: Option<TlsWord>,
    has_dropped: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum TlsWord {
    Disable,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Options {
    pub(super) fn new(rules: Rules) -> Self {
        Self { rules, seen: HashSet::new(), user: None, password: None, tls: None, has_dropped: false }
    }

    /// Takes one option, or says why not.
    pub(super) fn take(&mut self, key: &str, value: &str) -> Result<(), StringFault> {
        let key = key.trim().to_ascii_lowercase();
        match key.as_str() {
            "sslmode" => self.once("sslmode", Part::Options).and_then(|()| self.take_tls(value)),
            "ssl" => self.once("ssl", Part::Options).and_then(|()| self.take_ssl(value)),
            "user" | "uid" => {
                self.once("user", Part::User)?;
                self.user = Some(valid_name(value.to_owned(), Part::User)?);
                Ok(())
            }
            "password" | "pwd" => {
                self.once("password", Part::Password)?;
                self.password = Some(value.to_owned());
                Ok(())
            }
            name if DROPPED.contains(&name) => {
                self.has_dropped = true;
                self.once(name, Part::Options)
            }
            name => match RefusedOption::from_name(name) {
                Some(option) => Err(StringFault::OptionRefused { option }),
                None => Err(StringFault::OptionUnknown),
            },
        }
    }

    fn once(&mut self, key: &str, part: Part) -> Result<(), StringFault> {
        if self.seen.insert(key.to_owned()) { Ok(()) } else { Err(StringFault::GivenTwice { part }) }
    }

    fn take_tls(&mut self, value: &str) -> Result<(), StringFault> {
        self.tls = Some(match value.to_ascii_lowercase().as_str() {
            "disable" if self.rules.is_plain_allowed => TlsWord::Disable,
            "disable" | "allow" | "prefer" => return Err(StringFault::TlsModeWeak),
            "require" => TlsWord::Require,
            "verify-ca" => TlsWord::VerifyCa,
            "verify-full" => TlsWord::VerifyFull,
            _ => return Err(StringFault::TlsModeUnknown),
        });
        Ok(())
    }

    /// JDBC's `ssl=true`. AWS's driver then checks the chain only; Flitch checks the name too.
    fn take_ssl(&mut self, value: &str) -> Result<(), StringFault> {
        match value.to_ascii_lowercase().as_str() {
            "true" | "1" | "" => Ok(()),
            _ => Err(StringFault::TlsModeWeak),
        }
    }

    pub(super) fn finish(self, parts: Parts) -> Result<ConnectionString, StringFault> {
        let host = parts.host.ok_or(StringFault::Missing { part: Part::Host })?;
        let user = one_of(parts.user, self.user, Part::User)?;
        let password = one_of(parts.password, self.password, Part::Password)?;
        let mut notices = Vec::new();
        if parts.port.is_none() {
            notices.push(Notice::DefaultPort);
        }
        if self.has_dropped {
            notices.push(Notice::OptionsDropped);
        }
        if self.tls == Some(TlsWord::Require) {
            notices.push(Notice::RequireRaised);
        }
        Ok(ConnectionString {
            host,
            port: parts.port.unwrap_or(DEFAULT_PORT),
            user,
            password: password.filter(|password| !password.is_empty()).map(Secret::new),
            database: parts.database,
            tls: match self.tls {
                Some(TlsWord::Disable) => TlsMode::Disable,
                Some(TlsWord::VerifyCa) => TlsMode::VerifyCa,
                Some(TlsWord::VerifyFull | TlsWord::Require) | None => TlsMode::VerifyFull,
            },
            asks_unverified: self.tls == Some(TlsWord::Require),
            notices,
        })
    }
}

/// A value given in one place only: two places would be two answers to "who".
fn one_of(first: Option<String>, second: Option<String>, part: Part) -> Result<Option<String>, StringFault> {
    match (first, second) {
        (Some(_), Some(_)) => Err(StringFault::GivenTwice { part }),
        (first, second) => Ok(first.or(second)),
    }
}

/// A user or database name: text of at most 127 bytes, Redshift's limit for names.
pub fn valid_name(name: String, part: Part) -> Result<String, StringFault> {
    if name.is_empty() {
        return Err(StringFault::Missing { part });
    }
    if name.len() > 127 || name.chars().any(char::is_control) {
        return Err(StringFault::Invalid { part });
    }
    Ok(name)
}
