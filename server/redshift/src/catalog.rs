//! What there is to read: schemas, and the tables and views in them.
//!
//! The queries are separate and joined here, because Redshift cannot mix its leader's catalogs with its `svv_*`
//! views in one statement. Each stands alone: one that fails marks its own part and hides nothing else. The `svv_*`
//! views over everything are avoided; on real clusters they took minutes where `pg_class` took two seconds
//! (amazon-redshift-jdbc-driver issue 64).

mod columns;
mod external;

use std::collections::{HashMap, HashSet};

use crate::error::Error;
use crate::rows::{Cut, Limits};
use crate::session::Session;

pub use columns::{Columns, read as columns};
pub use external::tables as external_tables;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectKind {
    Table,
    View,
    LateBindingView,
    MaterializedView,
    ExternalTable,
    SharedTable,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub name: String,
    pub kind: ObjectKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    pub name: String,
    pub is_usable: bool,
    /// The user may create in it, so it is not read-only to them.
    pub is_creatable: bool,
    /// External or shared: its tables are listed one schema at a time.
    pub is_external: bool,
    /// Its tables could not be listed, or were not yet.
    pub is_unlisted: bool,
    pub objects: Vec<Object>,
}

#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub schemas: Vec<Schema>,
    /// There was more than fits the limits.
    pub is_cut: bool,
    /// What did not answer in its time, so that some kinds show as others.
    pub missing: Vec<Part>,
}

/// A part of the catalog that is read on its own, and can fail on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    MaterializedViews,
    ExternalSchemas,
}

impl Catalog {
    pub fn object_count(&self) -> usize {
        self.schemas.iter().map(|schema| schema.objects.len()).sum()
    }
}

/// Schemas that belong to the system or to other sessions are hidden by name.
const SCHEMAS: &str = "
    select n.nspname,
           has_schema_privilege(n.oid, 'usage'),
           has_schema_privilege(n.oid, 'create')
    from pg_catalog.pg_namespace n
    where substring(n.nspname from 1 for 3) <> 'pg_'
      and n.nspname not in ('information_schema', 'catalog_history')
    order by n.nspname";

/// A view without columns in `pg_attribute` is late-binding. `mv_tbl__` tables are what materialized views keep
/// their rows in.
const OBJECTS: &str = "
    select n.nspname, c.relname, c.relkind, c.relnatts
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'v', 'm', 'p', 'f')
      and substring(c.relname from 1 for 8) <> 'mv_tbl__'
      and substring(n.nspname from 1 for 3) <> 'pg_'
      and n.nspname not in ('information_schema', 'catalog_history')
    order by n.nspname, c.relname";

const MATERIALIZED_VIEWS: &str = "select schema_name, name from svv_mv_info";

/// Reads the catalog as far as the limits go.
pub async fn read(session: &Session, is_redshift: bool, limits: Limits) -> Result<Catalog, Error> {
    let schemas = session.ask(SCHEMAS, 3, limits).await?;
    let mut catalog = Catalog::default();
    let mut places = HashMap::new();
    for row in 0..schemas.rows.len() {
        let Some(name) = schemas.text(row, 0) else {
            continue;
        };
        places.insert(name.to_owned(), catalog.schemas.len());
        catalog.schemas.push(Schema {
            name: name.to_owned(),
            is_usable: is_true(schemas.text(row, 1)),
            is_creatable: is_true(schemas.text(row, 2)),
            is_external: false,
            is_unlisted: false,
            objects: Vec::new(),
        });
    }
    let mut materialized = HashSet::new();
    if is_redshift {
        match materialized_views(session, limits).await {
            Ok(found) => materialized = found,
            Err(error) if error.is_of_connection() => return Err(error),
            Err(_) => catalog.missing.push(Part::MaterializedViews),
        }
    }
    let objects = session.ask(OBJECTS, 4, limits).await?;
    catalog.is_cut = schemas.cut == Some(Cut::Rows) || objects.cut.is_some();
    for row in 0..objects.rows.len() {
        let (Some(schema), Some(name)) = (objects.text(row, 0), objects.text(row, 1)) else {
            continue;
        };
        let Some(schema_place) = places.get(schema).and_then(|place| catalog.schemas.get_mut(*place)) else {
            continue;
        };
        let is_materialized = materialized.contains(&(schema.to_owned(), name.to_owned()));
        let kind = match (objects.text(row, 2), objects.text(row, 3)) {
            (Some("v" | "m"), _) if is_materialized => ObjectKind::MaterializedView,
            (Some("m"), _) => ObjectKind::MaterializedView,
            (Some("v"), Some("0")) => ObjectKind::LateBindingView,
            (Some("v"), _) => ObjectKind::View,
            (Some("f"), _) => ObjectKind::ExternalTable,
            _ => ObjectKind::Table,
        };
        schema_place.objects.push(Object { name: name.to_owned(), kind });
    }
    if is_redshift {
        external::read(session, &mut catalog, limits).await?;
    }
    Ok(catalog)
}

async fn materialized_views(session: &Session, limits: Limits) -> Result<HashSet<(String, String)>, Error> {
    let rows = session.ask_within(MATERIALIZED_VIEWS, 2, limits, session.deadlines().view).await?;
    let pair = |row| Some((rows.text(row, 0)?.to_owned(), rows.text(row, 1)?.to_owned()));
    Ok((0..rows.rows.len()).filter_map(pair).collect())
}

/// Booleans of privilege functions: Redshift's manual calls them CHAR, its drivers read `t`.
pub(crate) fn is_true(text: Option<&str>) -> bool {
    matches!(text, Some("t" | "true" | "1"))
}
