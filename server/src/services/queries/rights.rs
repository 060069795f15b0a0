//! What is known of the rights of a connection's user.

use contract::fault::Fault;
use contract::finding::Finding;

use super::super::{Shared, store_fault};

/// By the newest check of the connection as it stands; `None` where that did not find out.
pub(super) async fn can_user_write(shared: &Shared, team_id: &str, connection_id: &str) -> Result<Option<bool>, Fault> {
    let found = shared.store.check_rights(team_id, connection_id).await.map_err(store_fault)?;
    let findings: Vec<Finding> = found.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
    let is_writer =
        |finding: &Finding| matches!(finding, Finding::UserCanWrite { .. } | Finding::UserIsSuperuser { .. });
    let is_open = |finding: &Finding| matches!(finding, Finding::RightsUnknown { .. });
    Ok(match () {
        () if findings.iter().any(is_writer) => Some(true),
        () if findings.is_empty() || findings.iter().any(is_open) => None,
        () => Some(false),
    })
}
