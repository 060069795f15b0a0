//! Charts as finished SVG markup, drawn on the server from the text that the database wrote.
//!
//! Knows nothing of pages, queries or Leptos. Draws no value that is not in the rows: NULL is a gap, never a zero, and
//! whatever is left out is said in [`Drawn::left_out`].

mod across;
mod bar;
mod big;
mod choose;
mod dates;
mod draw;
mod frame;
mod ink;
mod key;
mod line;
mod number;
mod plot;
mod scale;
mod scatter;
pub mod spark;
mod text;
mod thin;
mod ticks;
mod words;

#[cfg(test)]
mod tests;

pub use choose::{possible, roles, sensible};
pub use draw::svg;
pub use words::LeftOut;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    Line,
    Bar,
    Area,
    Scatter,
    /// The values themselves, large.
    Number,
}

impl ChartKind {
    pub const ALL: [Self; 5] = [Self::Line, Self::Bar, Self::Area, Self::Scatter, Self::Number];

    /// As an address or a form carries it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Bar => "bar",
            Self::Area => "area",
            Self::Scatter => "scatter",
            Self::Number => "number",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Line => "Line",
            Self::Bar => "Bars",
            Self::Area => "Area",
            Self::Scatter => "Dots",
            Self::Number => "Number",
        }
    }
}

/// What a column's values are to a chart: a size, a moment, or only a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Number,
    Time,
    Category,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    pub kind: Kind,
}

/// A result, and which of its columns play which part. Positions that no column has are ignored.
#[derive(Clone, Copy, Debug)]
pub struct Data<'a> {
    pub columns: &'a [Column],
    /// Each cell as the database wrote it. `None` is SQL's NULL.
    pub rows: &'a [Vec<Option<String>>],
    /// The first is the horizontal axis; the others together name a series.
    pub groups: &'a [usize],
    pub measures: &'a [usize],
}

impl<'a> Data<'a> {
    fn name(&self, column: usize) -> &'a str {
        self.columns.get(column).map_or("", |column| column.name.as_str())
    }

    fn cell(&self, row: usize, column: usize) -> Option<&'a str> {
        self.rows.get(row)?.get(column)?.as_deref()
    }

    fn groups(&self) -> Vec<usize> {
        self.groups.iter().copied().filter(|at| *at < self.columns.len()).collect()
    }

    fn measures(&self) -> Vec<usize> {
        self.measures.iter().copied().filter(|at| *at < self.columns.len()).collect()
    }
}

/// A finished chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    /// HTML with SVG in it. Every text of the database in it is escaped.
    pub markup: String,
    /// One plain sentence for who cannot see it: what it shows, the lowest and the highest value.
    pub summary: String,
    /// What of the rows is not in the picture. To be shown beside it.
    pub left_out: Option<LeftOut>,
}
