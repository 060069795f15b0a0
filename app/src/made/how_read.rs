//! The statement behind an answer, to be read, copied and taken to the workspace.

use contract::dataset::DatasetView;
use contract::explore::Kind;
use contract::query::{Ask, Column, QueryView};
use leptos::prelude::*;

use crate::parts::{CopyText, made};
use crate::paths;
use crate::words::{Told, numbers};

/// `alone` is the column for which the source was asked although there is a snapshot.
pub fn how_read(query: &QueryView<Told>, dataset: &DatasetView, ask: &Ask, alone: Option<&Column>) -> String {
    let is_open = matches!(ask, Ask::Explore(_));
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
    // What its columns hold says so above a long list.
    let why_live = alone.filter(|_| *ask != Ask::Profile).map(why_live);
    made(view! {
        {why_live}
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

/// Why the source was asked although there is a snapshot.
pub fn why_live(column: &Column) -> impl IntoView + use<> {
    let Column { name, type_name, .. } = column;
    let why = match Kind::of(column).compares_otherwise() {
        true => format!(
            "Some values of “{name}” end in blanks, and only the source knows whether these count when it compares: it was \
             asked."
        ),
        false => format!(
            "The snapshot keeps “{name}” ({type_name}) as text, which has another order and no sum: the source was asked."
        ),
    };
    view! { <p class="quiet">{why} " " <a href=paths::HELP_REFRESH>"What a snapshot answers"</a></p> }
}

#[cfg(test)]
mod tests {
    use contract::query::ColumnShape;

    use super::*;

    #[test]
    fn why_the_source_was_asked_is_said_of_the_column() {
        let column = |type_name: &str, ends_in_blanks| Column {
            name: "city".into(),
            type_name: type_name.into(),
            shape: ColumnShape::Text,
            ends_in_blanks,
        };
        let said = |column: &Column| made(why_live(column));
        assert!(said(&column("varchar(20)", true)).contains("Some values of “city” end in blanks"));
        assert!(said(&column("timetz", false)).contains("keeps “city” (timetz) as text"));
    }
}
