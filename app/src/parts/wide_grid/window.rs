//! Which rows and columns are in sight, and moving among them.

use web_sys::HtmlDivElement;

use super::spans::Spans;

/// Of a row, in CSS pixels; the style sheet says the same.
pub const ROW: f64 = 30.0;

/// Rows above and below that are there already when they come into sight.
const AHEAD: usize = 6;
/// Cells on the page at most, whatever the screen.
const CELLS: usize = 1_800;

/// From, and to before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub rows: (usize, usize),
    pub columns: (usize, usize),
}

impl Window {
    /// The cell is on the page.
    pub fn shows(self, place: Place) -> bool {
        (self.rows.0..self.rows.1).contains(&place.row) && (self.columns.0..self.columns.1).contains(&place.column)
    }

    pub fn of(area: &HtmlDivElement, rows: usize, spans: &Spans) -> Self {
        let height = f64::from(area.client_height());
        let (top, left) = (f64::from(area.scroll_top()), f64::from(area.scroll_left()));
        Self::at((top, left), (height, f64::from(area.client_width())), rows, spans)
    }

    fn at((top, left): (f64, f64), (height, width): (f64, f64), rows: usize, spans: &Spans) -> Self {
        let (from, to) = spans.between(left, left + width);
        let most = CELLS / (to - from).max(1);
        let first = ((top / ROW) as usize).saturating_sub(AHEAD).min(rows);
        let in_sight = (height / ROW) as usize + 2 * AHEAD + 1;
        Self { rows: (first, (first + in_sight.min(most)).min(rows)), columns: (from, to) }
    }
}

/// A cell, by row and column from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub row: usize,
    pub column: usize,
}

impl Place {
    pub fn dom_id(self) -> String {
        format!("cell-{}-{}", self.row, self.column)
    }

    pub fn of_dom_id(id: &str) -> Option<Self> {
        let (row, column) = id.strip_prefix("cell-")?.split_once('-')?;
        Some(Self { row: row.parse().ok()?, column: column.parse().ok()? })
    }

    /// The corners of the range between two cells.
    pub fn range(a: Self, b: Self) -> (Self, Self) {
        let from = Self { row: a.row.min(b.row), column: a.column.min(b.column) };
        (from, Self { row: a.row.max(b.row), column: a.column.max(b.column) })
    }

    pub fn is_within(self, from: Self, to: Self) -> bool {
        (from.row..=to.row).contains(&self.row) && (from.column..=to.column).contains(&self.column)
    }

    /// Where a key leads (WAI-ARIA Authoring Practices, grid pattern); `None` for keys that move nothing.
    pub fn after(self, key: &str, is_far: bool, rows: usize, columns: usize) -> Option<Self> {
        let (last_row, last_column) = (rows.saturating_sub(1), columns.saturating_sub(1));
        let Self { row, column } = self;
        let (row, column) = match (key, is_far) {
            ("ArrowUp", true) => (0, column),
            ("ArrowUp", false) => (row.saturating_sub(1), column),
            ("ArrowDown", true) => (last_row, column),
            ("ArrowDown", false) => (row + 1, column),
            ("ArrowLeft", true) | ("Home", false) => (row, 0),
            ("ArrowLeft", false) => (row, column.saturating_sub(1)),
            ("ArrowRight", true) | ("End", false) => (row, last_column),
            ("ArrowRight", false) => (row, column + 1),
            ("PageUp", _) => (row.saturating_sub(20), column),
            ("PageDown", _) => (row + 20, column),
            ("Home", true) => (0, 0),
            ("End", true) => (last_row, last_column),
            _ => return None,
        };
        Some(Self { row: row.min(last_row), column: column.min(last_column) })
    }

    /// Scrolls as little as it takes.
    pub fn bring_into_sight(self, area: &HtmlDivElement, spans: &Spans) {
        // The head stays on top of the rows.
        let near = |at: f64, size: f64, scroll: f64, sight: f64| {
            if at < scroll {
                at
            } else if at + size > scroll + sight {
                at + size - sight
            } else {
                scroll
            }
        };
        let (height, width) = (f64::from(area.client_height()) - HEAD, f64::from(area.client_width()));
        let top = near(self.row as f64 * ROW, ROW, f64::from(area.scroll_top()), height);
        let (begin, wide) = spans.span(self.column);
        let left = near(begin, wide, f64::from(area.scroll_left()), width);
        area.set_scroll_top(top as i32);
        area.set_scroll_left(left as i32);
    }
}

/// The head's height.
const HEAD: f64 = 46.0;

#[cfg(test)]
mod tests {
    use contract::query::{Column, ColumnShape};

    use super::*;

    #[test]
    fn what_is_in_sight_is_little_whatever_the_screen() {
        let column =
            Column { name: "a".repeat(19), type_name: String::new(), shape: ColumnShape::Text, ends_in_blanks: false };
        let spans = Spans::of(&vec![column; 50], &[]);
        assert_eq!(spans.span(1), (167.0, 167.0));
        let at = |top, left, height, width| Window::at((top, left), (height, width), 100_000, &spans);
        let screen = at(0.0, 0.0, 600.0, 1200.0);
        assert_eq!((screen.rows, screen.columns), ((0, 33), (0, 8)));
        let wall = at(30_000.0, 1_000.0, 4_000.0, 9_000.0);
        let cells = |window: Window| (window.rows.1 - window.rows.0) * (window.columns.1 - window.columns.0);
        assert!(cells(wall) <= 1_800 && wall.rows.0 == 994, "{wall:?}");
        let end = at(3_000_000.0, 8_300.0, 600.0, 1200.0);
        assert!(end.rows.1 == 100_000 && end.columns.1 == 50, "{end:?}");
    }

    #[test]
    fn keys_move_within_the_result() {
        let place = Place { row: 5, column: 1 };
        let after = |key, is_far| place.after(key, is_far, 10, 3);
        assert_eq!(after("PageDown", false), Some(Place { row: 9, column: 1 }));
        assert_eq!(after("End", true), Some(Place { row: 9, column: 2 }));
        assert_eq!(after("a", false), None);
        assert_eq!(Place::default().after("ArrowDown", false, 0, 0), Some(Place::default()));
        assert_eq!(Place::of_dom_id(&place.dom_id()), Some(place));
    }
}
