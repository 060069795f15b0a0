//! Which kinds of chart make sense of a result, and which one of them most.

use std::collections::HashSet;

use super::{ChartKind, Column, Data, Kind, dates, number};

/// Bars at true distances in time get too thin beyond this many.
const MOST_TIME_BARS: usize = 160;

/// The kinds that show something true about these rows. Empty where there is nothing to draw.
pub fn possible(data: &Data) -> Vec<ChartKind> {
    let (groups, measures) = (data.groups(), data.measures());
    if measures.is_empty() || data.rows.is_empty() {
        return Vec::new();
    }
    let mut kinds = match groups.first().map(|at| data.columns[*at].kind) {
        None if data.rows.len() == 1 => vec![ChartKind::Number],
        None => vec![ChartKind::Scatter],
        Some(Kind::Category) if measures.len() > 1 => vec![ChartKind::Bar, ChartKind::Scatter],
        Some(Kind::Category) => vec![ChartKind::Bar],
        Some(_) => vec![ChartKind::Line, ChartKind::Bar, ChartKind::Area, ChartKind::Scatter],
    };
    if groups.first().is_some_and(|at| data.columns[*at].kind == Kind::Time) && !can_stand_in_time(data, &groups) {
        kinds.retain(|kind| *kind != ChartKind::Bar);
    }
    kinds
}

/// The kind to begin with.
pub fn sensible(data: &Data) -> ChartKind {
    match data.groups().first().map(|at| (*at, data.columns[*at].kind)) {
        None if data.rows.len() <= 1 => ChartKind::Number,
        None => ChartKind::Scatter,
        Some((_, Kind::Category)) => ChartKind::Bar,
        Some((_, Kind::Time)) => ChartKind::Line,
        Some((_, Kind::Number)) if data.rows.len() <= 12 => ChartKind::Bar,
        Some((column, Kind::Number)) if is_sorted(data, column) => ChartKind::Line,
        Some((_, Kind::Number)) => ChartKind::Scatter,
    }
}

/// A first guess at groups and measures for a result that nobody said more about: every number is a measure, and at most
/// a time and a name are the groups. Where there are numbers alone, the first is what the others are of, if no two rows
/// share it.
pub fn roles(columns: &[Column], rows: &[Vec<Option<String>>]) -> (Vec<usize>, Vec<usize>) {
    let of = |kind: Kind| (0..columns.len()).filter(move |at| columns[*at].kind == kind);
    let groups: Vec<usize> = of(Kind::Time).take(1).chain(of(Kind::Category)).take(2).collect();
    let mut measures: Vec<usize> = of(Kind::Number).collect();
    if groups.is_empty() && measures.len() > 1 && rows.len() > 1 {
        let values: HashSet<_> = rows.iter().filter_map(|row| row.get(measures[0])?.as_deref()).collect();
        if values.len() == rows.len() {
            return (vec![measures.remove(0)], measures);
        }
    }
    (groups, measures)
}

/// Bars need a place each, and places of one width: no two of a series at one moment, and no crowd.
fn can_stand_in_time(data: &Data, groups: &[usize]) -> bool {
    let mut moments = Vec::new();
    let mut seen = HashSet::new();
    let mut series = HashSet::new();
    for row in 0..data.rows.len() {
        let Some(moment) = data.cell(row, groups[0]).and_then(dates::read) else { continue };
        let name: Vec<_> = groups[1..].iter().map(|column| data.cell(row, *column)).collect();
        if !seen.insert((moment.at.to_bits(), name.clone())) {
            return false;
        }
        series.insert(name);
        moments.push(moment.at);
    }
    moments.sort_by(f64::total_cmp);
    moments.dedup();
    let bars = moments.len() * series.len() * data.measures().len();
    let gap = moments.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    let span = moments.last().zip(moments.first()).map_or(0.0, |(last, first)| last - first);
    bars <= MOST_TIME_BARS && (gap.is_infinite() || span / gap <= MOST_TIME_BARS as f64)
}

fn is_sorted(data: &Data, column: usize) -> bool {
    (0..data.rows.len()).filter_map(|row| number::read(data.cell(row, column)?)).is_sorted()
}
