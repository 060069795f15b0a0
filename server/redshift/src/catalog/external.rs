//! External and shared schemas: they have a row in `pg_namespace`, and their tables none in `pg_class`.

use std::time::Instant;

use super::{Catalog, Object, ObjectKind, Part};
use crate::error::Error;
use crate::rows::Limits;
use crate::session::Session;
use crate::sql::quote_ident;

const EXTERNAL_SCHEMAS: &str = "select schemaname from svv_external_schemas";

/// The most that `SHOW TABLES` gives; more is an error (SHOW TABLES in Redshift's manual).
const SHOW_LIMIT: usize = 10_000;

/// Slower than SHOW, and without its limit.
const EXTERNAL_TABLES: &str = "select tablename, tabletype from svv_external_tables where schemaname = $1";

/// Adds the tables of external schemas, as far as the time goes; the others are left for when they are opened.
pub(super) async fn read(session: &Session, catalog: &mut Catalog, limits: Limits) -> Result<(), Error> {
    let started = Instant::now();
    let budget = session.deadlines().view;
    let schemas = match session.ask_within(EXTERNAL_SCHEMAS, 1, limits, budget).await {
        Ok(schemas) => schemas,
        Err(error) if error.is_of_connection() => return Err(error),
        Err(_) => {
            catalog.missing.push(Part::ExternalSchemas);
            return Ok(());
        }
    };
    for row in 0..schemas.rows.len() {
        let Some(name) = schemas.text(row, 0) else { continue };
        let Some(schema) = catalog.schemas.iter_mut().find(|schema| schema.name == name) else { continue };
        schema.is_external = true;
        if !schema.is_usable {
            continue;
        }
        schema.is_unlisted = true;
        if started.elapsed() >= budget {
            continue;
        }
        match tables(session, name, limits).await {
            Ok(objects) => {
                schema.objects = objects;
                schema.is_unlisted = false;
            }
            Err(error) if error.is_of_connection() => return Err(error),
            Err(_) => {}
        }
    }
    Ok(())
}

/// The tables of one external schema.
pub async fn tables(session: &Session, schema: &str, limits: Limits) -> Result<Vec<Object>, Error> {
    match shown(session, schema, limits).await {
        Ok(objects) if objects.len() < SHOW_LIMIT => Ok(objects),
        Err(error) if error.is_of_connection() => Err(error),
        shown => match viewed(session, schema, limits).await {
            Ok(objects) => Ok(objects),
            // A part of the tables is better than none.
            Err(error) => shown.map_err(|_| error),
        },
    }
}

/// `SHOW TABLES` has more columns on newer servers, and their order is not promised; they are read by name.
async fn shown(session: &Session, schema: &str, limits: Limits) -> Result<Vec<Object>, Error> {
    let database = session.ask("select current_database()", 1, Limits::VALUE).await?;
    let place = database.text(0, 0).and_then(quote_ident).zip(quote_ident(schema)).ok_or(Error::BadStatement)?;
    let sql = format!("show tables from schema {}.{} limit {SHOW_LIMIT}", place.0, place.1);
    let rows = session.read_within(&sql, limits, session.deadlines().view).await?;
    let column = |name: &str| rows.columns.iter().position(|column| column.name.eq_ignore_ascii_case(name));
    let Some((name, kind)) = column("table_name").zip(column("table_type")) else {
        return Err(Error::BadStatement);
    };
    let object = |row| Some(Object { name: rows.text(row, name)?.to_owned(), kind: kind_of(rows.text(row, kind)) });
    Ok((0..rows.rows.len()).filter_map(object).collect())
}

async fn viewed(session: &Session, schema: &str, limits: Limits) -> Result<Vec<Object>, Error> {
    let rows = session.read_bound(EXTERNAL_TABLES, &[schema], limits).await?;
    let object = |row| Some(Object { name: rows.text(row, 0)?.to_owned(), kind: kind_of(rows.text(row, 1)) });
    Ok((0..rows.rows.len()).filter_map(object).collect())
}

fn kind_of(told: Option<&str>) -> ObjectKind {
    match told {
        Some(kind) if kind.to_ascii_uppercase().contains("SHARED") => ObjectKind::SharedTable,
        Some("VIEW") => ObjectKind::View,
        _ => ObjectKind::ExternalTable,
    }
}
