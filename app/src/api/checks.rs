//! Checks.

use contract::check::CheckView;
use leptos::prelude::*;

use super::ApiError;
use crate::words::Told;

#[server(prefix = "/api", endpoint = "checks/start")]
pub async fn start_check(connection_id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let check = backend.checks.start(&actor, &connection_id).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::check(&check.connection_id, &check.check_id));
    Ok(())
}

#[server(prefix = "/api", endpoint = "checks/show")]
pub async fn show_check(connection_id: String, check_id: String) -> Result<CheckView<Told>, ApiError> {
    use super::guard;
    use crate::words::findings::{Around, told};
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let check = backend.checks.show(&actor, &connection_id, &check_id).await.map_err(guard::refuse)?;
    Ok(check.tell(|finding, target, egress| told(finding, Around { target, egress })))
}
