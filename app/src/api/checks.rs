//! Checks.

use contract::check::CheckOutcome;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{ApiError, Wire};

/// A check as its page shows it ([`contract::check::CheckView`]), its stages as markup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckShown {
    pub connection_id: String,
    pub connection_name: String,
    pub is_draft: bool,
    pub replaces: String,
    pub is_credential: bool,
    pub leaning_count: u32,
    pub is_outdated: bool,
    pub outcome: CheckOutcome,
    pub duration_us: Option<u64>,
    /// What was tested, without its secret.
    pub redacted: String,
    /// Another check may wake it up.
    pub is_serverless: bool,
    pub stages: String,
}

#[server(prefix = "/api", endpoint = "checks/start")]
pub async fn start_check(connection_id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let check = backend.checks.start(&actor, &connection_id).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::check(&check.connection_id, &check.check_id));
    Ok(())
}

#[server(prefix = "/api", endpoint = "checks/show", output = Wire)]
pub async fn show_check(connection_id: String, check_id: String) -> Result<CheckShown, ApiError> {
    use super::guard;
    use crate::words::findings::{Around, told};
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let check = backend.checks.show(&actor, &connection_id, &check_id).await.map_err(guard::refuse)?;
    let check = check.tell(|finding, target, egress| told(finding, Around { target, egress }));
    Ok(CheckShown {
        redacted: check.target.redacted(),
        stages: crate::made::stages::stages(check.stages),
        connection_id: check.connection_id,
        connection_name: check.connection_name,
        is_draft: check.is_draft,
        is_serverless: check.target.is_serverless(),
        replaces: check.replaces,
        is_credential: check.is_credential,
        leaning_count: check.leaning_count,
        is_outdated: check.is_outdated,
        outcome: check.outcome,
        duration_us: check.duration_us,
    })
}
