//! The team credential.

use contract::credential::{DataConnections, RotationView};
use leptos::prelude::*;

use super::ApiError;
use crate::words::Told;

#[server(prefix = "/api", endpoint = "credential/show")]
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

#[server(prefix = "/api", endpoint = "credential/tried")]
pub async fn show_rotation(draft_id: String) -> Result<RotationView<Told>, ApiError> {
    use super::guard;
    use crate::words::findings::{Around, told};
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let run = backend.credential.rotation(&actor, &draft_id).await.map_err(guard::refuse)?;
    Ok(run.tell(|finding, target, egress| told(finding, Around { target, egress })))
}
