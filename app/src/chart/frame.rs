//! The room of a drawing: three sizes, the plot's place in it, and the axes around the plot.
//!
//! A chart is drawn three times and the style sheet shows the one that fits its container, so that letters are about
//! as large on a telephone as on a desk. Text is never scaled below five sixths.

use super::dates::DAY;
use super::ink::{Anchor, Ink};
use super::plot::{Axis, Plot};
use super::scale::Scale;
use super::text::{fit, width};
use super::ticks::{self, Tick};

/// The size of letters in every drawing; `chart.css` sets the same.
pub(super) const TEXT: f64 = 12.5;
/// Bold letters are as wide as larger ones.
const BOLD: f64 = TEXT * 1.12;
/// Room for one line of ticks below the plot.
const FOOT: f64 = 26.0;
/// Between a tick's label and the plot.
const GAP: f64 = 8.0;

pub(super) struct Size {
    pub name: &'static str,
    pub width: f64,
    pub height: f64,
    /// Steps of the vertical axis.
    pub steps: usize,
    /// The most points of lines, and the most dots, that the drawing carries.
    pub points: usize,
    pub dots: usize,
    /// Lines are labelled at their ends where there is room beside them.
    pub has_side: bool,
}

pub(super) const SIZES: [Size; 3] = [
    Size { name: "narrow", width: 360.0, height: 270.0, steps: 4, points: 1_600, dots: 3_000, has_side: false },
    Size { name: "middle", width: 640.0, height: 300.0, steps: 5, points: 2_800, dots: 4_500, has_side: true },
    Size { name: "wide", width: 1_000.0, height: 360.0, steps: 5, points: 4_400, dots: 6_000, has_side: true },
];

/// Where the marks go.
pub(super) struct Room {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Room {
    /// For a plot above a horizontal axis, beside the labels of a vertical one.
    pub fn of(plot: &Plot, size: &Size, y: &Scale, right: f64) -> Self {
        let labels = y.labels();
        let widest = labels.iter().map(|label| width(label, TEXT)).fold(0.0, f64::max);
        let top = if caption(plot).is_some() { 30.0 } else { 12.0 };
        // A second line holds the larger unit of time, or the axis' name.
        let has_two = matches!(plot.axis, Axis::Number | Axis::Time { has_dates: true, .. });
        let foot = if has_two { FOOT + 14.0 } else { FOOT };
        Self { left: (widest + GAP).min(size.width * 0.4), top, right: size.width - right, bottom: size.height - foot }
    }

    pub fn x(&self, share: f64) -> f64 {
        self.left + share * (self.right - self.left)
    }

    pub fn y(&self, share: f64) -> f64 {
        self.bottom - share * (self.bottom - self.top)
    }

    pub fn width(&self) -> f64 {
        self.right - self.left
    }
}

/// The measure's name above the vertical axis, where there is one measure only.
fn caption<'a>(plot: &Plot<'a>) -> Option<&'a str> {
    match plot.measures[..] {
        [only] => Some(plot.data.name(only)),
        _ => None,
    }
}

pub(super) fn draw_caption(ink: &mut Ink, plot: &Plot, size: &Size) {
    if let Some(name) = caption(plot) {
        ink.text(0.0, 13.0, Anchor::Start, "chart-name", &fit(name, BOLD, size.width));
    }
}

/// Gridlines and labels of the vertical axis, and the caption over them.
pub(super) fn draw_y(ink: &mut Ink, plot: &Plot, size: &Size, room: &Room, y: &Scale) {
    draw_caption(ink, plot, size);
    for (at, label) in y.ticks.iter().zip(y.labels()) {
        let height = room.y(y.share(*at));
        let class = if *at == 0.0 { "chart-zero" } else { "chart-grid" };
        ink.line(class, (room.left, height), (room.right, height));
        ink.text(room.left - GAP, height + TEXT * 0.35, Anchor::End, "chart-tick", &fit(&label, TEXT, room.left));
    }
}

/// A horizontal scale and the ticks on it.
pub(super) struct Across {
    pub scale: Scale,
    ticks: Vec<Tick>,
}

impl Across {
    /// `pad` in units of the axis is left free at both ends.
    pub fn of(plot: &Plot, room: &Room, pad: f64) -> Option<Self> {
        let (low, high) = plot.span_x()?;
        let want = (room.width() / 76.0).floor().max(3.0) as usize;
        let Axis::Time { has_dates, has_times } = plot.axis else {
            let scale = Scale::within(low - pad, high + pad, want);
            // Two ticks hardly make a scale; the next finer step has five at most.
            let scale = if scale.ticks.len() < 3 { Scale::within(low - pad, high + pad, want * 2) } else { scale };
            let mut labels = scale.labels();
            if scale.high.abs().max(scale.low.abs()) < 10_000.0 {
                // A year is no amount: 2026, not 2,026.
                labels.iter_mut().for_each(|label| *label = label.replace(',', ""));
            }
            let ticks = scale.ticks.iter().zip(labels).map(|(at, label)| Tick { at: *at, label, under: None });
            return Some(Self { ticks: ticks.collect(), scale });
        };
        let pad = if low == high && pad <= 0.0 { DAY } else { pad };
        let found = match ticks::ticks(low, high, want, has_dates, has_times) {
            few if few.len() < 3 => ticks::ticks(low, high, want * 2, has_dates, has_times),
            enough => enough,
        };
        // Moments within one unit: better their own names than an axis without any.
        let ticks = match found.len() {
            _ if low == high => ticks::exact(&[low], has_dates, has_times),
            0 | 1 => ticks::exact(&[low, high], has_dates, has_times),
            _ => found,
        };
        let scale = Scale { low: low - pad, high: high + pad, ticks: Vec::new(), step: 0.0 };
        Some(Self { scale, ticks })
    }

    pub fn draw(&self, ink: &mut Ink, plot: &Plot, size: &Size, room: &Room) {
        let is_number = matches!(plot.axis, Axis::Number);
        ink.line("chart-base", (room.left, room.bottom), (room.right, room.bottom));
        let mut taken = f64::NEG_INFINITY;
        for tick in &self.ticks {
            let at = room.x(self.scale.share(tick.at));
            let wide = width(&tick.label, TEXT).max(tick.under.as_ref().map_or(0.0, |under| width(under, TEXT)));
            let middle = at.clamp(wide / 2.0, (size.width - wide / 2.0).max(wide / 2.0));
            ink.line("chart-base", (at, room.bottom), (at, room.bottom + 4.0));
            if middle - wide / 2.0 < taken {
                continue;
            }
            taken = middle + wide / 2.0 + 4.0;
            ink.text(middle, room.bottom + 18.0, Anchor::Middle, "chart-tick", &tick.label);
            if let Some(under) = &tick.under {
                ink.text(middle, room.bottom + 33.0, Anchor::Middle, "chart-under", under);
            }
        }
        if is_number {
            let name = plot.x_column.map_or("row", |column| plot.data.name(column));
            let name = fit(name, BOLD, room.width());
            ink.text(room.right, room.bottom + 35.0, Anchor::End, "chart-name", &name);
        }
    }
}
