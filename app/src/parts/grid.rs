//! A result as a table: numbers to the right and exact, NULL told from an empty string, cells as text only.

use contract::query::{Column, ColumnShape, ResultSet};
use leptos::prelude::*;

/// A longer cell is cut on the page, and unfolds.
const LONG: usize = 120;

#[component]
pub fn Grid(label: String, result: ResultSet) -> impl IntoView {
    let shapes: Vec<ColumnShape> = result.columns.iter().map(|column| column.shape).collect();
    let head = result.columns.into_iter().map(heading).collect_view();
    let rows = result
        .rows
        .into_iter()
        .map(|row| {
            let cells = row
                .into_iter()
                .enumerate()
                .map(|(at, value)| cell(shapes.get(at).copied().unwrap_or(ColumnShape::Text), value));
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

fn heading(column: Column) -> impl IntoView {
    view! {
        <th scope="col" data-shape=shape_word(column.shape)>
            <span class="grid-name">{column.name}</span>
            <span class="grid-type">{column.type_name}</span>
        </th>
    }
}

fn cell(shape: ColumnShape, value: Option<String>) -> impl IntoView {
    let shown = match value {
        None => view! { <span class="grid-null">"NULL"</span> }.into_any(),
        Some(text) if text.is_empty() => view! { <span class="grid-null">"empty"</span> }.into_any(),
        Some(text) if text.chars().count() > LONG => {
            let short: String = text.chars().take(LONG).collect();
            view! {
                <details>
                    <summary><bdi>{short}"…"</bdi></summary>
                    <bdi class="grid-long">{text}</bdi>
                </details>
            }
            .into_any()
        }
        Some(text) => view! { <bdi>{text}</bdi> }.into_any(),
    };
    view! { <td data-shape=shape_word(shape)>{shown}</td> }
}

fn shape_word(shape: ColumnShape) -> &'static str {
    match shape {
        ColumnShape::Text => "text",
        ColumnShape::Number => "number",
        ColumnShape::Boolean => "boolean",
        ColumnShape::Time => "time",
        ColumnShape::Json => "json",
        ColumnShape::Binary => "binary",
    }
}
