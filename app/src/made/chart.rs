//! What is drawn of an answer, and the ways to see it.

use contract::explore::{Chart, Explore};
use contract::query::{Column, ColumnShape, ResultSet, Row};
use leptos::prelude::*;

use crate::chart::{self, ChartKind, Data, Drawn, Kind};
use crate::parts::made;
use crate::words::numbers;

/// An answer as it may be seen.
#[derive(Default)]
pub struct Seen {
    /// Links to the ways to see it, and the chart, as markup. Empty where nothing can be drawn.
    pub markup: String,
    /// The one number is all there is to see.
    pub is_number: bool,
}

/// `link` makes an address of a chart's code.
pub fn seen(
    explore: Option<&Explore>,
    chosen: Option<Chart>,
    result: &ResultSet,
    rows: &[Row],
    link: impl Fn(&str) -> String,
) -> Seen {
    let columns: Vec<chart::Column> = result.columns.iter().map(column).collect();
    let (groups, measures) = match explore {
        // Groups come first in an answer of the explorer's.
        Some(explore) => ((0..explore.groups.len()).collect(), (explore.groups.len()..columns.len()).collect()),
        None => chart::roles(&columns),
    };
    let data = Data { columns: &columns, rows, groups: &groups, measures: &measures };
    let possible = chart::possible(&data);
    if possible.is_empty() {
        return Seen::default();
    }
    let kind = match chosen {
        Some(Chart::Table) => None,
        Some(chosen) => ChartKind::parse(chosen.as_str()).filter(|kind| possible.contains(kind)),
        None => Some(chart::sensible(&data)),
    };
    let name = |kind: Option<ChartKind>| kind.map_or("Table", ChartKind::label);
    let code = |kind: Option<ChartKind>| kind.map_or(Chart::Table.as_str(), ChartKind::as_str);
    let ways = std::iter::once(None).chain(possible.into_iter().map(Some)).map(|way| {
        view! { <a href=link(code(way)) aria-current=(way == kind).then_some("true")>{name(way)}</a> }
    });
    let ways = ways.collect_view();
    let drawn = (result.total > rows.len() as u64).then(|| {
        let number = |count: u64| numbers::grouped(u32::try_from(count).unwrap_or(u32::MAX));
        format!("Drawn of the first {} of {} rows.", number(rows.len() as u64), number(result.total))
    });
    let figure = kind.map(|kind| figure(chart::svg(&data, kind, "answer"), drawn));
    let markup = made(view! { <nav class="tabs" aria-label="Ways to see it">{ways}</nav> {figure} });
    Seen { markup, is_number: kind == Some(ChartKind::Number) }
}

fn figure(drawn: Drawn, only: Option<String>) -> impl IntoView {
    let left_out = drawn.left_out.map(|left| left.to_string()).unwrap_or_default();
    view! {
        <figure class="chart-figure">
            <div inner_html=drawn.markup></div>
            <figcaption class="quiet">{only.map(|only| view! { <strong>{only}</strong> " " })} {drawn.summary} " " {left_out}</figcaption>
        </figure>
    }
}

fn column(column: &Column) -> chart::Column {
    let kind = match column.shape {
        ColumnShape::Number => Kind::Number,
        ColumnShape::Time => Kind::Time,
        _ => Kind::Category,
    };
    chart::Column { name: column.name.clone(), kind }
}
