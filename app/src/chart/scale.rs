//! From a value to a place: linear scales whose ticks are multiples of 1, 2 or 5.

use super::number;

/// A linear scale. `low` is always less than `high`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    pub low: f64,
    pub high: f64,
    pub ticks: Vec<f64>,
    pub step: f64,
}

impl Scale {
    /// Reaches from tick to tick around the values, with about `want` steps; from zero on where `zero` says so.
    pub fn around(low: f64, high: f64, zero: bool, want: usize) -> Self {
        let (low, high) = if zero { (low.min(0.0), high.max(0.0)) } else { (low, high) };
        let (low, high) = widened(low, high, zero);
        let step = nice(high - low, want);
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        let ticks = multiples(first, last, step);
        Self { low: first * step, high: last * step, ticks, step }
    }

    /// Ends where the values end, with the ticks that lie within.
    pub fn within(low: f64, high: f64, want: usize) -> Self {
        let (low, high) = widened(low, high, false);
        let step = nice(high - low, want);
        let ticks = multiples((low / step - 1e-9).ceil(), (high / step + 1e-9).floor(), step);
        Self { low, high, ticks, step }
    }

    pub fn labels(&self) -> Vec<String> {
        number::ticks(&self.ticks, self.step)
    }

    /// 0 at `low`, 1 at `high`.
    pub fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }
}

/// A span that can be divided: one value gets room around it, and so do values that differ only in digits that
/// floating point or a reader of the axis could not tell apart.
fn widened(low: f64, high: f64, zero: bool) -> (f64, f64) {
    let most = low.abs().max(high.abs());
    if high - low > most * 1e-9 {
        return (low, high);
    }
    match most {
        0.0 if zero => (0.0, 1.0),
        0.0 => (-1.0, 1.0),
        most => (low - most * 0.2, high + most * 0.2),
    }
}

fn nice(span: f64, want: usize) -> f64 {
    let rough = span / want.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let factor = match rough / power {
        rest if rest <= 1.0 + 1e-9 => 1.0,
        rest if rest <= 2.0 + 1e-9 => 2.0,
        rest if rest <= 5.0 + 1e-9 => 5.0,
        _ => 10.0,
    };
    factor * power
}

fn multiples(first: f64, last: f64, step: f64) -> Vec<f64> {
    // Never more than an axis can carry, whatever rounding did.
    let count = (last - first).clamp(0.0, 40.0) as usize;
    // `+ 0.0` turns a negative zero into zero.
    (0..=count).map(|at| (first + at as f64) * step + 0.0).filter(|_| last >= first).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_nice_and_hold_the_values() {
        let scale = Scale::around(3.0, 97.0, true, 5);
        assert_eq!((scale.low, scale.high, scale.step), (0.0, 100.0, 20.0));
        let scale = Scale::around(-13.0, 42.0, true, 5);
        assert_eq!((scale.low, scale.high, scale.ticks.len()), (-20.0, 60.0, 5));
        let scale = Scale::around(101.0, 109.0, false, 4);
        assert_eq!(scale.ticks, [100.0, 102.0, 104.0, 106.0, 108.0, 110.0]);
        let scale = Scale::within(0.31, 0.69, 4);
        assert_eq!(scale.labels(), ["0.4", "0.5", "0.6"]);
    }

    #[test]
    fn every_span_gives_a_usable_scale() {
        let values = [0.0, 1.0, -1.0, 1e15, 1e15 + 1.0, -1e300, 1e300, 1e-9, 1e-290, 0.1, 123_456.789];
        for low in values {
            for high in values.into_iter().filter(|high| *high >= low) {
                for want in [0, 1, 4, 10] {
                    for scale in [Scale::around(low, high, true, want), Scale::around(low, high, false, want)] {
                        assert!(scale.low < scale.high && scale.step > 0.0, "{low} {high} {scale:?}");
                        assert!(scale.share(low) >= -1e-6 && scale.share(high) <= 1.0 + 1e-6, "{low} {high} {scale:?}");
                        assert!((2..=25).contains(&scale.ticks.len()), "{low} {high} {scale:?}");
                    }
                    let scale = Scale::within(low, high, want);
                    assert!(scale.low < scale.high && scale.ticks.len() <= 25, "{low} {high} {scale:?}");
                }
            }
        }
    }

    #[test]
    fn one_value_stands_in_the_middle() {
        let scale = Scale::around(5.0, 5.0, false, 4);
        assert!((scale.share(5.0) - 0.5).abs() < 0.01, "{scale:?}");
        let scale = Scale::around(0.0, 0.0, true, 4);
        assert_eq!((scale.low, scale.high), (0.0, 1.0));
    }
}
