//! Rows as the server wrote them: text, with the true type of each column.

use tokio_postgres::types::{FromSql, Type};

use crate::clean::clean;
use crate::stream::RowShape;

/// Where reading stops. Both are counted here, never taken from the server, whose command tag may hold no count.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub rows: usize,
    pub bytes: usize,
    /// A longer cell is cut, and ends with `…`.
    pub cell_bytes: usize,
}

impl Limits {
    /// The first rows of a dataset.
    pub const PREVIEW: Self = Self { rows: 100, bytes: 4 * 1024 * 1024, cell_bytes: 16 * 1024 };
    /// Catalog reading.
    pub const CATALOG: Self = Self { rows: 50_000, bytes: 24 * 1024 * 1024, cell_bytes: 1024 };
    /// One value.
    pub const VALUE: Self = Self { rows: 1, bytes: 64 * 1024, cell_bytes: 16 * 1024 };
}

/// Which limit ended the reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    Rows,
    Bytes,
}

#[derive(Clone, Debug, Default)]
pub struct Rows {
    pub columns: Vec<RowShape>,
    pub rows: Vec<Vec<Option<String>>>,
    pub cut: Option<Cut>,
}

impl Rows {
    /// The text of one cell; `None` for NULL and beyond the edges.
    pub fn text(&self, row: usize, column: usize) -> Option<&str> {
        self.rows.get(row)?.get(column)?.as_deref()
    }
}

/// A cell as bytes, whatever its type: results are text by then.
pub(crate) struct RawText<'a>(pub &'a [u8]);

impl<'a> FromSql<'a> for RawText<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A cell as text for showing. Unlike messages, data keeps its control characters: they are part of the value.
pub(crate) fn cell_text(raw: &[u8], max_bytes: usize) -> String {
    if raw.len() > max_bytes {
        return clean(raw, max_bytes);
    }
    String::from_utf8_lossy(raw).into_owned()
}
