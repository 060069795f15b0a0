//! The pages, one file each.

mod add_redshift;
mod add_source;
mod check;
mod connection;
mod data;
mod dataset;
mod help;
mod not_found;
mod picker;
mod sign_in;
mod welcome;

pub use add_redshift::AddRedshiftPage;
pub use add_source::AddSourcePage;
pub use check::CheckPage;
pub use connection::ConnectionPage;
pub use data::DataPage;
pub use dataset::DatasetPage;
pub use help::HelpPage;
pub use not_found::NotFoundPage;
pub use picker::PickerPage;
pub use sign_in::SignInPage;
pub use welcome::WelcomePage;

use leptos::prelude::{Memo, With};
use leptos_router::hooks::{use_params_map, use_query_map};

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
