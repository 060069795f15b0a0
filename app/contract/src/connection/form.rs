//! The Add Source form, and the draft that keeps it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AddSourceFacts, Method};
use crate::aws::{AwsFacts, IamFields};
use crate::fault::Fault;
use crate::secret::Secret;

/// The Add Source form as it is posted. Flat, because it also arrives as a plain form post.
#[derive(Clone, Default, Serialize, Deserialize)]
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
    /// A [`Method`] code.
    #[serde(default)]
    pub method: String,
    /// By IAM: an endpoint, a JDBC IAM URL or an ARN, which fills the fields left empty.
    #[serde(default)]
    pub pasted: Secret,
    /// A [`ClusterKind`](crate::aws::ClusterKind) code.
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub region: String,
    /// The cluster identifier, or the workgroup.
    #[serde(default)]
    pub cluster: String,
    /// Host and port, where AWS may not be asked for them.
    #[serde(default)]
    pub endpoint: String,
    /// The ARN of a role to assume.
    #[serde(default)]
    pub role: String,
    /// Sign in as the AWS identity itself.
    #[serde(default)]
    pub is_caller: bool,
    /// The database user may be the cluster's admin.
    #[serde(default)]
    pub accepts_admin: bool,
    /// The draft this form continues, if any.
    #[serde(default)]
    pub draft: String,
    /// A fresh form is for the team credential; an admin's only.
    #[serde(default)]
    pub is_credential: bool,
}

/// Anything may have been typed or pasted into the wrong field.
impl fmt::Debug for ConnectionForm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ConnectionForm").field("method", &Method::from_code(&self.method)).finish_non_exhaustive()
    }
}

impl ConnectionForm {
    pub fn iam(&self) -> IamFields {
        IamFields {
            pasted: self.pasted.expose().to_owned(),
            kind: self.kind.clone(),
            region: self.region.clone(),
            cluster: self.cluster.clone(),
            user: self.user.clone(),
            database: self.database.clone(),
            endpoint: self.endpoint.clone(),
            role: self.role.clone(),
            is_caller: self.is_caller,
            accepts_admin: self.accepts_admin,
        }
    }
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
    /// The connection, or the team credential, that it edits; empty for a new one.
    pub replaces: String,
    /// It is to be the team credential.
    pub is_credential: bool,
    pub name: String,
    pub method: Method,
    /// What was understood, as a string without its password; empty when nothing was.
    pub connection_string: String,
    /// By IAM: the fields as they were typed, or as they were understood.
    pub iam: IamFields,
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

/// What the form starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormStart {
    pub facts: AddSourceFacts,
    /// Empty where the method is not AWS IAM.
    pub aws: AwsFacts,
    pub draft: Draft,
    /// The one that is shown.
    pub method: Method,
}
