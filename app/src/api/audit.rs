//! The audit log.

use contract::audit::{AuditPage, AuditQuery};
use leptos::prelude::*;

use super::ApiError;

#[server(prefix = "/api", endpoint = "audit/page")]
pub async fn show_audit(query: AuditQuery) -> Result<AuditPage, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.audit.page(&actor, query).await.map_err(guard::refuse)
}
