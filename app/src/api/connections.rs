//! Connections and drafts.

#[cfg(feature = "ssr")]
use contract::aws::AwsFacts;
use contract::connection::{ConnectionForm, ConnectionSummary, FormStart};
#[cfg(feature = "ssr")]
use contract::connection::{Draft, Method};
use leptos::prelude::*;

use super::{ApiError, Wire};

/// The help page, as markup.
#[server(prefix = "/api", endpoint = "connections/help", output = Wire)]
pub async fn show_help(#[server(default)] user: String, #[server(default)] schema: String) -> Result<String, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let facts = backend.connections.facts(&actor).await.map_err(guard::refuse)?;
    let aws = backend.connections.aws_facts(&actor).await.map_err(guard::refuse)?;
    Ok(crate::made::help::help(facts, aws, user, schema))
}

#[server(prefix = "/api", endpoint = "connections/list", output = Wire)]
pub async fn list_connections() -> Result<Vec<ConnectionSummary>, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connections.list(&actor).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "connections/show", output = Wire)]
pub async fn show_connection(id: String) -> Result<ConnectionSummary, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.connections.show(&actor, &id).await.map_err(guard::refuse)
}

/// What the Add Source form starts from: the draft, the facts around it, and the method that is shown.
#[server(prefix = "/api", endpoint = "connections/form", output = Wire)]
pub async fn start_form(
    #[server(default)] draft: String,
    #[server(default)] method: String,
    #[server(default)] purpose: String,
) -> Result<FormStart, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let connections = &backend.connections;
    let facts = connections.facts(&actor).await.map_err(guard::refuse)?;
    let is_credential = purpose == "team";
    if is_credential && draft.is_empty() {
        let shown = backend.credential.show(&actor).await.map_err(guard::refuse)?;
        if shown.credential.is_some() {
            return Err(guard::refuse(contract::fault::Fault::CredentialExists));
        }
    }
    let draft = match draft.as_str() {
        "" => Draft { is_credential, ..Draft::default() },
        id => connections.draft_show(&actor, id).await.map_err(guard::refuse)?,
    };
    let method = match method.as_str() {
        // Where the team has a credential, a new connection starts from it.
        "" if draft.id.is_empty() && !is_credential && facts.credential.is_some() => Method::Team,
        "" => draft.method,
        method => Method::from_code(method),
    };
    let aws = match method {
        Method::Iam => connections.aws_facts(&actor).await.map_err(guard::refuse)?,
        _ => AwsFacts::default(),
    };
    Ok(FormStart { facts, aws, draft, method })
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
