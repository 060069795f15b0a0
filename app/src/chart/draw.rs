//! Puts a chart together: the list of series, three drawings of it, and the words for who cannot see them.

use super::frame::SIZES;
use super::ink::{Ink, place};
use super::plot::Plot;
use super::text::{clean, escape};
use super::{ChartKind, Data, Drawn, bar, big, key, line, possible, scatter, sensible, words};

/// No page should carry more than this for one chart.
const MOST_BYTES: usize = 300_000;

/// Draws the data as `kind`, or as the sensible kind where that one shows nothing true. `prefix` makes the ids of the
/// drawing unique in its page.
pub fn svg(data: &Data, kind: ChartKind, prefix: &str) -> Drawn {
    let kinds = possible(data);
    if kinds.is_empty() {
        let why = if data.rows.is_empty() {
            "No rows, so there is nothing to draw."
        } else {
            "No column of numbers to draw."
        };
        return nothing(why);
    }
    let kind = if kinds.contains(&kind) { kind } else { sensible(data) };
    if kind == ChartKind::Number {
        return big::draw(data);
    }
    let plot = Plot::new(data, kind);
    let mut drawn = match plot.values().next() {
        Some(_) => figure(&plot, prefix, true),
        None if plot.left_out.not_numbers + plot.left_out.no_place == 0 => nothing("Every value is NULL."),
        None => nothing("No value that could be drawn."),
    };
    if drawn.markup.len() > MOST_BYTES {
        drawn = figure(&plot, prefix, false);
    }
    let merged_dots = drawn.left_out.map_or(0, |left_out| left_out.merged_dots);
    drawn.left_out = words::LeftOut { merged_dots, ..plot.left_out }.said();
    drawn
}

fn nothing(why: &str) -> Drawn {
    Drawn { markup: format!(r#"<p class="chart-empty">{why}</p>"#), summary: why.to_owned(), left_out: None }
}

fn figure(plot: &Plot, prefix: &str, with_tips: bool) -> Drawn {
    let prefix = id(prefix);
    let (title, summary) = (words::title(plot), clean(&words::summary(plot)));
    let mut whole = Ink { out: format!(r#"<div class="chart" data-kind="{}">"#, plot.kind.as_str()), with_tips };
    whole.out.push_str(&key::list(plot));
    let mut merged_dots = 0;
    for size in &SIZES {
        let mut ink = Ink { out: String::new(), with_tips };
        let height = match plot.kind {
            ChartKind::Bar => bar::draw(&mut ink, plot, size),
            ChartKind::Scatter => {
                let (height, merged) = scatter::draw(&mut ink, plot, size);
                merged_dots = merged;
                height
            }
            _ => line::draw(&mut ink, plot, size),
        };
        let (name, width, height) = (size.name, place(size.width), place(height));
        whole.write(format_args!(
            r#"<svg class="chart-drawing" data-size="{name}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{prefix}-{name}-title {prefix}-{name}-desc"><title id="{prefix}-{name}-title">{}</title><desc id="{prefix}-{name}-desc">{}</desc>{}</svg>"#,
            escape(&title),
            escape(&summary),
            ink.out
        ));
    }
    whole.out.push_str("</div>");
    let left_out = words::LeftOut { merged_dots, ..words::LeftOut::default() };
    Drawn { markup: whole.out, summary, left_out: Some(left_out) }
}

/// Letters, digits and dashes only: an id stands in an attribute that is a list.
fn id(prefix: &str) -> String {
    let safe: String =
        prefix.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').take(60).collect();
    if safe.is_empty() { "chart".to_owned() } else { safe }
}
