//! A connection: the saved link to one cluster or workgroup.

use serde::{Deserialize, Serialize};

use crate::check::CheckOutcome;
use crate::fault::Fault;
use crate::secret::Secret;

/// How strictly the server's certificate is checked. There is no mode without encryption for a person to pick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    /// Chain and name are checked.
    #[default]
    VerifyFull,
    /// The chain is checked, the name is not.
    VerifyCa,
    /// Encrypted, identity not checked. Only for a host that is not AWS's, and only when the person ticked it.
    Unverified,
    /// No encryption. Only where the operator opened it for loopback samples.
    Disable,
}

impl TlsMode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::VerifyFull => "verify-full",
            Self::VerifyCa => "verify-ca",
            Self::Unverified => "require",
            Self::Disable => "disable",
        }
    }
}

/// Where a connection leads and as whom: everything but the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub host: String,
    pub port: u16,
    pub database: String,
    pub user: String,
    pub tls: TlsMode,
}

impl Target {
    /// The connection string with dots where the password was. For showing only.
    pub fn redacted(&self) -> String {
        let Self { port, database, user, tls, .. } = self;
        format!("postgresql://{user}:••••@{}:{port}/{database}?sslmode={}", self.bracketed(), tls.as_str())
    }

    /// A string that reads as this target again, without the password. Parts that are not known are left out.
    pub fn without_password(&self) -> String {
        let Self { port, database, user, tls, .. } = self;
        let user = if user.is_empty() { String::new() } else { format!("{}@", percent_encode(user)) };
        let tls = match tls {
            TlsMode::VerifyFull => String::new(),
            tls => format!("?sslmode={}", tls.as_str()),
        };
        format!("postgresql://{user}{}:{port}/{}{tls}", self.bracketed(), percent_encode(database))
    }

    fn bracketed(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }
}

/// Percent-encodes everything that is not a letter, a digit or one of `-_.`.
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The Add Source form as it is posted. Flat, because it also arrives as a plain form post.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ConnectionForm {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub connection_string: Secret,
    /// What the string lacks may be given apart.
    #[serde(default)]
    pub user: String,
    #[serde(default)]
    pub password: Secret,
    #[serde(default)]
    pub database: String,
    /// The name the certificate must carry, where it differs from the host (a tunnel, a load balancer, a CNAME).
    #[serde(default)]
    pub tls_name: String,
    /// An own certificate authority in PEM; it replaces the system's for this connection.
    #[serde(default)]
    pub ca_certificate: String,
    #[serde(default)]
    pub accept_unverified: bool,
    /// The draft this form continues, if any.
    #[serde(default)]
    pub draft: String,
}

/// What a started test answers: where to watch it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRef {
    pub connection_id: String,
    pub check_id: String,
}

/// A kept form: its draft, and what keeps it from being tested.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftSaved {
    pub id: String,
    pub fault: Option<Fault>,
}

/// A draft as the form gets it back: what was understood, never the secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub id: String,
    pub name: String,
    /// What was understood, as a string without its password; empty when nothing was.
    pub connection_string: String,
    /// The user in it, for a link to the help that fits.
    pub user: String,
    /// A password is sealed in this draft.
    pub has_password: bool,
    pub accept_unverified: bool,
    pub tls_name: String,
    pub ca_certificate: String,
    /// What was wrong with the form when it was last posted.
    pub fault: Option<Fault>,
}

/// One line of the Data page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionSummary {
    pub id: String,
    pub name: String,
    pub target: Target,
    pub is_draft: bool,
    /// The newest check, if there was one.
    pub last_check: Option<LastCheck>,
    pub dataset_count: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCheck {
    pub id: String,
    pub outcome: CheckOutcome,
    /// Microseconds since 1970, UTC.
    pub started_at: i64,
}

/// What the Add Source form needs before anything is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddSourceFacts {
    /// The addresses Flitch connects from, as CIDR blocks; empty when the operator declared none.
    pub egress: Vec<String>,
    /// A string that works right now, where a sample cluster runs beside the server.
    pub sample: Option<String>,
    /// A password made for this page view that meets Redshift's rules.
    pub suggested_password: String,
}
