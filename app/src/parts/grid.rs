//! A result as a table: numbers to the right and exact, NULL told from an empty string, cells as text only.

use std::sync::Arc;

use contract::query::{Column, ColumnShape, ResultSet};
use leptos::prelude::*;

use super::cell::{shape_word, shown, unfolded};

/// A longer cell is cut on the page, and unfolds.
const LONG: usize = 120;

/// The address of an order: by this column, and whether the largest comes first.
pub type Link = Arc<dyn Fn(&str, bool) -> String + Send + Sync>;

/// How the rows are sorted, and the way to another order.
#[derive(Clone)]
pub struct Sorting {
    /// A column, and whether the largest comes first.
    pub by: Option<(String, bool)>,
    pub link: Link,
}

#[component]
pub fn Grid(label: String, result: ResultSet, #[prop(optional)] sorting: Option<Sorting>) -> impl IntoView {
    let columns = result.columns;
    let head = columns.iter().cloned().map(|column| heading(column, sorting.as_ref())).collect_view();
    let rows = result
        .rows
        .into_iter()
        .map(|row| {
            let cells = row.into_iter().zip(&columns).map(|(value, column)| cell(column, value));
            view! { <tr>{cells.collect_view()}</tr> }
        })
        .collect_view();
    view! {
        <div class="grid" role="region" aria-label=label tabindex="0">
            <table>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn heading(column: Column, sorting: Option<&Sorting>) -> impl IntoView + use<> {
    let sorted = sorting.and_then(|sorting| sorting.by.clone()).filter(|(by, _)| *by == column.name);
    let order = sorted.as_ref().map(|(_, is_descending)| if *is_descending { "descending" } else { "ascending" });
    let name = match sorting {
        Some(sorting) => {
            let is_ascending = order == Some("ascending");
            let mark = match order {
                Some("ascending") => " ↑",
                Some(_) => " ↓",
                None => "",
            };
            let href = (sorting.link)(&column.name, is_ascending);
            let place = format!("sort-{}", column.name);
            view! { <a class="grid-name" href=href data-place=place>{column.name}{mark}</a> }.into_any()
        }
        None => view! { <span class="grid-name">{column.name}</span> }.into_any(),
    };
    view! {
        <th scope="col" data-shape=shape_word(column.shape) aria-sort=order>
            {name}
            <span class="grid-type">{column.type_name}</span>
        </th>
    }
}

fn cell(column: &Column, value: Option<String>) -> impl IntoView {
    let is_json = column.shape == ColumnShape::Json;
    let folds = |text: &String| text.chars().count() > LONG || (is_json && text.starts_with(['{', '[']));
    let inner = match value {
        Some(text) if folds(&text) => {
            let is_cut = text.chars().count() > LONG;
            let short: String = text.chars().take(LONG).collect();
            let long = unfolded(column, &text);
            view! {
                <details>
                    <summary><bdi>{short}{is_cut.then_some("…")}</bdi></summary>
                    <bdi class="grid-long">{long}</bdi>
                </details>
            }
            .into_any()
        }
        value => {
            let shown = shown(value.as_deref());
            if shown.is_said {
                view! { <span class="grid-null">{shown.text}</span> }.into_any()
            } else {
                view! { <bdi>{shown.text}</bdi> }.into_any()
            }
        }
    };
    view! { <td data-shape=shape_word(column.shape)>{inner}</td> }
}
