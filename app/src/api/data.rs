//! The page of all data.

use leptos::prelude::*;

use super::{ApiError, Wire};

/// Every connection with its datasets, as markup.
#[server(prefix = "/api", endpoint = "data/show", output = Wire)]
pub async fn show_data() -> Result<String, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let connections = backend.connections.list(&actor).await.map_err(guard::refuse)?;
    let datasets = backend.datasets.list(&actor).await.map_err(guard::refuse)?;
    Ok(crate::made::data::cards(connections, &datasets))
}
