//! AWS IAM behind the ports: whose identity asks, for what, and how often it did.

mod allowance;
mod facts;
mod flights;
mod minter;
mod refusals;

use std::sync::Arc;
use std::time::Duration;

use contract::aws::{ClusterKind, IamFields, IamTarget, policy};
use contract::connection::Target;
use redshift::iam::{Cloud, Kind, Minted, Need, Role};
use store::ConnectionRow;

pub use allowance::ListedCluster;
pub(crate) use facts::{facts, mints};
pub(crate) use minter::{Entered, Minter, has_expired};

use facts::Principal;
use flights::Flights;

/// All that AWS is asked for one check or one query, in total.
pub(crate) const BUDGET: Duration = Duration::from_secs(15);

/// What minting shares across connections.
pub struct Iam {
    cloud: Arc<dyn Cloud>,
    flights: Flights,
    principal: Principal,
    /// Clusters that the operator opened to the server's own identity, where there are several teams.
    listed: Vec<ListedCluster>,
}

impl Iam {
    pub fn new(cloud: Arc<dyn Cloud>, listed: Vec<ListedCluster>) -> Self {
        Self { cloud, flights: Flights::default(), principal: Principal::default(), listed }
    }
}

/// The fields that a connection keeps.
pub(crate) fn fields(stored: &str) -> IamFields {
    serde_json::from_str(stored).unwrap_or_default()
}

/// What a stored connection's credentials are minted for; `None` for another method, or a form that was refused.
pub(crate) fn target(method: &str, stored: &str) -> Option<IamTarget> {
    if method != "iam" {
        return None;
    }
    contract::aws::read(&fields(stored)).ok().map(|form| form.target)
}

/// What AWS is asked for, on behalf of one person.
pub(crate) fn need(target: &IamTarget, user: &str, database: &str, external_id: Option<String>, person: &str) -> Need {
    let role = target.role.as_ref().map(|role| Role {
        arn: role.as_str().to_owned(),
        external_id: external_id.clone(),
        session_name: format!("flitch-{person}"),
        session_policy: policy::session(target, user, database, role.account()),
    });
    Need {
        kind: match target.kind {
            ClusterKind::Provisioned => Kind::Provisioned,
            ClusterKind::Serverless => Kind::Serverless,
        },
        region: target.region.clone(),
        cluster: target.cluster.clone(),
        user: (!target.is_caller).then(|| user.to_owned()),
        database: database.to_owned(),
        role,
    }
}

/// What decides which credentials are minted, for the digest of a connection's purpose.
pub(crate) fn purpose(row: &ConnectionRow) -> Option<&str> {
    (row.method == "iam").then_some(row.iam.as_str())
}

/// Where the AWS identity itself signs in, its database user has the name that AWS gave it.
pub(crate) fn name_user(target: &mut Target, minted: &Minted) {
    if target.iam.as_ref().is_some_and(|iam| iam.is_caller) {
        target.user = minted.user.clone();
    }
}
