//! Writes SVG elements. The only place that puts texts and coordinates into markup.

use std::fmt::Write;

use super::text::escape;

#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Markup in the making.
#[derive(Default)]
pub(super) struct Ink {
    pub out: String,
    /// Left away where so many marks have one that the page would grow heavy.
    pub with_tips: bool,
}

impl Ink {
    pub fn text(&mut self, x: f64, y: f64, anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.write(format_args!(
            r#"<text class="{class}" x="{}" y="{}" text-anchor="{anchor}">{}</text>"#,
            place(x),
            place(y),
            escape(text)
        ));
    }

    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (x1, y1, x2, y2) = (place(from.0), place(from.1), place(to.0), place(to.1));
        self.write(format_args!(r#"<path class="{class}" d="M{x1} {y1}L{x2} {y2}"/>"#));
    }

    pub fn path(&mut self, class: &str, d: &str) {
        if !d.is_empty() {
            self.write(format_args!(r#"<path class="{class}" d="{d}"/>"#));
        }
    }

    /// `sides` may lie in any order.
    pub fn rect(&mut self, class: &str, x: (f64, f64), y: (f64, f64), tip: impl FnOnce() -> String) {
        let (left, width) = (x.0.min(x.1), (x.1 - x.0).abs());
        let (top, height) = (y.0.min(y.1), (y.1 - y.0).abs());
        self.write(format_args!(
            r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}""#,
            place(left),
            place(top),
            place(width),
            place(height)
        ));
        self.tip("rect", tip);
    }

    pub fn dot(&mut self, class: &str, at: (f64, f64), radius: f64, tip: impl FnOnce() -> String) {
        self.write(format_args!(r#"<circle class="{class}" cx="{}" cy="{}" r="{radius}""#, place(at.0), place(at.1)));
        self.tip("circle", tip);
    }

    /// Everything within has the colour of the series, counted from 0.
    pub fn series(&mut self, nth: usize, draw: impl FnOnce(&mut Self)) {
        self.write(format_args!(r#"<g data-series="{}">"#, nth + 1));
        draw(self);
        self.out.push_str("</g>");
    }

    fn tip(&mut self, element: &str, tip: impl FnOnce() -> String) {
        if self.with_tips {
            self.write(format_args!("><title>{}</title></{element}>", escape(&tip())));
        } else {
            self.out.push_str("/>");
        }
    }

    pub fn write(&mut self, text: std::fmt::Arguments) {
        // Writing into a string cannot fail.
        let _ = self.out.write_fmt(text);
    }
}

/// A coordinate with one decimal at most: a tenth of a pixel is finer than a screen.
pub(super) fn place(value: f64) -> String {
    let tenths = (value * 10.0).round();
    if !tenths.is_finite() {
        return "0".to_owned();
    }
    let tenths = tenths as i64;
    let sign = if tenths < 0 { "-" } else { "" };
    match (tenths.abs() / 10, tenths.abs() % 10) {
        (whole, 0) => format!("{sign}{whole}"),
        (0, rest) => format!("{sign}.{rest}"),
        (whole, rest) => format!("{sign}{whole}.{rest}"),
    }
}

/// A path's data, in steps from point to point because they are shorter than places.
#[derive(Default)]
pub(super) struct Trace {
    pub d: String,
    /// Where the last written number put the pen, so that roundings do not add up.
    pen: (f64, f64),
}

impl Trace {
    pub fn go(&mut self, to: (f64, f64)) {
        self.pen = (round(to.0), round(to.1));
        let _ = write!(self.d, "M{} {}", place(to.0), place(to.1));
    }

    pub fn draw(&mut self, to: (f64, f64)) {
        let to = (round(to.0), round(to.1));
        let (x, y) = (place(to.0 - self.pen.0), place(to.1 - self.pen.1));
        let between = if y.starts_with('-') { "" } else { " " };
        let _ = write!(self.d, "l{x}{between}{y}");
        self.pen = to;
    }

    /// A round dot, where the stroke's ends are round.
    pub fn speck(&mut self, at: (f64, f64)) {
        let _ = write!(self.d, "M{} {}h0", place(at.0), place(at.1));
    }
}

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        for (value, text) in
            [(0.0, "0"), (-0.01, "0"), (12.04, "12"), (0.55, ".6"), (-0.5, "-.5"), (-12.34, "-12.3"), (f64::NAN, "0")]
        {
            assert_eq!(place(value), text, "{value}");
        }
        let mut trace = Trace::default();
        trace.go((1.0, 2.0));
        trace.draw((2.5, 1.0));
        trace.draw((3.0, 4.0));
        assert_eq!(trace.d, "M1 2l1.5-1l.5 3");
    }

    #[test]
    fn roundings_do_not_add_up() {
        let mut trace = Trace::default();
        trace.go((0.0, 0.0));
        for at in 1..=1_000 {
            trace.draw((f64::from(at) * 0.04, 0.0));
        }
        assert!((trace.pen.0 - 40.0).abs() < 0.06);
    }
}
