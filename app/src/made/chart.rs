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
        None => chart::roles(&columns, rows),
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
        let place = format!("way-{}", code(way));
        view! { <a href=link(code(way)) data-place=place aria-current=(way == kind).then_some("true")>{name(way)}</a> }
    });
    let ways = ways.collect_view();
    let drawn = (result.total > rows.len() as u64).then(|| {
        let number = |count: u64| numbers::grouped(u32::try_from(count).unwrap_or(u32::MAX));
        format!("Drawn of the first {} of {} rows.", number(rows.len() as u64), number(result.total))
    });
    let figures = kind.map(|kind| {
        let panels = panels(&data, kind);
        let each = panels.iter().enumerate().map(|(at, measures)| {
            let part = Data { measures, ..data };
            let only = if at == 0 { drawn.clone() } else { None };
            figure(chart::svg(&part, kind, &format!("answer-{at}")), only)
        });
        each.collect_view()
    });
    let markup = made(view! { <nav class="tabs" aria-label="Ways to see it">{ways}</nav> {figures} });
    Seen { markup, is_number: kind == Some(ChartKind::Number) }
}

/// The same where a chart was asked for: then it is said that nothing can be drawn.
pub fn or_why_not(seen: Seen) -> String {
    if !seen.markup.is_empty() {
        return seen.markup;
    }
    made(view! { <p class="quiet">"A chart needs a column of numbers. " <a href="?">"Back to the table"</a></p> })
}

/// On one axis a measure that is so much smaller than another is a line at the bottom.
const FAR_APART: f64 = 20.0;

/// Measures that are drawn together: each panel has an axis of its own.
fn panels(data: &Data<'_>, kind: ChartKind) -> Vec<Vec<usize>> {
    if !matches!(kind, ChartKind::Line | ChartKind::Area | ChartKind::Bar) {
        return vec![data.measures.to_vec()];
    }
    let mut panels: Vec<(f64, Vec<usize>)> = Vec::new();
    for &measure in data.measures {
        let size = size(data.rows, measure);
        let is_near = |other: f64| size.max(other) <= FAR_APART * size.min(other);
        match panels.iter_mut().find(|(first, _)| is_near(*first)) {
            Some((_, panel)) => panel.push(measure),
            None => panels.push((size, vec![measure])),
        }
    }
    panels.into_iter().map(|(_, measures)| measures).collect()
}

/// The largest of a column's numbers, whatever its sign.
fn size(rows: &[Row], column: usize) -> f64 {
    let numbers = rows.iter().filter_map(|row| row.get(column)?.as_deref()?.parse::<f64>().ok());
    numbers.filter(|number| number.is_finite()).fold(0.0, |largest, number| largest.max(number.abs()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_apart_is_drawn_apart() {
        let column = |name: &str, kind| chart::Column { name: name.into(), kind };
        let columns = [
            column("day", Kind::Time),
            column("a", Kind::Number),
            column("b", Kind::Number),
            column("c", Kind::Number),
        ];
        let row = |day: &str, a: &str, b: &str, c: &str| [day, a, b, c].map(|cell| Some(cell.to_owned())).to_vec();
        let rows = [row("2026-11-24", "-1000000", "3", "90000"), row("2026-11-25", "5", "NaN", "2")];
        let data = Data { columns: &columns, rows: &rows, groups: &[0], measures: &[1, 2, 3] };
        assert_eq!(panels(&data, ChartKind::Line), [vec![1, 3], vec![2]]);
        assert_eq!(panels(&data, ChartKind::Scatter), [vec![1, 2, 3]]);
        let alike = Data { measures: &[1, 3], ..data };
        assert_eq!(panels(&alike, ChartKind::Bar), [vec![1, 3]]);
    }
}
