//! Which colour is which series: a list above the drawings, or names at the ends of lines.

use super::ChartKind;
use super::frame::{Room, Size, TEXT};
use super::ink::{Anchor, Ink};
use super::plot::Plot;
use super::scale::Scale;
use super::scatter;
use super::text::{cut, escape, fit, width};

const LINE_HEIGHT: f64 = 16.0;
/// From the plot to a name: the swatch and the room around it.
const SWATCH: f64 = 26.0;

/// The list. Lines in a wide drawing have their names beside them and do without it.
pub(super) fn list(plot: &Plot) -> String {
    if plot.series.len() < 2 {
        return String::new();
    }
    let mut ink = Ink::default();
    let only = if has_names_beside(plot) { r#" data-only="narrow""# } else { "" };
    ink.write(format_args!(r#"<ul class="chart-key"{only}>"#));
    for (nth, series) in plot.series.iter().enumerate() {
        ink.out.push_str(
            r#"<li><svg class="chart-swatch" viewBox="0 0 18 10" width="18" height="10" aria-hidden="true">"#,
        );
        ink.series(nth, |ink| swatch(ink, plot, (0.0, 5.0)));
        ink.write(format_args!("</svg>{}</li>", escape(&cut(&series.name, 60))));
    }
    ink.out.push_str("</ul>");
    ink.out
}

fn has_names_beside(plot: &Plot) -> bool {
    matches!(plot.kind, ChartKind::Line | ChartKind::Area)
}

fn swatch(ink: &mut Ink, plot: &Plot, (x, y): (f64, f64)) {
    let is_dense = plot.values().count() > scatter::MOST_TIPS;
    match plot.kind {
        ChartKind::Line | ChartKind::Area => ink.line("chart-line", (x, y), (x + 18.0, y)),
        ChartKind::Scatter if !is_dense => ink.dot("chart-spot", (x + 9.0, y), 4.0, String::new),
        ChartKind::Scatter => ink.path("chart-specks", &format!("M{} {y}h0", x + 9.0)),
        _ => ink.path("chart-bar", &format!("M{x} {}h18v9h-18z", y - 4.5)),
    }
}

/// The room that names beside the lines take, on the right.
pub(super) fn side(plot: &Plot, size: &Size) -> f64 {
    if !size.has_side || plot.series.len() < 2 {
        return 14.0;
    }
    let widest = plot.series.iter().map(|series| width(&fit(&series.name, TEXT, most(size)), TEXT)).fold(0.0, f64::max);
    widest + SWATCH + 8.0
}

fn most(size: &Size) -> f64 {
    size.width * 0.2
}

/// Names at the height of the lines' last values, moved apart where they would cover each other.
pub(super) fn beside(ink: &mut Ink, plot: &Plot, size: &Size, room: &Room, y: &Scale) {
    if !size.has_side || plot.series.len() < 2 {
        return;
    }
    let mut names: Vec<(usize, f64)> = Vec::new();
    for (nth, series) in plot.series.iter().enumerate() {
        let last = series.points.iter().rev().find_map(|point| point.y);
        names.push((nth, last.map_or(room.bottom, |last| room.y(y.share(last)))));
    }
    names.sort_by(|one, other| one.1.total_cmp(&other.1));
    apart(&mut names, room.top, room.bottom);
    for (nth, height) in names {
        ink.series(nth, |ink| swatch(ink, plot, (room.right + 8.0, height)));
        let name = fit(&plot.series[nth].name, TEXT, most(size));
        ink.text(room.right + 8.0 + SWATCH, height + TEXT * 0.35, Anchor::Start, "chart-series", &name);
    }
}

/// Downwards first, and back up from the bottom where that went too far. Sorted by height.
fn apart(names: &mut [(usize, f64)], top: f64, bottom: f64) {
    let mut free = top;
    for name in names.iter_mut() {
        name.1 = name.1.max(free);
        free = name.1 + LINE_HEIGHT;
    }
    let mut free = bottom;
    for name in names.iter_mut().rev() {
        name.1 = name.1.min(free);
        free = name.1 - LINE_HEIGHT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_cover_each_other() {
        for heights in [[10.0, 10.0, 10.0, 10.0], [195.0, 196.0, 197.0, 198.0], [10.0, 100.0, 101.0, 200.0]] {
            let mut names: Vec<(usize, f64)> = heights.into_iter().enumerate().collect();
            apart(&mut names, 10.0, 200.0);
            assert!(names.windows(2).all(|pair| pair[1].1 - pair[0].1 >= LINE_HEIGHT - 1e-9), "{names:?}");
            assert!(names[0].1 >= 10.0 && names[3].1 <= 200.0, "{names:?}");
        }
    }
}
