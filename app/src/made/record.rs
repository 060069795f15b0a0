//! How a query ran: what was sent, what the server said beside the rows, and how it was kept from writing.

use contract::query::{KeptReadOnly, Purpose, QueryView};
use leptos::prelude::*;

use crate::parts::{CopyText, made};
use crate::paths;
use crate::words::{Told, numbers};

pub fn record(query: &QueryView<Told>) -> String {
    let notices = query.notices.clone();
    let messages = (!notices.is_empty()).then(|| {
        view! {
            <h2>"Messages"</h2>
            <ul class="mono wrap">{notices.into_iter().map(|text| view! { <li>{text}</li> }).collect_view()}</ul>
        }
    });
    let kept = query.kept_read_only.map(|kept| view! { <ReadOnly kept connection=query.connection_id.clone()/> });
    made(view! {
        <details class="more">
            <summary>"How it ran"</summary>
            <p>
                "Asked by " {query.author.clone()} " at " {numbers::moment(query.queued_at)} ", of "
                <a href=paths::connection(&query.connection_id)>{query.connection_name.clone()}</a> "."
            </p>
            {kept}
            {messages}
            <CopyText label="the statement".to_owned() text=query.sql.clone()/>
            {at_source(query)}
        </details>
    })
}

/// What the source knows of it.
fn at_source(query: &QueryView<Told>) -> AnyView {
    let unasked = match query.snapshot {
        Some(from) => {
            format!("It came from the snapshot of {}; the source was not asked.", numbers::moment(from.taken_at))
        }
        None if query.was_sent => {
            return view! {
                <p class="quiet">"On the cluster it is found by this query's id. Redshift says what it cost:"</p>
                <CopyText label="the question about its cost".to_owned() text=cost(&query.id)/>
            }
            .into_any();
        }
        None if query.purpose == Purpose::Export => {
            "It was made of rows that were kept; the source was not asked.".into()
        }
        None => "It was not sent to the source.".into(),
    };
    view! { <p class="quiet">{unasked}</p> }.into_any()
}

/// `SYS_QUERY_HISTORY` shows a user's own queries (Redshift's manual, "Visibility of data in system tables and views").
fn cost(id: &str) -> String {
    format!(
        "SELECT query_id, status, queue_time, execution_time, returned_rows, returned_bytes\n\
         FROM sys_query_history\nWHERE query_label LIKE '%query={id}%'\nORDER BY start_time DESC;"
    )
}

#[component]
fn ReadOnly(kept: KeptReadOnly, connection: String) -> impl IntoView {
    let by_guard = if kept.by_guard {
        "The guard read the text: it is one statement, of a kind that only reads. What functions of your own do, it \
         cannot see."
    } else {
        "Flitch wrote the statement itself."
    };
    let by_rights = match kept.can_user_write {
        Some(true) => view! {
            <strong>"The database user could write. "</strong>
            <a href=paths::connection(&connection)>"The check has the SQL that fixes it"</a>
        }
        .into_any(),
        Some(false) => "The database user may write nothing in this database.".into_any(),
        None => "What the database user may write is not known: check the connection.".into_any(),
    };
    view! {
        <h2>"Kept read-only by"</h2>
        <ul class="kept">
            <li>{by_guard}</li>
            {kept.by_transaction.then(|| view! {
                <li>"The transaction was begun read-only, so that the server refuses writes, and rolled back."</li>
            })}
            <li>{by_rights}</li>
        </ul>
    }
}
