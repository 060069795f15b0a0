//! Upright bars: names side by side, or moments at their true distance.

use super::across;
use super::frame::{Across, Room, Size, TEXT, draw_y};
use super::ink::{Anchor, Ink};
use super::plot::{Axis, Plot};
use super::scale::Scale;
use super::text::width;
use super::words::tip;

/// A bar's share of the room that it could take.
const SHARE: f64 = 0.74;
/// Wider bars look like blocks.
const WIDEST: f64 = 72.0;

/// Bars lie down where their names would not fit below them.
pub(super) fn draw(ink: &mut Ink, plot: &Plot, size: &Size) -> f64 {
    let Some((low, high)) = plot.span_y() else { return size.height };
    let y = Scale::around(low, high, true, size.steps);
    let room = Room::of(plot, size, &y, 8.0);
    match &plot.axis {
        Axis::Slots(labels) if !fits(labels, plot.series.len(), room.width()) => across::draw(ink, plot, labels, size),
        Axis::Slots(labels) => {
            draw_y(ink, plot, size, &room, &y);
            let band = room.width() / labels.len().max(1) as f64;
            for (nth, label) in labels.iter().enumerate() {
                let middle = room.left + (nth as f64 + 0.5) * band;
                ink.text(middle, room.bottom + 18.0, Anchor::Middle, "chart-tick", label);
            }
            draw_bars(ink, plot, &room, &y, band, |x| room.left + (x + 0.5) * band);
            size.height
        }
        _ => {
            let gap = smallest_gap(plot);
            let Some(x) = Across::of(plot, &room, gap / 2.0) else { return size.height };
            draw_y(ink, plot, size, &room, &y);
            x.draw(ink, plot, size, &room);
            let band = room.width() * gap / (x.scale.high - x.scale.low);
            draw_bars(ink, plot, &room, &y, band, |at| room.x(x.scale.share(at)));
            size.height
        }
    }
}

fn fits(labels: &[String], series: usize, room: f64) -> bool {
    let band = room / labels.len().max(1) as f64;
    let bar = band * SHARE / series.max(1) as f64;
    let longest = labels.iter().map(|label| width(label, TEXT)).fold(0.0, f64::max);
    bar >= 7.0 && longest <= band - 6.0
}

fn draw_bars(ink: &mut Ink, plot: &Plot, room: &Room, y: &Scale, band: f64, middle: impl Fn(f64) -> f64) {
    let count = plot.series.len().max(1) as f64;
    let wide = (band * SHARE / count).min(WIDEST / count.sqrt());
    // Neighbours of one group are told apart by a hair of background, where there is room for one.
    let hair = if count > 1.0 && wide > 5.0 { 1.0 } else { 0.0 };
    let base = room.y(y.share(0.0));
    for (nth, series) in plot.series.iter().enumerate() {
        ink.series(nth, |ink| {
            for point in &series.points {
                let Some(value) = point.y else { continue };
                let left = middle(point.x) + (nth as f64 - count / 2.0) * wide;
                let sides = (left, left + (wide - hair).max(0.5));
                ink.rect("chart-bar", sides, (base, room.y(y.share(value))), || tip(plot, series, point));
            }
        });
    }
}

fn smallest_gap(plot: &Plot) -> f64 {
    let mut places: Vec<f64> =
        plot.series.iter().flat_map(|series| series.points.iter().map(|point| point.x)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let gap = places.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    if gap.is_finite() { gap } else { super::dates::DAY }
}
