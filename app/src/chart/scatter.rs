//! Dots: one measure against another, or against a number or a moment.

use super::frame::{Across, Room, Size, draw_y};
use super::ink::{Ink, Trace};
use super::plot::{Plot, Point, Series};
use super::scale::Scale;
use super::thin;
use super::words::tip;

/// More dots than this have no tooltip each.
pub(super) const MOST_TIPS: usize = 240;
/// Half a dot and a little, so that none is cut at the plot's edge.
const EDGE: f64 = 8.0;
/// Dots closer than this cover each other anyway.
const DOT: f64 = 3.0;
/// Dots of one path do not darken each other; those of different ones do, and show where there are many.
const LAYERS: usize = 6;

/// Returns the drawing's height, and how many dots share a mark with another that does not hide them.
pub(super) fn draw(ink: &mut Ink, plot: &Plot, size: &Size) -> (f64, usize) {
    let Some((low, high)) = plot.span_y() else { return (size.height, 0) };
    let y = Scale::around(low, high, false, size.steps);
    let room = Room::of(plot, size, &y, 14.0);
    let Some(x) = Across::of(plot, &room, pad(plot, &room)) else { return (size.height, 0) };
    draw_y(ink, plot, size, &room, &y);
    x.draw(ink, plot, size, &room);
    let has_tips = plot.values().count() <= MOST_TIPS;
    let mut merged = 0;
    for (nth, series) in plot.series.iter().enumerate() {
        let dots: Vec<(&Point, (f64, f64))> = series
            .points
            .iter()
            .filter_map(|point| Some((point, (room.x(x.scale.share(point.x)), room.y(y.share(point.y?))))))
            .collect();
        merged += ink_series(ink, plot, nth, series, &dots, has_tips, size.dots / plot.series.len());
    }
    (size.height, merged)
}

fn ink_series(
    ink: &mut Ink,
    plot: &Plot,
    nth: usize,
    series: &Series,
    dots: &[(&Point, (f64, f64))],
    has_tips: bool,
    most: usize,
) -> usize {
    if has_tips {
        ink.series(nth, |ink| {
            dots.iter().for_each(|(point, at)| ink.dot("chart-spot", *at, 4.0, || tip(plot, series, point)));
        });
        return 0;
    }
    let places: Vec<(f64, f64)> = dots.iter().map(|(_, at)| *at).collect();
    let (kept, side) = thin::dots(&places, most);
    let mut layers: [Trace; LAYERS] = Default::default();
    kept.iter().enumerate().for_each(|(nth, at)| layers[nth % LAYERS].speck(places[*at]));
    ink.series(nth, |ink| layers.iter().for_each(|layer| ink.path("chart-specks-fine", &layer.d)));
    if side > DOT { places.len() - kept.len() } else { 0 }
}

fn pad(plot: &Plot, room: &Room) -> f64 {
    plot.span_x().map_or(0.0, |(low, high)| (high - low) * EDGE / (room.width() - 2.0 * EDGE).max(1.0))
}
