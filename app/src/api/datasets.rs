//! Datasets and the picker.

use contract::catalog::{Picker, PickerFilter};
use contract::dataset::{DatasetSummary, DatasetView, Picks};
use leptos::prelude::*;

use super::{ApiError, Wire};
use crate::words::Told;

/// A page of the picker, in words.
pub type PickerTold = Picker<Told, String>;

#[server(prefix = "/api", endpoint = "datasets/picker", output = Wire)]
pub async fn show_picker(connection_id: String, filter: PickerFilter) -> Result<PickerTold, ApiError> {
    use super::guard;
    use crate::words::findings::{Around, told};
    use crate::words::whereabouts::whereabouts;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let picker = backend.datasets.picker(&actor, &connection_id, filter).await.map_err(guard::refuse)?;
    Ok(picker.tell(
        |finding, picker| told(finding, Around { target: &picker.target, egress: &picker.egress }),
        |found, picker| crate::made::hint::hint(whereabouts(found, &picker.user, &picker.target.database)),
    ))
}

#[server(prefix = "/api", endpoint = "datasets/catalog-read")]
pub async fn read_catalog(connection_id: String, #[server(default)] schema: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.datasets.catalog_read(&actor, &connection_id, &schema).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::picker_schema(&connection_id, &schema));
    Ok(())
}

#[server(prefix = "/api", endpoint = "datasets/add")]
pub async fn add_datasets(picks: Picks) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let connection_id = picks.connection_id.clone();
    backend.datasets.add(&actor, picks).await.map_err(guard::refuse)?;
    leptos_axum::redirect(&crate::paths::connection(&connection_id));
    Ok(())
}

#[server(prefix = "/api", endpoint = "datasets/remove")]
pub async fn remove_dataset(id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.datasets.remove(&actor, &id).await.map_err(guard::refuse)?;
    leptos_axum::redirect(crate::paths::DATA);
    Ok(())
}

#[server(prefix = "/api", endpoint = "datasets/list", output = Wire)]
pub async fn list_datasets() -> Result<Vec<DatasetSummary>, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.datasets.list(&actor).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "datasets/show", output = Wire)]
pub async fn show_dataset(id: String) -> Result<DatasetView, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.datasets.show(&actor, &id).await.map_err(guard::refuse)
}
