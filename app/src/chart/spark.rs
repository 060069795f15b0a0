//! Small plots for a column's profile: how its values are spread, which are frequent, when they fall.
//!
//! No axes and no ids; the ends stand below in words, and an `aria-label` says what there is to see.

use super::ink::{Ink, Trace, place};
use super::text::{clean, cut, escape};
use super::words::{LeftOut, Part, count};
use super::{Drawn, dates, number};

const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 44.0;
/// How much of a label is quoted.
const LABEL: usize = 40;
/// How much of an end is written beneath: both have to fit.
const END: usize = 17;
const MOST_BINS: usize = 60;
const MOST_VALUES: usize = 10;

/// Counts of neighbouring ranges, in their order. The label says which range.
pub fn histogram<L: AsRef<str>>(bins: &[(L, u64)]) -> Drawn {
    let shown = &bins[..bins.len().min(MOST_BINS)];
    let (Some(first), Some(last), Some(most)) = (shown.first(), shown.last(), largest(shown)) else {
        return nothing();
    };
    let band = WIDTH / shown.len() as f64;
    let hair = if band > 4.0 { 1.0 } else { 0.0 };
    let mut ink = Ink { with_tips: true, ..Ink::default() };
    ink.series(0, |ink| {
        for (nth, (label, size)) in shown.iter().enumerate() {
            let left = nth as f64 * band;
            let tip = || format!("{}: {}", cut(label.as_ref(), LABEL), count(*size as usize));
            ink.rect("chart-bar", (left, left + band - hair), (HEIGHT, HEIGHT - height(*size, most.1)), tip);
        }
    });
    let summary = format!(
        "{} ranges from {} to {}; most values, {}, in {}.",
        shown.len(),
        cut(first.0.as_ref(), LABEL),
        cut(last.0.as_ref(), LABEL),
        count(most.1 as usize),
        cut(most.0, LABEL)
    );
    let bars = (bins.len() > MOST_BINS).then_some(Part { shown: MOST_BINS, of: bins.len() });
    framed(&ink.out, summary, (first.0.as_ref(), last.0.as_ref()), LeftOut { bars, ..LeftOut::default() })
}

/// The most frequent values, each with its bar and its count.
pub fn top<L: AsRef<str>>(values: &[(L, u64)]) -> Drawn {
    let shown = &values[..values.len().min(MOST_VALUES)];
    let Some(most) = largest(shown) else {
        return nothing();
    };
    let mut ink = Ink::default();
    ink.out.push_str(r#"<ol class="spark-top">"#);
    for (label, size) in shown {
        let (label, wide) = (named(label.as_ref()), wide(*size, most.1));
        ink.write(format_args!(
            r#"<li><span class="spark-label" title="{0}">{0}</span><svg class="spark-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><g data-series="1"><rect class="chart-bar" width="{1}" height="8"/></g></svg><span class="spark-count">{2}</span></li>"#,
            escape(&cut(&label, LABEL)),
            place(wide),
            count(*size as usize)
        ));
    }
    ink.out.push_str("</ol>");
    let summary = format!("Most frequent: {}, {} times.", cut(&named(most.0), LABEL), count(most.1 as usize));
    let bars = (values.len() > MOST_VALUES).then_some(Part { shown: MOST_VALUES, of: values.len() });
    Drawn { markup: ink.out, summary: clean(&summary), left_out: LeftOut { bars, ..LeftOut::default() }.said() }
}

/// Counts at moments, at their true distance. `2026-11-25` or `2026-11-25 13:00:00`; others are left out.
pub fn timeline<L: AsRef<str>>(moments: &[(L, u64)]) -> Drawn {
    let mut known: Vec<(f64, &str, u64)> = moments
        .iter()
        .filter_map(|(text, size)| Some((dates::read(text.as_ref())?.at, text.as_ref(), *size)))
        .collect();
    known.sort_by(|one, other| one.0.total_cmp(&other.0));
    let no_place = moments.len() - known.len();
    let most = known.iter().max_by_key(|moment| moment.2);
    let (Some(first), Some(last), Some(most)) = (known.first(), known.last(), most) else {
        return nothing();
    };
    let span = last.0 - first.0;
    let x = |at: f64| if span > 0.0 { 1.5 + (at - first.0) / span * (WIDTH - 3.0) } else { WIDTH / 2.0 };
    // One line for each pixel, the tallest: a peak among ten thousand moments is still there.
    let mut tallest: Vec<(i64, f64, u64)> = Vec::new();
    for (at, _, size) in &known {
        let (column, place) = (x(*at) as i64, x(*at));
        match tallest.last_mut() {
            Some(last) if last.0 == column => last.2 = last.2.max(*size),
            _ => tallest.push((column, place, *size)),
        }
    }
    let mut trace = Trace::default();
    for (_, at, size) in tallest.iter().filter(|(_, _, size)| *size > 0) {
        trace.go((*at, HEIGHT));
        trace.draw((*at, HEIGHT - height(*size, most.2)));
    }
    let mut ink = Ink::default();
    let class = if tallest.len() > 60 { "spark-thin" } else { "spark-stem" };
    ink.series(0, |ink| ink.path(class, &trace.d));
    let summary = format!(
        "From {} to {}; most, {}, at {}.",
        cut(first.1, LABEL),
        cut(last.1, LABEL),
        count(most.2 as usize),
        cut(most.1, LABEL)
    );
    framed(&ink.out, summary, (first.1, last.1), LeftOut { no_place, ..LeftOut::default() })
}

fn framed(marks: &str, summary: String, ends: (&str, &str), left_out: LeftOut) -> Drawn {
    let (summary_safe, base) = (escape(&summary), HEIGHT + 0.5);
    let (first, last) = (escape(&end(ends.0)), escape(&end(ends.1)));
    let last = if ends.0 == ends.1 { String::new() } else { format!("<span>{last}</span>") };
    let markup = format!(
        r#"<div class="spark"><svg class="spark-plot" viewBox="0 0 {WIDTH} {}" role="img" aria-label="{summary_safe}">{marks}<path class="chart-base" d="M0 {base}H{WIDTH}"/></svg><p class="spark-ends" aria-hidden="true"><span>{first}</span>{last}</p></div>"#,
        HEIGHT + 1.0
    );
    Drawn { markup, summary: clean(&summary), left_out: left_out.said() }
}

/// A moment to the minute; anything else as far as there is room.
fn end(text: &str) -> String {
    match text.split_once(' ') {
        Some((date, time)) if time.contains(':') => format!("{date} {}", time.chars().take(5).collect::<String>()),
        _ => cut(&number::grouped(text), END),
    }
}

fn nothing() -> Drawn {
    let summary = "No values.".to_owned();
    Drawn { markup: format!(r#"<p class="chart-empty">{summary}</p>"#), summary, left_out: None }
}

fn largest<L: AsRef<str>>(values: &[(L, u64)]) -> Option<(&str, u64)> {
    values.iter().rev().max_by_key(|value| value.1).map(|(label, size)| (label.as_ref(), *size))
}

fn share(size: u64, most: u64) -> f64 {
    if most == 0 { 0.0 } else { size as f64 / most as f64 }
}

/// What is not nothing is seen.
fn height(size: u64, most: u64) -> f64 {
    if size == 0 { 0.0 } else { (share(size, most) * (HEIGHT - 2.0)).max(1.0) }
}

fn wide(size: u64, most: u64) -> f64 {
    if size == 0 { 0.0 } else { (share(size, most) * 100.0).max(1.0) }
}

fn named(label: &str) -> String {
    if label.trim().is_empty() { "(empty)".to_owned() } else { label.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_plots_stay_small_and_say_what_they_show() {
        let bins: Vec<(String, u64)> = (0..20).map(|at| (format!("{}–{}", at * 10, at * 10 + 9), at * at)).collect();
        let drawn = histogram(&bins);
        assert_eq!(drawn.summary, "20 ranges from 0–9 to 190–199; most values, 361, in 190–199.");
        assert!(drawn.markup.len() < 5_000 && drawn.left_out.is_none());
        assert_eq!(drawn.markup.matches("<rect").count(), 20);

        let drawn = top(&[("paid", 1_200), ("", 30), ("open", 0)]);
        assert!(drawn.markup.contains("(empty)") && drawn.markup.contains("1,200"));
        assert_eq!(drawn.summary, "Most frequent: paid, 1,200 times.");

        let moments: Vec<(String, u64)> = (0..10_000)
            .map(|at| {
                (
                    format!("2026-{:02}-{:02} {:02}:00:00", at / 800 % 12 + 1, at / 24 % 28 + 1, at % 24),
                    u64::from(at == 77),
                )
            })
            .collect();
        let drawn = timeline(&moments);
        assert!(drawn.markup.len() < 5_000 && drawn.summary.contains("most, 1, at"), "{}", drawn.summary);
    }

    #[test]
    fn nothing_hostile_and_nothing_empty_breaks_them() {
        let hostile = "</svg><script>\"'&\u{202e}\0".repeat(500);
        for drawn in
            [histogram(&[(&hostile, 3)]), top(&[(&hostile, 3)]), timeline(&[(&hostile, 3), (&"2026-11-25".into(), 1)])]
        {
            assert!(!drawn.markup.contains("<script") && !drawn.markup.contains('\0') && drawn.markup.len() < 2_000);
        }
        assert_eq!(timeline(&[("x", 1), ("2026-11-25", 1)]).left_out.map(|it| it.no_place), Some(1));
        let none: [(&str, u64); 0] = [];
        for drawn in [histogram(&none), top(&none), timeline(&none), timeline(&[("never", 3)])] {
            assert_eq!(drawn.summary, "No values.");
        }
        assert!(histogram(&[("a", 0), ("b", 0)]).markup.contains("height=\"0\""));
        assert!(top(&[("a", u64::MAX)]).markup.contains("width=\"100\""));
    }
}
