//! Members, invitations, and one's own profile.

use contract::members::{AcceptForm, Invited, MembersView, PasswordForm, SessionView};
use leptos::prelude::*;

use super::{ApiError, Wire};

#[server(prefix = "/api", endpoint = "members/list", output = Wire)]
pub async fn list_members() -> Result<MembersView, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.members.list(&actor).await.map_err(guard::refuse)
}

/// `role` is a code of the contract's roles.
#[server(prefix = "/api", endpoint = "members/invite")]
pub async fn invite_member(#[server(default)] role: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let role = contract::team::Role::from_code(&role);
    backend.members.invite(&actor, role).await.map_err(guard::refuse)?;
    leptos_axum::redirect(crate::paths::MEMBERS);
    Ok(())
}

#[server(prefix = "/api", endpoint = "members/revoke")]
pub async fn revoke_invitation(id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.members.revoke(&actor, &id).await.map_err(guard::refuse)?;
    leptos_axum::redirect(crate::paths::MEMBERS);
    Ok(())
}

#[server(prefix = "/api", endpoint = "members/set-role")]
pub async fn set_role(id: String, role: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let known = contract::team::Role::from_code(&role);
    let role =
        if known.as_str() == role { known } else { return Err(guard::refuse(contract::fault::Fault::BadRequest)) };
    backend.members.set_role(&actor, &id, role).await.map_err(guard::refuse)?;
    leptos_axum::redirect(crate::paths::MEMBERS);
    Ok(())
}

#[server(prefix = "/api", endpoint = "members/remove")]
pub async fn remove_member(id: String) -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    backend.members.remove(&actor, &id).await.map_err(guard::refuse)?;
    leptos_axum::redirect(crate::paths::MEMBERS);
    Ok(())
}

#[server(prefix = "/api", endpoint = "members/invited", output = Wire)]
pub async fn show_invitation(code: String) -> Result<Invited, ApiError> {
    use super::guard;
    guard::backend()?.members.invited(&code).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "members/accept")]
pub async fn accept_invitation(form: AcceptForm) -> Result<(), ApiError> {
    use super::{guard, sessions};
    let token = guard::backend()?.members.accept(form, &guard::client()).await.map_err(guard::refuse)?;
    sessions::begin(&token);
    // A script loads the page anew by itself: the frame around it changes with who is signed in.
    if !guard::is_scripted() {
        leptos_axum::redirect(crate::paths::DATA);
    }
    Ok(())
}

#[server(prefix = "/api", endpoint = "profile/sessions", output = Wire)]
pub async fn list_sessions() -> Result<Vec<SessionView>, ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let token = guard::token().map(|token| token.0).unwrap_or_default();
    backend.profile.sessions(&actor, &token).await.map_err(guard::refuse)
}

#[server(prefix = "/api", endpoint = "profile/end-sessions")]
pub async fn end_sessions() -> Result<(), ApiError> {
    use super::guard;
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let token = guard::token().map(|token| token.0).unwrap_or_default();
    backend.profile.end_others(&actor, &token).await.map_err(guard::refuse)?;
    leptos_axum::redirect(crate::paths::PROFILE);
    Ok(())
}

#[server(prefix = "/api", endpoint = "profile/change-password")]
pub async fn change_password(form: PasswordForm) -> Result<(), ApiError> {
    use super::{guard, sessions};
    let (backend, actor) = (guard::backend()?, guard::member()?);
    let token = guard::token().map(|token| token.0).unwrap_or_default();
    let token = backend.profile.change_password(&actor, form, &token).await.map_err(guard::refuse)?;
    sessions::begin(&token);
    leptos_axum::redirect(crate::paths::PROFILE);
    Ok(())
}
