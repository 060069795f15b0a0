//! Lines and areas: points joined where values follow each other, and left open where one is missing.

use super::ChartKind;
use super::frame::{Across, Room, Size, draw_y};
use super::ink::{Ink, Trace};
use super::key;
use super::plot::{Plot, Series};
use super::scale::Scale;
use super::thin::{self, Place};
use super::words::tip;

/// More marks to point at than this would make the page heavy; the extremes keep theirs.
const MOST_TIPS: usize = 240;

pub(super) fn draw(ink: &mut Ink, plot: &Plot, size: &Size) -> f64 {
    let Some((low, high)) = plot.span_y() else { return size.height };
    let y = Scale::around(low, high, plot.kind == ChartKind::Area || is_near_zero(low, high), size.steps);
    let room = Room::of(plot, size, &y, key::side(plot, size));
    let Some(x) = Across::of(plot, &room, 0.0) else { return size.height };
    draw_y(ink, plot, size, &room, &y);
    x.draw(ink, plot, size, &room);
    let at = |series: &Series| -> Vec<Place> {
        let place = |value: f64| room.y(y.share(value));
        series.points.iter().map(|point| (room.x(x.scale.share(point.x)), point.y.map(place))).collect()
    };
    let places: Vec<Vec<Place>> = plot.series.iter().map(at).collect();
    let base = room.y(y.share(0.0_f64.clamp(y.low, y.high)));
    let most = size.points / plot.series.len().max(1);
    if plot.kind == ChartKind::Area {
        let are_many = places.len() > 1;
        for (nth, places) in places.iter().enumerate() {
            let kept = thin::line(places, most);
            ink.series(nth, |ink| {
                ink.path(if are_many { "chart-area-faint" } else { "chart-area" }, &area(places, &kept, base))
            });
        }
    }
    for (nth, places) in places.iter().enumerate() {
        let kept = thin::line(places, most);
        let (line, alone) = lines(places, &kept);
        ink.series(nth, |ink| {
            let is_dense = kept.len() as f64 > room.width();
            ink.path(if is_dense { "chart-line-fine" } else { "chart-line" }, &line);
            ink.path("chart-specks", &alone);
        });
    }
    draw_points(ink, plot, &room, &places);
    key::beside(ink, plot, size, &room, &y);
    size.height
}

/// A line may leave zero out, but not when zero is close: it would look like more change than there is.
fn is_near_zero(low: f64, high: f64) -> bool {
    let (near, far) = if low >= 0.0 { (low, high) } else { (-high, -low) };
    near >= 0.0 && near <= far * 0.5
}

/// The line, and the points that have no neighbour to be joined to.
fn lines(places: &[Place], kept: &[usize]) -> (String, String) {
    let (mut line, mut alone) = (Trace::default(), Trace::default());
    for part in parts(places, kept) {
        match part[..] {
            [only] => alone.speck(only),
            _ => {
                part.iter().enumerate().for_each(|(nth, at)| if nth == 0 { line.go(*at) } else { line.draw(*at) });
            }
        }
    }
    (line.d, alone.d)
}

fn area(places: &[Place], kept: &[usize], base: f64) -> String {
    let mut area = Trace::default();
    for part in parts(places, kept) {
        if let ([first, .., last], true) = (&part[..], part.len() > 1) {
            area.go((first.0, base));
            part.iter().for_each(|at| area.draw(*at));
            area.draw((last.0, base));
            area.d.push('z');
        }
    }
    area.d
}

/// What lies between two gaps.
fn parts(places: &[Place], kept: &[usize]) -> Vec<Vec<(f64, f64)>> {
    let points: Vec<Option<(f64, f64)>> = kept.iter().map(|at| places[*at].1.map(|y| (places[*at].0, y))).collect();
    let parts = points.split(Option::is_none).filter(|part| !part.is_empty());
    parts.map(|part| part.iter().flatten().copied().collect()).collect()
}

/// Something to point at: every value where there are few, the lowest and the highest otherwise.
fn draw_points(ink: &mut Ink, plot: &Plot, room: &Room, places: &[Vec<Place>]) {
    let count = plot.values().count();
    let longest = places.iter().map(Vec::len).max().unwrap_or(1);
    let is_sparse = count <= 120 && room.width() / longest as f64 >= 16.0;
    let extremes = plot.span_y();
    let (mut has_low, mut has_high) = (false, false);
    for (nth, (series, places)) in plot.series.iter().zip(places).enumerate() {
        ink.series(nth, |ink| {
            for (point, place) in series.points.iter().zip(places) {
                let (Some(value), Some(height)) = (point.y, place.1) else { continue };
                let is_low = !has_low && extremes.is_some_and(|(low, _)| low == value);
                let is_high = !has_high && extremes.is_some_and(|(_, high)| high == value);
                has_low |= is_low;
                has_high |= is_high;
                if is_sparse || (count > MOST_TIPS && (is_low || is_high)) {
                    ink.dot("chart-dot", (place.0, height), 3.0, || tip(plot, series, point));
                }
                if ink.with_tips && (count <= MOST_TIPS || is_low || is_high) {
                    ink.dot("chart-hit", (place.0, height), 9.0, || tip(plot, series, point));
                }
            }
        });
    }
}
