//! How wide each column is, told from its name and its first values, and where it begins.

use contract::query::{Column, Row};

use crate::parts::cell::shown;

/// Of a letter in the grid's face, and of what is left free beside a text, in CSS pixels.
const LETTER: f64 = 7.4;
const FREE: f64 = 26.0;

const NARROWEST: f64 = 88.0;
/// A longer text is read beneath the grid.
const WIDEST: f64 = 360.0;

/// Where each column begins, and where the last one ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spans(Vec<f64>);

impl Spans {
    pub fn of(columns: &[Column], rows: &[Row]) -> Self {
        let mut ends = vec![0.0];
        let mut end = 0.0;
        for (at, column) in columns.iter().enumerate() {
            let values = rows.iter().map(|row| shown(row.get(at).and_then(Option::as_deref)).text.chars().count());
            let heads = [column.name.chars().count(), column.type_name.chars().count()];
            let letters = values.chain(heads).max().unwrap_or_default();
            end += (letters as f64 * LETTER + FREE).ceil().clamp(NARROWEST, WIDEST);
            ends.push(end);
        }
        Self(ends)
    }

    pub fn columns(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// Of all columns.
    pub fn width(&self) -> f64 {
        self.0.last().copied().unwrap_or_default()
    }

    /// Where a column begins, and how wide it is.
    pub fn span(&self, column: usize) -> (f64, f64) {
        let at = |column: usize| self.0.get(column).copied().unwrap_or_else(|| self.width());
        (at(column), at(column + 1) - at(column))
    }

    /// The columns between two places, from and to before.
    pub fn between(&self, left: f64, right: f64) -> (usize, usize) {
        let from = self.0.partition_point(|begin| *begin <= left).saturating_sub(1).min(self.columns());
        let to = self.0.partition_point(|begin| *begin < right).min(self.columns()).max(from);
        (from, to)
    }
}

#[cfg(test)]
mod tests {
    use contract::query::ColumnShape;

    use super::*;

    #[test]
    fn a_column_is_as_wide_as_what_is_in_it_within_reason() {
        let column = |name: &str| Column {
            name: name.into(),
            type_name: "text".into(),
            shape: ColumnShape::Text,
            ends_in_blanks: false,
        };
        let cell = |letters: usize| Some("x".repeat(letters));
        let spans = Spans::of(&[column("n"), column("at"), column("note")], &[vec![cell(1), cell(29), cell(900)]]);
        assert_eq!(spans.span(0), (0.0, NARROWEST));
        assert_eq!(spans.span(1), (88.0, 241.0), "a moment with its zone");
        assert_eq!(spans.span(2), (329.0, WIDEST));
        assert_eq!((spans.columns(), spans.width()), (3, 689.0));
        assert_eq!(spans.between(0.0, 88.0), (0, 1));
        assert_eq!(spans.between(88.0, 89.0), (1, 2));
        assert_eq!(spans.between(300.0, 5_000.0), (1, 3));
        assert_eq!(spans.between(9_000.0, 9_999.0), (3, 3));
        assert_eq!(Spans::of(&[], &[]).between(0.0, 10.0), (0, 0));
    }
}
