//! The page of all data.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{ApiError, Wire};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataShown {
    pub markup: String,
    /// Something of it changes by itself.
    pub is_refreshed: bool,
}

#[server(prefix = "/api", endpoint = "data/show", output = Wire)]
pub async fn show_data() -> Result<DataShown, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let connections = backend.connections.list(&actor).await.map_err(guard::refuse)?;
    let datasets = backend.datasets.list(&actor).await.map_err(guard::refuse)?;
    Ok(DataShown {
        is_refreshed: datasets.iter().any(|dataset| dataset.standing.is_some()),
        markup: crate::made::data::cards(connections, &datasets),
    })
}
