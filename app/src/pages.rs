//! The pages, one file each.

mod add_redshift;
mod add_source;
mod audit;
mod check;
mod connection;
mod data;
mod data_connections;
mod dataset;
mod help;
mod invitation;
mod members;
mod not_found;
mod picker;
mod profile;
mod query;
mod rotation;
mod sign_in;
mod welcome;

pub use add_redshift::AddRedshiftPage;
pub use add_source::AddSourcePage;
pub use audit::AuditPage;
pub use check::CheckPage;
pub use connection::ConnectionPage;
pub use data::DataPage;
pub use data_connections::DataConnectionsPage;
pub use dataset::DatasetPage;
pub use help::{HelpPage, RefreshHelpPage};
pub use invitation::InvitationPage;
pub use members::MembersPage;
pub use not_found::NotFoundPage;
pub use picker::PickerPage;
pub use profile::ProfilePage;
pub use query::QueryPage;
pub use rotation::RotationPage;
pub use sign_in::SignInPage;
pub use welcome::WelcomePage;

use std::time::Duration;

use leptos::prelude::{Effect, Memo, With, window};
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::parts::Posting;

/// How often a page of several datasets looks how their refreshes stand.
const LOOK: Duration = Duration::from_secs(5);

/// A part of the path, by its name in the route.
fn param(name: &'static str) -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get(name).unwrap_or_default()))
}

/// A value of the query string.
fn query(name: &'static str) -> Memo<String> {
    let query = use_query_map();
    Memo::new(move |_| query.with(|query| query.get(name).unwrap_or_default()))
}

/// Loads Data as a whole page once the action has gone well: who is signed in has changed, and the frame with it.
fn load_anew(post: Posting) {
    Effect::new(move |_| {
        if post.is_done() {
            let _ = window().location().set_href(crate::paths::DATA);
        }
    });
}
