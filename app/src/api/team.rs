//! The team's beginning.

use contract::team::WelcomeForm;
use leptos::prelude::*;

use super::{ApiError, Wire};

#[server(prefix = "/api", endpoint = "team/is-new", output = Wire)]
pub async fn is_new() -> Result<bool, ApiError> {
    use super::guard;
    guard::backend()?.team.is_new().await.map_err(guard::refuse)
}

/// Makes the team and its first admin, and signs the admin in.
#[server(prefix = "/api", endpoint = "team/found")]
pub async fn found_team(form: WelcomeForm) -> Result<(), ApiError> {
    use super::{guard, sessions};
    let backend = guard::backend()?;
    let token = backend.team.found(form, &guard::client()).await.map_err(guard::refuse)?;
    sessions::begin(&token);
    // A script loads the page anew by itself: the frame around it changes with who is signed in.
    if !guard::is_scripted() {
        leptos_axum::redirect(crate::paths::DATA);
    }
    Ok(())
}
