//! What becomes of a saved connection.

use leptos::prelude::*;

use super::ApiError;

#[server(prefix = "/api", endpoint = "connections/rename")]
pub async fn rename_connection(id: String, #[server(default)] name: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connection_life.rename(&actor, &id, &name).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::connection(&id));
    Ok(())
}

/// Makes a draft of it, and opens the form.
#[server(prefix = "/api", endpoint = "connections/edit")]
pub async fn edit_connection(id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let draft = backend.connection_life.edit(&actor, &id).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::add_redshift_draft(&draft, false));
    Ok(())
}

#[server(prefix = "/api", endpoint = "connections/pause")]
pub async fn pause_connection(id: String, #[server(default)] reason: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connection_life.pause(&actor, &id, &reason).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::connection(&id));
    Ok(())
}

#[server(prefix = "/api", endpoint = "connections/resume")]
pub async fn resume_connection(id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connection_life.resume(&actor, &id).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::connection(&id));
    Ok(())
}

#[server(prefix = "/api", endpoint = "connections/disconnect")]
pub async fn disconnect_connection(id: String, #[server(default)] confirm: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connection_life.disconnect(&actor, &id, &confirm).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::connection(&id));
    Ok(())
}

#[server(prefix = "/api", endpoint = "connections/remove")]
pub async fn remove_connection(id: String, #[server(default)] confirm: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connection_life.remove(&actor, &id, &confirm).await.map_err(guard::refuse)?;
    leptos_axum::redirect(crate::paths::DATA);
    Ok(())
}
