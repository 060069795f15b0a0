//! External and shared schemas: they have a row in `pg_namespace`, and their tables none in `pg_class`.

use super::{Catalog, Object, ObjectKind};
use crate::rows::Limits;
use crate::session::Session;
use crate::sql::quote_ident;

const EXTERNAL_SCHEMAS: &str = "select schemaname from svv_external_schemas";

/// Adds the tables of external schemas, one `SHOW TABLES` per schema. A schema that cannot be listed is marked.
pub(super) async fn read(session: &Session, catalog: &mut Catalog, limits: Limits) {
    let Ok(schemas) = session.read(EXTERNAL_SCHEMAS, limits).await else {
        return;
    };
    let Ok(database) = session.read("select current_database()", Limits::VALUE).await else {
        return;
    };
    let Some(database) = database.text(0, 0) else {
        return;
    };
    for row in 0..schemas.rows.len() {
        let Some(name) = schemas.text(row, 0) else {
            continue;
        };
        let Some(schema) = catalog.schemas.iter_mut().find(|schema| schema.name == name) else {
            continue;
        };
        if !schema.is_usable {
            continue;
        }
        match tables(session, database, name, limits).await {
            Some(objects) => schema.objects = objects,
            None => schema.is_unlisted = true,
        }
    }
}

/// `SHOW TABLES` answers with 6 or 12 columns, by server; they are read by name.
async fn tables(session: &Session, database: &str, schema: &str, limits: Limits) -> Option<Vec<Object>> {
    let sql = format!("show tables from schema {}.{} limit 10000", quote_ident(database)?, quote_ident(schema)?);
    let rows = session.read(&sql, limits).await.ok()?;
    let column = |name: &str| rows.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
    let (name, kind) = (column("table_name")?, column("table_type")?);
    let objects = (0..rows.rows.len()).filter_map(|row| {
        let kind = match rows.text(row, kind) {
            Some(kind) if kind.to_ascii_uppercase().contains("SHARED") => ObjectKind::SharedTable,
            Some("VIEW") => ObjectKind::View,
            _ => ObjectKind::ExternalTable,
        };
        Some(Object { name: rows.text(row, name)?.to_owned(), kind })
    });
    Some(objects.collect())
}
