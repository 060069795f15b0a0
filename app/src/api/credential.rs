//! The team credential.

use contract::credential::{DataConnections, RotationOutcome};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{ApiError, Wire};

/// A dry run as its page shows it ([`contract::credential::RotationView`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationShown {
    pub draft_id: String,
    pub outcome: RotationOutcome,
    pub is_outdated: bool,
    /// To try it wakes compute that is paid by the second.
    pub wakes: bool,
    /// What is tried, without its secret.
    pub redacted: String,
    /// Why the new credential does not get in, and what it came to for each dataset, as markup.
    pub finding: String,
    pub lines: String,
}

#[server(prefix = "/api", endpoint = "credential/show", output = Wire)]
pub async fn show_data_connections() -> Result<DataConnections, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.credential.show(&actor).await.map_err(guard::refuse)
}

/// Makes a draft that replaces it, and opens the form.
#[server(prefix = "/api", endpoint = "credential/edit")]
pub async fn edit_credential() -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let draft = backend.credential.edit(&actor).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::add_redshift_draft(&draft, false));
    Ok(())
}

#[server(prefix = "/api", endpoint = "credential/remove")]
pub async fn remove_credential(#[server(default)] confirm: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.credential.remove(&actor, &confirm).await.map_err(guard::refuse)?;
    leptos_axum::redirect(crate::paths::DATA_CONNECTIONS);
    Ok(())
}

#[server(prefix = "/api", endpoint = "credential/try")]
pub async fn start_rotation(draft_id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.credential.rotation_start(&actor, &draft_id).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::rotation(&draft_id));
    Ok(())
}

#[server(prefix = "/api", endpoint = "credential/tried", output = Wire)]
pub async fn show_rotation(draft_id: String) -> Result<RotationShown, ApiError> {
    use super::guard;
    use crate::words::findings::{Around, told};
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let run = backend.credential.rotation(&actor, &draft_id).await.map_err(guard::refuse)?;
    let run = run.tell(|finding, target, egress| told(finding, Around { target, egress }));
    Ok(RotationShown {
        redacted: run.target.redacted(),
        wakes: run.target.is_serverless(),
        finding: crate::made::rotation::finding(run.finding),
        lines: crate::made::rotation::lines(run.lines),
        draft_id: run.draft_id,
        outcome: run.outcome,
        is_outdated: run.is_outdated,
    })
}
