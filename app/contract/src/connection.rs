//! A connection: the saved link to one cluster or workgroup.

mod form;

use serde::{Deserialize, Serialize};

use crate::aws::{ClusterKind, IamTarget, MintFacts};
use crate::check::CheckOutcome;
use crate::host::aws_host;

pub use form::{ConnectionForm, Draft, DraftSaved, FormStart};

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

/// How a connection signs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// A database user and a password, sealed.
    #[default]
    String,
    /// Credentials that AWS mints for each query; nothing is stored.
    Iam,
    /// The one credential that an admin stored for the team; the connection holds no secret.
    Team,
}

impl Method {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Iam => "iam",
            Self::Team => "team",
        }
    }

    pub fn from_code(code: &str) -> Self {
        match code {
            "iam" => Self::Iam,
            "team" => Self::Team,
            _ => Self::String,
        }
    }
}

/// Where a connection leads and as whom: everything but the secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Empty, by IAM, until AWS was asked for it.
    pub host: String,
    pub port: u16,
    pub database: String,
    /// Empty where the AWS identity itself signs in and has not done so yet.
    pub user: String,
    pub tls: TlsMode,
    /// What credentials are minted for, by IAM.
    #[serde(default)]
    pub iam: Option<IamTarget>,
}

impl Target {
    pub fn method(&self) -> Method {
        if self.iam.is_some() { Method::Iam } else { Method::String }
    }

    /// It may sleep, and is billed for waking up.
    pub fn is_serverless(&self) -> bool {
        let by_host = aws_host(&self.host).is_some_and(|host| host.is_serverless);
        by_host || self.iam.as_ref().is_some_and(|iam| iam.kind == ClusterKind::Serverless)
    }

    /// The connection string with dots where the password was; by IAM, the JDBC URL, which has none. For showing only.
    pub fn redacted(&self) -> String {
        let Self { port, database, user, tls, iam, .. } = self;
        let Some(iam) = iam else {
            return format!("postgresql://{user}:••••@{}:{port}/{database}?sslmode={}", self.bracketed(), tls.as_str());
        };
        let prefix = if iam.kind == ClusterKind::Serverless { "redshift-serverless-" } else { "" };
        let user = if iam.is_caller || user.is_empty() { String::new() } else { format!("?DbUser={user}") };
        format!("jdbc:redshift:iam://{prefix}{}:{}/{database}{user}", iam.cluster, iam.region)
    }

    /// Host and port, or the cluster's name where no host is known yet.
    pub fn place(&self) -> String {
        match &self.iam {
            Some(iam) if self.host.is_empty() => format!("{} in {}", iam.cluster, iam.region),
            _ => format!("{}:{}", self.bracketed(), self.port),
        }
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

/// What a started test answers: where to watch it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRef {
    pub connection_id: String,
    pub check_id: String,
}

/// Why a connection has to be reconnected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutOff {
    /// Somebody disconnected it.
    #[default]
    ByHand,
    /// The team credential that it used was removed.
    CredentialRemoved,
    /// Whoever typed its secret was removed from the team.
    MemberRemoved,
}

/// What a saved connection is allowed to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    #[default]
    Live,
    /// Nothing is read until somebody resumes it.
    Paused { by: String, reason: String, since: i64 },
    /// Its secret and all that was read are erased; it has to be reconnected.
    Disconnected { by: String, why: CutOff, since: i64 },
}

/// One line of the Data page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionSummary {
    pub id: String,
    pub name: String,
    pub target: Target,
    pub is_draft: bool,
    pub state: ConnectionState,
    /// The newest check, if there was one.
    pub last_check: Option<LastCheck>,
    pub dataset_count: u32,
    /// It signs in with the team credential, and has no secret of its own.
    pub is_team: bool,
    /// By IAM: the credentials that were minted.
    pub mints: Option<MintFacts>,
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
    /// Where the team credential leads, if there is one.
    pub credential: Option<Target>,
    /// A password made for this page view that meets Redshift's rules.
    pub suggested_password: String,
}
