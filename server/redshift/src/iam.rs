//! Credentials that AWS mints: asked for before a session is opened, used for it, and forgotten.

mod assume;
mod refusal;
mod sdk;

use std::fmt;
use std::time::SystemTime;

use async_trait::async_trait;
use secrecy::SecretString;

pub use refusal::{Asked, Refusal};
pub use sdk::Aws;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Provisioned,
    Serverless,
}

/// What credentials are needed for.
#[derive(Clone, Debug)]
pub struct Need {
    pub kind: Kind,
    pub region: String,
    /// The cluster identifier, or the workgroup.
    pub cluster: String,
    /// `None` where the AWS identity itself signs in.
    pub user: Option<String>,
    pub database: String,
    pub role: Option<Role>,
}

/// A role to assume first.
#[derive(Clone, Debug)]
pub struct Role {
    pub arn: String,
    /// The team's, made by Flitch; AWS compares it with the role's trust policy.
    pub external_id: Option<String>,
    /// What shows in the account's CloudTrail.
    pub session_name: String,
    /// Narrows the role to this need, whatever else it may do.
    pub session_policy: String,
}

/// Who acts, as AWS tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub arn: String,
    pub account: String,
}

/// Where AWS says the cluster is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub host: String,
    pub port: u16,
    /// As AWS words it, where something is done to the cluster just now; new words come now and then.
    pub busy: Option<String>,
    /// The admin user that every cluster has.
    pub admin: Option<String>,
}

/// A database user for a quarter of an hour.
#[derive(Clone)]
pub struct Minted {
    /// As returned, with its `IAM:` in front.
    pub user: String,
    pub password: SecretString,
    pub expires_at: SystemTime,
}

impl fmt::Debug for Minted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Minted").field("user", &self.user).field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// AWS, as far as a connection needs it.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// Becomes who asks: the server's own identity, or the role of the need, assumed anew each time.
    async fn enter(&self, need: &Need) -> Result<Box<dyn Acting>, Refusal>;
    /// Who the server itself is, for the trust policies of others.
    async fn own_identity(&self) -> Result<Caller, Refusal>;
}

/// Somebody who may ask. Lives as long as one check or one query.
#[async_trait]
pub trait Acting: Send + Sync {
    async fn identity(&self) -> Result<Caller, Refusal>;
    /// The endpoint, from `DescribeClusters` or `GetWorkgroup`.
    async fn find(&self) -> Result<Place, Refusal>;
    async fn mint(&self) -> Result<Minted, Refusal>;
}
