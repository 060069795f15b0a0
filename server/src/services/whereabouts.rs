//! "Why can't I see my table?": answered from the catalog as it was last read, so that nobody waits for the source.

use contract::catalog::Whereabouts;
use contract::fault::Fault;
use store::{ConnectionRow, ObjectFilter};

use super::{Shared, store_fault};

/// Candidates that are looked at.
const LOOKED_AT: i64 = 200;

/// What there is to say about a searched name: nothing, when it can be picked.
pub(crate) async fn of(
    shared: &Shared,
    row: &ConnectionRow,
    wanted: &ObjectFilter,
    has_matches: bool,
) -> Result<Option<Whereabouts>, Fault> {
    let connection_id = row.id.as_str();
    let (schema, table) = split(&wanted.search);
    if table.is_empty() {
        return Ok(None);
    }
    let is_systems = |name: &str| name.starts_with("pg_") || name == "information_schema";
    if schema.is_some_and(is_systems) || (!has_matches && (is_systems(table) || table.starts_with("mv_tbl__"))) {
        return Ok(Some(Whereabouts::Hidden { name: wanted.search.clone() }));
    }
    let store = &shared.store;
    let objects = store.catalog_named(connection_id, table, LOOKED_AT).await.map_err(store_fault)?;
    // Redshift folds names to lower case, quoted ones too, unless it is told otherwise.
    let is_it = |object: &&store::CatalogObjectRow| {
        object.name.eq_ignore_ascii_case(table)
            && schema.is_none_or(|schema| object.schema_name.eq_ignore_ascii_case(schema))
    };
    let found: Vec<_> = objects.iter().filter(is_it).collect();
    if let Some(readable) = found.iter().find(|object| object.is_readable == 1) {
        let (schema, table) = (readable.schema_name.clone(), readable.name.clone());
        return Ok((!has_matches).then_some(Whereabouts::FilteredOut { schema, table }));
    }
    let schemas = store.catalog_schemas(connection_id, &ObjectFilter::default()).await.map_err(store_fault)?;
    let known = |name: &str| schemas.iter().find(|schema| schema.name.eq_ignore_ascii_case(name));
    if let Some(closed) = found.first() {
        let is_usable = known(&closed.schema_name).is_some_and(|schema| schema.is_usable == 1);
        let (schema, table) = (closed.schema_name.clone(), closed.name.clone());
        return Ok(Some(match is_usable {
            true => Whereabouts::TableClosed { schema, table },
            false => Whereabouts::SchemaClosed { schema },
        }));
    }
    if has_matches {
        return Ok(None);
    }
    Ok(Some(match schema.map(|name| (name, known(name))) {
        Some((name, None)) => Whereabouts::SchemaUnknown { schema: name.to_owned() },
        Some((_, Some(schema))) if schema.is_usable == 0 => Whereabouts::SchemaClosed { schema: schema.name.clone() },
        Some((_, Some(schema))) if schema.is_unlisted == 1 => {
            Whereabouts::SchemaUnlisted { schema: schema.name.clone() }
        }
        found => {
            let table = wanted.search.clone();
            let unlisted = schemas.iter().filter(|known| known.is_unlisted == 1).map(|known| known.name.clone());
            let unlisted: Vec<String> = unlisted.collect();
            match row.catalog_is_cut {
                1 => Whereabouts::Beyond { table },
                _ if found.is_none() && !unlisted.is_empty() => {
                    Whereabouts::PerhapsUnlisted { table, schemas: unlisted }
                }
                _ => Whereabouts::TableUnknown { table },
            }
        }
    }))
}

/// `schema.table` or a table alone; a database in front is left out, and so are quotes.
fn split(search: &str) -> (Option<&str>, &str) {
    let mut parts = search.rsplit('.').map(|name| name.trim().trim_matches('"'));
    let table = parts.next().unwrap_or_default();
    let schema = parts.next().filter(|schema| !schema.is_empty());
    (schema, table)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn names_are_split_as_they_are_written() {
        assert_eq!(split("sales"), (None, "sales"));
        assert_eq!(split("public.sales"), (Some("public"), "sales"));
        assert_eq!(split(" dev . \"Public\" . \"sales\" "), (Some("Public"), "sales"));
        assert_eq!(split("."), (None, ""));
    }
}
