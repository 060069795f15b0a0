//! Whose AWS identity may ask: the server's own serves a team that is alone here; among several, only for clusters
//! that the operator listed. A role of the team's own is always possible.

use std::str::FromStr;

use contract::aws::IamTarget;
use store::StoreError;

use crate::services::Shared;

/// A cluster that the server's own identity mints for, on behalf of one team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCluster {
    pub team_id: String,
    pub region: String,
    /// The cluster identifier, or the workgroup.
    pub cluster: String,
}

impl FromStr for ListedCluster {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.trim().split('/').collect();
        match parts.as_slice() {
            [team, region, cluster] if !team.is_empty() && !cluster.is_empty() && contract::aws::is_region(region) => {
                let own = |part: &str| part.to_owned();
                Ok(Self { team_id: own(team), region: own(region), cluster: own(cluster) })
            }
            _ => Err(format!("`{text}` is not TEAM_ID/REGION/CLUSTER")),
        }
    }
}

/// The server's own identity is for this team alone.
pub(super) async fn is_alone(shared: &Shared) -> Result<bool, StoreError> {
    Ok(shared.store.team_count().await? <= 1)
}

impl super::Iam {
    /// The team may mint for the target as things stand.
    pub(crate) async fn allows(&self, shared: &Shared, team_id: &str, target: &IamTarget) -> Result<bool, StoreError> {
        let is_listed = |listed: &ListedCluster| {
            listed.team_id == team_id && listed.region == target.region && listed.cluster == target.cluster
        };
        Ok(target.role.is_some() || self.listed.iter().any(is_listed) || is_alone(shared).await?)
    }

    /// What the operator listed for a team, as `region/cluster`.
    pub(super) fn listed_for(&self, team_id: &str) -> Vec<String> {
        let own = self.listed.iter().filter(|listed| listed.team_id == team_id);
        own.map(|listed| format!("{}/{}", listed.region, listed.cluster)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listed_cluster_has_three_parts_and_a_real_region() {
        let listed: ListedCluster = "0190-team/us-east-1/sales".parse().unwrap();
        assert_eq!((listed.team_id.as_str(), listed.cluster.as_str()), ("0190-team", "sales"));
        for text in ["", "sales", "a/b", "a/nowhere/c", "/us-east-1/c", "a/us-east-1/", "a/us-east-1/c/d"] {
            assert!(text.parse::<ListedCluster>().is_err(), "{text}");
        }
    }
}
