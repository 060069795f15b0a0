//! Connections and drafts.

use contract::aws::AwsFacts;
use contract::connection::{AddSourceFacts, ConnectionForm, ConnectionSummary, Draft};
use leptos::prelude::*;

use super::ApiError;

#[server(prefix = "/api", endpoint = "connections/facts")]
pub async fn source_facts() -> Result<AddSourceFacts, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connections.facts(&actor).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "connections/aws-facts")]
pub async fn show_aws_facts() -> Result<AwsFacts, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connections.aws_facts(&actor).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "connections/list")]
pub async fn list_connections() -> Result<Vec<ConnectionSummary>, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connections.list(&actor).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "connections/show")]
pub async fn show_connection(id: String) -> Result<ConnectionSummary, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connections.show(&actor, &id).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "connections/draft")]
pub async fn show_draft(id: String) -> Result<Draft, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connections.draft_show(&actor, &id).await.map_err(guard::refuse)
}

/// Keeps the form as a draft and starts its check. A form that cannot be tested comes back: to the script as a
/// fault, to a plain browser as the draft's own page.
#[server(prefix = "/api", endpoint = "connections/test")]
pub async fn test_connection(form: ConnectionForm) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let is_scripted = guard::is_scripted();
    let saved = backend.connections.draft(&actor, form, !is_scripted).await.map_err(guard::refuse)?;
    let fault = match saved.fault {
        Some(fault) => fault,
        None => match backend.checks.start(&actor, &saved.id).await {
            Ok(check) => {
                leptos_axum::redirect(&crate::paths::check(&check.connection_id, &check.check_id));
                return Ok(());
            }
            Err(fault) => fault,
        },
    };
    if is_scripted {
        return Err(guard::refuse(fault));
    }
    let wait = matches!(fault, contract::fault::Fault::TooManyTries { .. });
    leptos_axum::redirect(&crate::paths::add_redshift_draft(&saved.id, wait));
    Ok(())
}

/// Makes a draft a connection, and goes on to its datasets.
#[server(prefix = "/api", endpoint = "connections/save")]
pub async fn save_connection(id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let draft = backend.connections.draft_show(&actor, &id).await.unwrap_or_default();
    let saved = backend.connections.save(&actor, &id).await.map_err(guard::refuse)?;
    let next = match (draft.is_credential, draft.replaces.is_empty()) {
        (true, _) => crate::paths::DATA_CONNECTIONS.to_owned(),
        (false, true) => crate::paths::picker(&saved),
        // An edited connection has its datasets already.
        (false, false) => crate::paths::connection(&saved),
    };
    leptos_axum::redirect(&next);
    Ok(())
}
