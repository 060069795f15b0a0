//! Signing in and out.

use contract::team::{Actor, SignInForm};
use leptos::prelude::*;

use super::ApiError;

#[server(prefix = "/api", endpoint = "sessions/sign-in")]
pub async fn sign_in(form: SignInForm) -> Result<(), ApiError> {
    use super::guard;
    let backend = guard::backend()?;
    let token = backend.sessions.sign_in(form, &guard::client()).await.map_err(guard::refuse)?;
    begin(&token);
    // A script loads the page anew by itself: the frame around it changes with who is signed in.
    if !guard::is_scripted() {
        leptos_axum::redirect(crate::paths::DATA);
    }
    Ok(())
}

#[server(prefix = "/api", endpoint = "sessions/sign-out")]
pub async fn sign_out() -> Result<(), ApiError> {
    use super::guard;
    let backend = guard::backend()?;
    let actor = guard::member()?;
    if let Some(token) = guard::token() {
        backend.sessions.sign_out(&actor, &token.0).await.map_err(guard::refuse)?;
    }
    guard::set_cookie(&contract::cookie::clear());
    leptos_axum::redirect(crate::paths::SIGN_IN);
    Ok(())
}

/// Sets the cookie of a fresh session.
#[cfg(feature = "ssr")]
pub(super) fn begin(token: &contract::team::SessionToken) {
    super::guard::set_cookie(&contract::cookie::set(&token.0));
}

/// Who looks at the page; known on the server at once, and carried to the browser with the page.
pub fn current_actor() -> Option<Actor> {
    #[cfg(feature = "ssr")]
    let actor = use_context::<http::request::Parts>().and_then(|parts| parts.extensions.get::<Actor>().cloned());
    #[cfg(not(feature = "ssr"))]
    let actor = None;
    actor
}
