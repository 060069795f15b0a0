//! Queries: today the preview of a dataset.

use contract::query::QueryView;
use leptos::prelude::*;

use super::ApiError;
use crate::words::Told;

#[server(prefix = "/api", endpoint = "queries/preview")]
pub async fn show_preview(dataset_id: String) -> Result<QueryView<Told>, ApiError> {
    use super::guard;
    use crate::words::findings::{Around, told};
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let query = backend.queries.preview(&actor, &dataset_id).await.map_err(guard::refuse)?;
    let dataset = backend.datasets.show(&actor, &dataset_id).await.map_err(guard::refuse)?;
    Ok(query.tell(|finding| told(finding, Around { target: &dataset.target, egress: &dataset.egress })))
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
