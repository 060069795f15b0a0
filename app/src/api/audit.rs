//! The audit log.

use contract::audit::AuditQuery;
use leptos::prelude::*;

use super::{ApiError, Wire};

/// A page of it, as markup.
#[server(prefix = "/api", endpoint = "audit/page", output = Wire)]
pub async fn show_audit(query: AuditQuery) -> Result<String, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let page = backend.audit.page(&actor, query.clone()).await.map_err(guard::refuse)?;
    Ok(crate::made::audit::log(page, &query))
}
