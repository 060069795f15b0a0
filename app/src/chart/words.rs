//! What a chart says in words: its title, its one sentence for who cannot see it, and what it leaves out.

use std::fmt;

use super::plot::{Axis, Plot, Point, Series};
use super::text::cut;
use super::{ChartKind, number};

/// How much of a name a sentence or a tooltip quotes.
const NAME: usize = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub shown: usize,
    pub of: usize,
}

/// What of the rows is not in the picture. Its text is for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    pub bars: Option<Part>,
    pub series: Option<Part>,
    pub numbers: Option<Part>,
    /// Values that are no finite number: `NaN`, infinities.
    pub not_numbers: usize,
    /// Rows whose place on the axis is NULL or unreadable.
    pub no_place: usize,
    /// Dots that share a mark with a close neighbour, in the largest of the drawings.
    pub merged_dots: usize,
}

impl LeftOut {
    pub(super) fn said(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mut sentences = Vec::new();
        if let Some(Part { shown, of }) = self.bars {
            sentences.push(format!("Only the first {shown} of {} entries are shown.", count(of)));
        }
        if let Some(Part { shown, of }) = self.series {
            sentences.push(format!("Only the {shown} largest of {} series are drawn.", count(of)));
        }
        if let Some(Part { shown, of }) = self.numbers {
            sentences.push(format!("Only the first {shown} of {} numbers are shown.", count(of)));
        }
        match self.not_numbers {
            0 => {}
            1 => sentences.push("1 value is not a finite number and is not drawn.".to_owned()),
            many => sentences.push(format!("{} values are not finite numbers and are not drawn.", count(many))),
        }
        match self.no_place {
            0 => {}
            1 => sentences.push("1 row has no place on the axis and is not drawn.".to_owned()),
            many => sentences.push(format!("{} rows have no place on the axis and are not drawn.", count(many))),
        }
        if self.merged_dots > 0 {
            sentences.push(format!("{} dots share a mark with a close neighbour.", count(self.merged_dots)));
        }
        f.write_str(&sentences.join(" "))
    }
}

/// `Line chart of revenue by day`.
pub(super) fn title(plot: &Plot) -> String {
    let kind = match plot.kind {
        ChartKind::Line => "Line chart",
        ChartKind::Bar => "Bar chart",
        ChartKind::Area => "Area chart",
        ChartKind::Scatter => "Scatter plot",
        ChartKind::Number => "Number",
    };
    let mut names: Vec<String> = plot.measures.iter().take(3).map(|at| cut(plot.data.name(*at), NAME)).collect();
    if plot.measures.len() > 3 {
        names.push(format!("{} more", plot.measures.len() - 3));
    }
    match plot.x_column {
        Some(column) => format!("{kind} of {} by {}", listed(&names), cut(plot.data.name(column), NAME)),
        None => format!("{kind} of {} by row", listed(&names)),
    }
}

/// The title and what it shows, in one sentence.
pub(super) fn summary(plot: &Plot) -> String {
    let values = plot.values().count();
    let mut text = title(plot);
    if plot.series.len() > 1 {
        text += &format!(", {} series", plot.series.len());
    }
    text += &match values {
        1 => ", 1 value".to_owned(),
        many => format!(", {} values", count(many)),
    };
    if let Some((first, last)) = ends(plot) {
        text += &format!(" from {first} to {last}");
    }
    text += &extremes(plot);
    match plot.nulls {
        0 => {}
        1 => text += "; 1 value is NULL",
        many => text += &format!("; {} values are NULL", count(many)),
    }
    text + "."
}

/// A tooltip: where, what and how much, as the database wrote it.
pub(super) fn tip(plot: &Plot, series: &Series, point: &Point) -> String {
    let (place, value) = (cut(&plot.x_text(point), NAME), exact(plot.y_text(point)));
    match plot.x_column {
        Some(column) if plot.kind == ChartKind::Scatter => {
            let label = plot.label_column.and_then(|label| plot.data.cell(point.row, label));
            let label = label.map(|label| cut(label, NAME) + ": ").unwrap_or_default();
            let name = |column| cut(plot.data.name(column), NAME);
            format!("{label}{} {place}, {} {value}", name(column), name(point.column))
        }
        _ if plot.series.len() == 1 => format!("{place}: {value}"),
        _ => format!("{place}, {}: {value}", cut(&series.name, NAME)),
    }
}

fn ends(plot: &Plot) -> Option<(String, String)> {
    if matches!(plot.axis, Axis::Slots(_)) {
        return None;
    }
    let points = || plot.series.iter().flat_map(|series| &series.points);
    let first = points().min_by(|one, other| one.x.total_cmp(&other.x))?;
    let last = points().max_by(|one, other| one.x.total_cmp(&other.x))?;
    (first.x < last.x).then(|| (cut(&plot.x_text(first), NAME), cut(&plot.x_text(last), NAME)))
}

fn extremes(plot: &Plot) -> String {
    let lowest = plot.values().min_by(|one, other| one.2.total_cmp(&other.2));
    let highest = plot.values().reduce(|best, next| if next.2 > best.2 { next } else { best });
    let (Some(lowest), Some(highest)) = (lowest, highest) else {
        return String::new();
    };
    if lowest.2 == highest.2 {
        return format!(": each is {}", exact(plot.y_text(lowest.1)));
    }
    let told = |(series, point, _): (&Series, &Point, f64)| {
        let place = cut(&plot.x_text(point), NAME);
        let whose = if plot.series.len() > 1 { format!(" ({})", cut(&series.name, NAME)) } else { String::new() };
        format!("{} at {place}{whose}", exact(plot.y_text(point)))
    };
    format!(": lowest {}, highest {}", told(lowest), told(highest))
}

fn exact(text: &str) -> String {
    cut(&number::grouped(text), NAME)
}

pub(super) fn count(number: usize) -> String {
    number::grouped(&number.to_string())
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
