//! Connecting by AWS IAM: what the form asks for, the shapes AWS gives it, and the policies that allow it.

mod form;
mod names;
mod paste;
pub mod policy;
mod region;

use serde::{Deserialize, Serialize};

pub use form::{IamFields, IamForm, misshapen, read};
pub use names::{RoleArn, is_cluster_identifier, is_database_name, is_database_user, is_workgroup};
pub use paste::{Pasted, paste};
pub use region::{Partition, REGIONS, is_region, region_name};

/// What answers: a provisioned cluster or a Serverless workgroup.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClusterKind {
    #[default]
    Provisioned,
    Serverless,
}

impl ClusterKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provisioned => "provisioned",
            Self::Serverless => "serverless",
        }
    }

    pub fn from_code(code: &str) -> Self {
        if code == "serverless" { Self::Serverless } else { Self::Provisioned }
    }
}

/// Everything that credentials are minted for, besides the database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IamTarget {
    pub kind: ClusterKind,
    pub region: String,
    /// The cluster identifier, or the workgroup.
    pub cluster: String,
    /// The role to assume first, with the team's external id.
    pub role: Option<RoleArn>,
    /// Sign in as the AWS identity itself (`GetClusterCredentialsWithIAM`). Always so on Serverless, whose
    /// `GetCredentials` knows no database user.
    pub is_caller: bool,
}

impl IamTarget {
    /// The host is AWS's own name for this very cluster or workgroup: nobody else can answer there.
    pub fn is_at(&self, host: &str) -> bool {
        crate::host::aws_host(host).is_some_and(|aws| {
            let is_serverless = self.kind == ClusterKind::Serverless;
            aws.name == self.cluster && aws.region == self.region && aws.is_serverless == is_serverless
        })
    }

    /// The action that mints.
    pub fn action(&self) -> &'static str {
        match (self.kind, self.is_caller) {
            (ClusterKind::Serverless, _) => "redshift-serverless:GetCredentials",
            (ClusterKind::Provisioned, true) => "redshift:GetClusterCredentialsWithIAM",
            (ClusterKind::Provisioned, false) => "redshift:GetClusterCredentials",
        }
    }
}

/// What the form knows of AWS before anything is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwsFacts {
    /// Made once per team; AWS compares it when Flitch assumes the team's role.
    pub external_id: String,
    /// The identity Flitch's server has at AWS, once it is known.
    pub principal: Option<String>,
    /// Flitch's own identity is not for this team's clusters, but for those that the operator listed.
    pub needs_role: bool,
    /// Clusters of the team that the operator listed, as `region/cluster`.
    pub listed: Vec<String>,
    /// Fields that work right now, where a sample cluster runs beside the server.
    pub sample: Option<IamFields>,
}

/// What was minted for one connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MintFacts {
    /// Since midnight, UTC.
    pub today: u32,
    pub last: Option<LastMint>,
}

/// Moments are microseconds since 1970, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastMint {
    pub minted_at: i64,
    pub expires_at: i64,
    pub took_us: u64,
    /// The database user it was for, as AWS named it.
    pub user: String,
}
