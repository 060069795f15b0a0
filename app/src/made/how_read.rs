//! The statement behind an answer, to be read, copied and taken to the workspace.

use contract::dataset::DatasetView;
use leptos::prelude::*;

use crate::parts::{CopyText, made};
use crate::paths;

pub fn how_read(sql: &str, dataset: &DatasetView, is_open: bool) -> String {
    let workspace = paths::query_with(&dataset.summary.connection_id, sql);
    made(view! {
        <details class="more" open=is_open>
            <summary>"The SQL, and how it was read"</summary>
            <CopyText label="the statement".to_owned() text=sql.to_owned()/>
            <p>
                "In a read-only transaction that was rolled back, as " {dataset.user.clone()} ". "
                <a href=workspace>"Open it in the workspace"</a>
            </p>
        </details>
    })
}
