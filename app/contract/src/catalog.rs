//! What a connection offers: schemas, and the tables and views in them.

use serde::{Deserialize, Serialize};

use crate::connection::Target;
use crate::finding::Finding;

/// The kinds of thing that can become a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    Table,
    View,
    LateBindingView,
    MaterializedView,
    /// Lives outside the cluster (Spectrum, federated).
    ExternalTable,
    /// Comes from a datashare.
    SharedTable,
}

impl ObjectKind {
    pub const ALL: [Self; 6] = [
        Self::Table,
        Self::View,
        Self::LateBindingView,
        Self::MaterializedView,
        Self::ExternalTable,
        Self::SharedTable,
    ];

    /// The code used in URLs and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::LateBindingView => "late_binding_view",
            Self::MaterializedView => "materialized_view",
            Self::ExternalTable => "external_table",
            Self::SharedTable => "shared_table",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == code)
    }
}

/// One table or view in the picker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogObject {
    pub name: String,
    pub kind: ObjectKind,
    /// The user may SELECT from it. A denied one is shown, with the reason, rather than hidden.
    pub is_readable: bool,
    /// The dataset it already is.
    pub dataset_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogSchema {
    pub name: String,
    /// The user has USAGE on it.
    pub is_usable: bool,
    /// The schema itself could not be listed; its neighbours could.
    pub is_unlisted: bool,
    /// How many objects match the search in this schema, shown or not.
    pub match_count: u32,
    /// Its objects are here. A catalog too large for one page comes as schemas first.
    pub is_open: bool,
    pub objects: Vec<CatalogObject>,
}

/// What the picker asks for. Flat, because it is also a GET form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickerFilter {
    pub search: String,
    /// An [`ObjectKind`] code, or empty for all.
    pub kind: String,
    /// One schema, or empty for all.
    pub schema: String,
    pub page: u32,
}

/// Why a table that somebody looks for is not there to be picked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whereabouts {
    /// It is listed, under another kind or in another schema than the search asks for.
    FilteredOut {
        schema: String,
        table: String,
    },
    SchemaUnknown {
        schema: String,
    },
    SchemaClosed {
        schema: String,
    },
    /// The schema is there, and its tables could not be listed.
    SchemaUnlisted {
        schema: String,
    },
    TableClosed {
        schema: String,
        table: String,
    },
    TableUnknown {
        table: String,
    },
    /// It is not among what is listed; there is more than that.
    Beyond {
        table: String,
    },
    /// It is in none of the schemas that were listed; these were not.
    PerhapsUnlisted {
        table: String,
        schemas: Vec<String>,
    },
    /// The system's own, which is never listed.
    Hidden {
        name: String,
    },
}

/// One page of the picker. What there is to say is codes, or the words for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picker<F = Finding, W = Whereabouts> {
    pub connection_id: String,
    pub connection_name: String,
    pub user: String,
    pub schemas: Vec<CatalogSchema>,
    pub match_count: u32,
    pub object_count: u32,
    pub page: u32,
    pub page_count: u32,
    /// When the catalog was last read, microseconds since 1970 UTC; `None` before the first good check.
    pub read_at: Option<i64>,
    /// Why the last read failed.
    pub finding: Option<F>,
    pub target: Target,
    pub egress: Vec<String>,
    /// What there is to say about the name that was searched for.
    pub whereabouts: Option<W>,
    /// A read is under way.
    pub is_reading: bool,
    /// The catalog was larger than Flitch lists.
    pub is_cut: bool,
}

impl Picker {
    /// The same with its codes put into words.
    pub fn tell<F, W>(
        self,
        finding: impl Fn(&Finding, &Self) -> F,
        whereabouts: impl Fn(&Whereabouts, &Self) -> W,
    ) -> Picker<F, W> {
        let found = self.finding.as_ref().map(|found| finding(found, &self));
        let place = self.whereabouts.as_ref().map(|place| whereabouts(place, &self));
        Picker {
            finding: found,
            whereabouts: place,
            connection_id: self.connection_id,
            connection_name: self.connection_name,
            user: self.user,
            schemas: self.schemas,
            match_count: self.match_count,
            object_count: self.object_count,
            page: self.page,
            page_count: self.page_count,
            read_at: self.read_at,
            target: self.target,
            egress: self.egress,
            is_reading: self.is_reading,
            is_cut: self.is_cut,
        }
    }
}
