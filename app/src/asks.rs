//! What a dataset's page shows, as its address says it: the view, and all that belongs to it. A link shows a colleague
//! the same.

use contract::explore;
#[cfg(feature = "ssr")]
use contract::explore::Explore;
#[cfg(feature = "ssr")]
use contract::fault::Fault;
#[cfg(feature = "ssr")]
use contract::query::Ask;

/// The views of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    Rows,
    Columns,
    Explore,
    /// When it is rebuilt, and how that went. It asks the dataset nothing.
    Refresh,
}

impl View {
    pub const ALL: [Self; 4] = [Self::Rows, Self::Columns, Self::Explore, Self::Refresh];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Columns => "columns",
            Self::Explore => "explore",
            Self::Refresh => "refresh",
        }
    }

    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|view| view.as_str() == code).unwrap_or(Self::Rows)
    }
}

/// A page of a dataset's rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    pub sort: String,
    pub is_descending: bool,
    /// From 1.
    pub page: u32,
}

impl Preview {
    pub fn read(query: &str) -> Self {
        let mut preview = Self { page: 1, ..Self::default() };
        for (key, value) in explore::pairs(query) {
            match key.as_str() {
                "sort" => preview.sort = value,
                "desc" => preview.is_descending = value == "1",
                "page" => preview.page = value.parse().unwrap_or(1),
                _ => {}
            }
        }
        preview
    }

    pub fn to_query(&self) -> String {
        let mut query = "?view=rows".to_owned();
        if !self.sort.is_empty() {
            query.push_str("&sort=");
            query.push_str(&crate::paths::encode(&self.sort));
        }
        if self.is_descending {
            query.push_str("&desc=1");
        }
        if self.page > 1 {
            query.push_str(&format!("&page={}", self.page));
        }
        query
    }
}

/// Reads a page's query string.
#[cfg(feature = "ssr")]
pub fn read(query: &str) -> Result<Ask, Fault> {
    let view = explore::pairs(query).find(|(key, _)| key == "view").map(|(_, value)| value);
    Ok(match View::from_code(&view.unwrap_or_default()) {
        View::Rows => {
            // A page that is no number, or none that there could be.
            let typed = explore::pairs(query).find(|(key, _)| key == "page").map(|(_, value)| value.parse::<u32>());
            if typed.is_some_and(|page| page.is_err()) {
                return Err(Fault::BadRequest);
            }
            let Preview { sort, is_descending, page } = Preview::read(query);
            Ask::Preview { sort, is_descending, page }
        }
        View::Refresh => return Err(Fault::Explore { fault: explore::ExploreFault::Nothing }),
        View::Columns => Ask::Profile,
        View::Explore => {
            let (explore, faults) = Explore::from_query(query);
            if let Some(fault) = faults.into_iter().next() {
                return Err(Fault::Explore { fault });
            }
            Ask::Explore(explore)
        }
    })
}
