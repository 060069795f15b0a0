//! All routes, and the frame around every page.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::pages::{
    AddRedshiftPage, AddSourcePage, AuditPage, CheckPage, ConnectionPage, DataConnectionsPage, DataPage, DatasetPage,
    HelpPage, InvitationPage, MembersPage, NotFoundPage, PickerPage, ProfilePage, QueryPage, RefreshHelpPage,
    RotationPage, SignInPage, WelcomePage,
};
use crate::parts::{Frame, copy_when_pressed, keep_place, tell_local_times};

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    copy_when_pressed();
    keep_place();
    tell_local_times();
    // Tests wait for this mark before they click.
    Effect::new(|_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "");
        }
    });
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Flitch".to_owned() } else { format!("{title} · Flitch") }/>
        <Router>
            <Frame>
                <Routes fallback=NotFoundPage>
                    <Route path=path!("/welcome") view=WelcomePage ssr=SsrMode::Async/>
                    <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                    <Route path=path!("/") view=DataPage ssr=SsrMode::Async/>
                    <Route path=path!("/data") view=DataPage ssr=SsrMode::Async/>
                    <Route path=path!("/data/add") view=AddSourcePage ssr=SsrMode::Async/>
                    <Route path=path!("/data/add/redshift") view=AddRedshiftPage ssr=SsrMode::Async/>
                    <Route path=path!("/data/connections/:id") view=ConnectionPage ssr=SsrMode::Async/>
                    <Route path=path!("/data/connections/:id/checks/:check") view=CheckPage ssr=SsrMode::Async/>
                    <Route path=path!("/data/connections/:id/datasets") view=PickerPage ssr=SsrMode::Async/>
                    <Route path=path!("/data/datasets/:id") view=DatasetPage ssr=SsrMode::Async/>
                    <Route path=path!("/query/:id?") view=QueryPage ssr=SsrMode::Async/>
                    <Route path=path!("/invitations/:code") view=InvitationPage ssr=SsrMode::Async/>
                    <Route path=path!("/settings/members") view=MembersPage ssr=SsrMode::Async/>
                    <Route path=path!("/settings/profile") view=ProfilePage ssr=SsrMode::Async/>
                    <Route path=path!("/settings/data-connections") view=DataConnectionsPage ssr=SsrMode::Async/>
                    <Route path=path!("/settings/data-connections/rotation/:draft") view=RotationPage ssr=SsrMode::Async/>
                    <Route path=path!("/settings/audit") view=AuditPage ssr=SsrMode::Async/>
                    <Route path=path!("/help/redshift") view=HelpPage ssr=SsrMode::Async/>
                    <Route path=path!("/help/refresh") view=RefreshHelpPage ssr=SsrMode::Async/>
                </Routes>
            </Frame>
        </Router>
    }
}
