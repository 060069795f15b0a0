//! Bars that lie, each with its name before it, or above it where names are long.

use super::frame::{Size, TEXT, draw_caption};
use super::ink::{Anchor, Ink};
use super::number;
use super::plot::{Plot, Point};
use super::scale::Scale;
use super::text::{fit, width};
use super::words::tip;

const GAP: f64 = 8.0;
/// The most of the width that names before the bars may take.
const NAMES: f64 = 0.36;

/// Draws as high as the bars need and returns that height.
pub(super) fn draw(ink: &mut Ink, plot: &Plot, labels: &[String], size: &Size) -> f64 {
    let Some(bars) = Bars::of(plot, labels, size) else { return size.height };
    draw_caption(ink, plot, size);
    let bottom = bars.top(labels.len());
    if !bars.is_single {
        bars.draw_grid(ink, labels.len());
    }
    bars.draw_labels(ink, labels, size);
    for (nth, series) in plot.series.iter().enumerate() {
        ink.series(nth, |ink| {
            for point in &series.points {
                let top = bars.bar(point.x, nth);
                if let Some(value) = point.y {
                    let hair = if bars.is_single { 0.0 } else { 1.0 };
                    let sides = (top, top + bars.thick - hair);
                    ink.rect("chart-bar", (bars.x(0.0), bars.x(value)), sides, || tip(plot, series, point));
                }
                if bars.is_single {
                    bars.draw_value(ink, plot, point, top + bars.thick / 2.0);
                }
            }
        });
    }
    bars.upright(ink, "chart-zero", 0.0, labels.len());
    bottom + if bars.is_single { 6.0 } else { 26.0 }
}

struct Bars {
    scale: Scale,
    /// Where the first and the last value of the scale lie.
    sides: (f64, f64),
    head: f64,
    /// From one name to the next.
    pitch: f64,
    /// What the name takes of it, where it stands above.
    above: f64,
    thick: f64,
    /// Between the last bar of one name and the first of the next.
    gap: f64,
    left: f64,
    /// With one series each value is written at its bar, and no scale is needed beside it.
    is_single: bool,
    /// The values in one form: every digit, or a few of each.
    is_exact: bool,
}

impl Bars {
    fn of(plot: &Plot, labels: &[String], size: &Size) -> Option<Self> {
        let (low, high) = plot.span_y()?;
        let is_single = plot.series.len() == 1;
        let is_exact = plot.values().all(|(_, point, _)| number::is_short(plot.y_text(point)));
        let longest = labels.iter().map(|label| width(label, TEXT)).fold(0.0, f64::max);
        let (left, above) = if longest > size.width * NAMES { (0.0, 17.0) } else { (longest + GAP, 0.0) };
        let (thick, gap) = match (labels.len(), plot.series.len()) {
            (0..=14, 1) => (17.0, 11.0),
            (_, 1) => (13.0, 8.0),
            _ => (10.0, 14.0),
        };
        let (before, after) = if is_single { room_for_values(plot, low, is_exact) } else { (GAP, 2.0 * GAP) };
        let scale = Scale::around(low, high, true, size.steps - 1);
        let scale = match is_single {
            // The longest bar takes all the room.
            true if low.min(0.0) < high.max(0.0) => Scale { low: low.min(0.0), high: high.max(0.0), ..scale },
            _ => scale,
        };
        Some(Self {
            scale,
            sides: (left + before, size.width - after),
            head: if plot.measures.len() == 1 { 28.0 } else { 8.0 },
            pitch: above + thick * plot.series.len() as f64 + gap,
            above,
            thick,
            gap,
            left,
            is_single,
            is_exact,
        })
    }

    fn x(&self, value: f64) -> f64 {
        self.sides.0 + self.scale.share(value) * (self.sides.1 - self.sides.0)
    }

    fn top(&self, slot: usize) -> f64 {
        self.head + slot as f64 * self.pitch
    }

    /// The upper side of a bar.
    fn bar(&self, slot: f64, series: usize) -> f64 {
        let gap = if self.above > 0.0 { 0.0 } else { self.gap / 2.0 };
        self.head + slot * self.pitch + self.above + gap + series as f64 * self.thick
    }

    /// A line down all bars, or along each of them where names stand between.
    fn upright(&self, ink: &mut Ink, class: &str, value: f64, slots: usize) {
        let x = self.x(value);
        if self.above == 0.0 {
            return ink.line(class, (x, self.head), (x, self.top(slots)));
        }
        for slot in 0..slots {
            ink.line(class, (x, self.top(slot) + self.above - 2.0), (x, self.top(slot + 1) - self.gap + 2.0));
        }
    }

    fn draw_grid(&self, ink: &mut Ink, slots: usize) {
        for (at, label) in self.scale.ticks.iter().zip(self.scale.labels()) {
            self.upright(ink, "chart-grid", *at, slots);
            ink.text(self.x(*at), self.top(slots) + 17.0, Anchor::Middle, "chart-tick", &label);
        }
    }

    fn draw_labels(&self, ink: &mut Ink, labels: &[String], size: &Size) {
        for (nth, label) in labels.iter().enumerate() {
            if self.above > 0.0 {
                let label = fit(label, TEXT, size.width);
                ink.text(0.0, self.top(nth) + 12.0, Anchor::Start, "chart-label", &label);
            } else {
                let middle = self.top(nth) + self.pitch / 2.0;
                ink.text(self.left - GAP, middle + TEXT * 0.35, Anchor::End, "chart-label", label);
            }
        }
    }

    fn draw_value(&self, ink: &mut Ink, plot: &Plot, point: &Point, middle: f64) {
        let (text, y) = (plot.y_text(point), middle + TEXT * 0.35);
        match point.y {
            Some(value) if value < 0.0 => {
                ink.text(self.x(value) - 6.0, y, Anchor::End, "chart-value", &told(text, self.is_exact));
            }
            Some(value) => {
                ink.text(self.x(value) + 6.0, y, Anchor::Start, "chart-value", &told(text, self.is_exact));
            }
            // Nothing is not zero, and where every other row has a number its absence would look like one.
            None => ink.text(self.x(0.0) + 6.0, y, Anchor::Start, "chart-under", &fit(text, TEXT, 60.0)),
        }
    }
}

/// Beyond both ends of the bars.
fn room_for_values(plot: &Plot, low: f64, is_exact: bool) -> (f64, f64) {
    let widest = |is_side: fn(f64) -> bool| {
        let texts = plot.values().filter(|(_, _, value)| is_side(*value)).map(|(_, point, _)| plot.y_text(point));
        texts.map(|text| width(&told(text, is_exact), TEXT)).fold(0.0, f64::max)
    };
    let before = if low < 0.0 { widest(|value| value < 0.0) + 2.0 * GAP } else { 0.0 };
    (before, widest(|value| value >= 0.0).max(width("NULL", TEXT)) + GAP)
}

fn told(text: &str, is_exact: bool) -> String {
    match number::read(text) {
        Some(value) if !is_exact => number::readable(value),
        _ => number::grouped(text),
    }
}
