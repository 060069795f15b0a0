//! The ticks of a time axis: on the hours, days, months or years that people count in.

use super::dates::{DAY, civil, days, month_name};
use super::scale::Scale;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub at: f64,
    pub label: String,
    /// The larger unit, in a second line, where it begins or changes.
    pub under: Option<String>,
}

#[derive(Clone, Copy)]
enum Step {
    Seconds(f64),
    Months(i64),
}

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;

const STEPS: [Step; 24] = [
    Step::Seconds(1.0),
    Step::Seconds(2.0),
    Step::Seconds(5.0),
    Step::Seconds(15.0),
    Step::Seconds(30.0),
    Step::Seconds(MINUTE),
    Step::Seconds(2.0 * MINUTE),
    Step::Seconds(5.0 * MINUTE),
    Step::Seconds(15.0 * MINUTE),
    Step::Seconds(30.0 * MINUTE),
    Step::Seconds(HOUR),
    Step::Seconds(2.0 * HOUR),
    Step::Seconds(3.0 * HOUR),
    Step::Seconds(6.0 * HOUR),
    Step::Seconds(12.0 * HOUR),
    Step::Seconds(DAY),
    Step::Seconds(2.0 * DAY),
    Step::Seconds(7.0 * DAY),
    Step::Seconds(14.0 * DAY),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
];

/// About `want` ticks between two moments. `has_dates` is false for times of day, `has_times` for dates.
pub(super) fn ticks(low: f64, high: f64, want: usize, has_dates: bool, has_times: bool) -> Vec<Tick> {
    let fits = |step: &Step| count(*step, low, high) <= want.max(1) as f64;
    let smallest = if has_times { 0.0 } else { DAY };
    let mut step = STEPS.into_iter().filter(|step| length(*step) >= smallest).find(fits);
    if has_times && high - low < 2.0 {
        return fractions(low, high, want);
    }
    if !has_dates && step.is_none_or(|step| length(step) > 12.0 * HOUR) {
        step = Some(Step::Seconds(12.0 * HOUR));
    }
    let step = step.unwrap_or_else(|| Step::Months(12 * years((high - low) / (365.2425 * DAY), want)));
    label(&places(step, low, high), step, has_dates)
}

/// Ticks at these very moments, with everything that names them.
pub(super) fn exact(moments: &[f64], has_dates: bool, has_times: bool) -> Vec<Tick> {
    let tick = |at: &f64| match (has_dates, has_times) {
        (true, false) => Tick { at: *at, label: date(*at), under: None },
        (has_dates, _) => {
            Tick { at: *at, label: clock(*at, at.rem_euclid(MINUTE) >= 1.0), under: has_dates.then(|| date(*at)) }
        }
    };
    moments.iter().map(tick).collect()
}

fn length(step: Step) -> f64 {
    match step {
        Step::Seconds(length) => length,
        Step::Months(months) => months as f64 * 30.436875 * DAY,
    }
}

fn count(step: Step, low: f64, high: f64) -> f64 {
    (high - low) / length(step)
}

/// 1, 2, 5, 10, … years.
fn years(span: f64, want: usize) -> i64 {
    let mut step = 1_i64;
    for factor in [2, 5, 10].into_iter().cycle() {
        if span / step as f64 <= want.max(1) as f64 || step >= 1_000_000 {
            break;
        }
        let decade = 10_i64.pow(step.ilog10());
        step = decade * factor;
    }
    step
}

fn places(step: Step, low: f64, high: f64) -> Vec<f64> {
    match step {
        Step::Seconds(length) => {
            // Weeks begin on Monday, and 1970-01-05 was one.
            let origin = if length >= 7.0 * DAY { 4.0 * DAY } else { 0.0 };
            let first = ((low - origin) / length).ceil();
            (0..64).map(|at| origin + (first + f64::from(at)) * length).take_while(|at| *at <= high).collect()
        }
        Step::Months(months) => {
            let (year, month, _) = civil(low);
            let first = (year * 12 + month - 1).div_euclid(months);
            (0..64)
                .map(|at| (first + at) * months)
                .map(|month| days(month.div_euclid(12), month.rem_euclid(12) + 1, 1) as f64 * DAY)
                .skip_while(|at| *at < low)
                .take_while(|at| *at <= high)
                .collect()
        }
    }
}

fn label(places: &[f64], step: Step, has_dates: bool) -> Vec<Tick> {
    let mut above = None;
    let mut tick = |at: f64| {
        let (year, month, day) = civil(at);
        let (label, under) = match step {
            Step::Seconds(length) if length < DAY => (clock(at, length < MINUTE), Some(date(at))),
            Step::Seconds(_) => (format!("{day} {}", month_name(month)), Some(year_name(year))),
            Step::Months(months) if months < 12 => (month_name(month).to_owned(), Some(year_name(year))),
            Step::Months(_) => (year_name(year), None),
        };
        let under = under.filter(|under| has_dates && above.as_ref() != Some(under));
        if under.is_some() {
            above.clone_from(&under);
        }
        Tick { at, label, under }
    };
    places.iter().map(|at| tick(*at)).collect()
}

/// Less than two seconds: as decimals of them.
fn fractions(low: f64, high: f64, want: usize) -> Vec<Tick> {
    let second = low.floor();
    let scale = Scale::within(low - second, high - second, want);
    let places = (-scale.step.log10().floor()).clamp(0.0, 6.0) as usize;
    let ticks = scale.ticks.iter().enumerate().map(|(nth, at)| {
        let whole = second + at.floor();
        let fraction = format!("{:.places$}", at - at.floor());
        let label = format!("{}{}", clock(whole, true), fraction.trim_start_matches('0'));
        Tick { at: second + at, label, under: (nth == 0).then(|| date(whole)) }
    });
    ticks.collect()
}

fn clock(at: f64, has_seconds: bool) -> String {
    let second = at.rem_euclid(DAY).floor() as i64;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    if has_seconds { format!("{hour:02}:{minute:02}:{second:02}") } else { format!("{hour:02}:{minute:02}") }
}

fn date(at: f64) -> String {
    let (year, month, day) = civil(at);
    format!("{day} {} {}", month_name(month), year_name(year))
}

fn year_name(year: i64) -> String {
    if year > 0 { year.to_string() } else { format!("{} BC", 1 - year) }
}

#[cfg(test)]
mod tests {
    use super::super::dates::read;
    use super::*;

    fn between(low: &str, high: &str, want: usize) -> Vec<String> {
        let (low, high) = (read(low).unwrap(), read(high).unwrap());
        let ticks = ticks(low.at, high.at, want, low.has_date, low.has_time || high.has_time);
        ticks
            .into_iter()
            .map(|tick| [Some(tick.label), tick.under].into_iter().flatten().collect::<Vec<_>>().join("/"))
            .collect()
    }

    #[test]
    fn ticks_lie_where_people_count() {
        assert_eq!(between("2026-11-25", "2026-11-28", 6), ["25 Nov/2026", "26 Nov", "27 Nov", "28 Nov"]);
        assert_eq!(between("2025-11-20", "2026-03-05", 5), ["Dec/2025", "Jan/2026", "Feb", "Mar"]);
        assert_eq!(between("2019-06-01", "2026-01-01", 8), ["2020", "2021", "2022", "2023", "2024", "2025", "2026"]);
        assert_eq!(between("1900-01-01", "2020-01-01", 6), ["1900", "1920", "1940", "1960", "1980", "2000", "2020"]);
        assert_eq!(
            between("2026-11-25 18:00:00", "2026-11-26 13:00:00", 5),
            ["18:00/25 Nov 2026", "00:00/26 Nov 2026", "06:00", "12:00"]
        );
        assert_eq!(between("09:00:00", "17:30:00", 5), ["10:00", "12:00", "14:00", "16:00"]);
        assert_eq!(
            between("2026-11-25 13:00:00.1", "2026-11-25 13:00:00.4", 4),
            ["13:00:00.1/25 Nov 2026", "13:00:00.2", "13:00:00.3", "13:00:00.4"]
        );
        assert_eq!(between("2026-11-02", "2026-12-14", 7)[0], "2 Nov/2026");
    }

    #[test]
    fn every_span_has_a_bounded_number_of_ticks() {
        for exponent in -6..12 {
            for want in 1..12 {
                for (low, times) in [(0.0, true), (1.79e9, true), (-6e10, false)] {
                    let found = ticks(low, low + 10_f64.powi(exponent) * 3.7, want, true, times).len();
                    assert!(found <= want + 2, "{exponent} {want} {found}");
                }
            }
        }
    }
}
