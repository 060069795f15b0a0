//! The statement behind an answer, to be read, copied and taken to the workspace.

use contract::dataset::DatasetView;
use contract::query::QueryView;
use leptos::prelude::*;

use crate::parts::{CopyText, made};
use crate::paths;
use crate::words::{Told, numbers};

pub fn how_read(query: &QueryView<Told>, dataset: &DatasetView, is_open: bool) -> String {
    let sql = query.sql.as_str();
    let workspace = paths::query_with(&dataset.summary.connection_id, sql);
    let how = match query.snapshot {
        Some(from) => format!(
            "Answered from the snapshot of {}; the source was not asked. This is what it would be asked, as {}.",
            numbers::moment(from.taken_at),
            dataset.user
        ),
        None => format!("In a read-only transaction that was rolled back, as {}.", dataset.user),
    };
    made(view! {
        <details class="more" open=is_open>
            <summary>"The SQL, and how it was read"</summary>
            <CopyText label="the statement".to_owned() text=sql.to_owned()/>
            <p>
                {how} " "
                <a href=workspace>"Open it in the workspace"</a>
            </p>
        </details>
    })
}
