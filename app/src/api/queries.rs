//! Queries: today the preview of a dataset.

use contract::query::QueryView;
use leptos::prelude::*;

use super::ApiError;

#[server(prefix = "/api", endpoint = "queries/preview")]
pub async fn show_preview(dataset_id: String) -> Result<QueryView, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.queries.preview(&actor, &dataset_id).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "queries/preview-again")]
pub async fn preview_again(dataset_id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.queries.preview_again(&actor, &dataset_id).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::dataset(&dataset_id));
    Ok(())
}

#[server(prefix = "/api", endpoint = "queries/preview-cancel")]
pub async fn preview_cancel(dataset_id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.queries.preview_cancel(&actor, &dataset_id).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::dataset(&dataset_id));
    Ok(())
}
