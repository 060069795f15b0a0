//! "Why can't I see my table?": answered from the catalog as it was last read, so that nobody waits for the source.

use contract::catalog::{CatalogSchema, Whereabouts};
use contract::fault::Fault;
use store::{ConnectionRow, ObjectFilter, SchemaPage};

use super::{Shared, store_fault};

/// Candidates that are looked at.
const LOOKED_AT: i64 = 200;

/// What there is to say about a searched name: nothing, when it can be picked. `shown` is what the search found.
pub(crate) async fn of(
    shared: &Shared,
    row: &ConnectionRow,
    wanted: &ObjectFilter,
    shown: &[CatalogSchema],
) -> Result<Option<Whereabouts>, Fault> {
    let connection_id = row.id.as_str();
    let (schema, table) = split(&wanted.search);
    if table.is_empty() {
        return Ok(None);
    }
    let has_matches = shown.iter().any(|schema| !schema.objects.is_empty());
    let is_systems = |name: &str| name.starts_with("pg_") || name == "information_schema";
    if schema.is_some_and(is_systems) || (!has_matches && (is_systems(table) || table.starts_with("mv_tbl__"))) {
        return Ok(Some(Whereabouts::Hidden { name: wanted.search.clone() }));
    }
    // Redshift folds names to lower case, quoted ones too, unless it is told otherwise.
    let is_it = |in_schema: &str, name: &str| {
        name.eq_ignore_ascii_case(table) && schema.is_none_or(|schema| in_schema.eq_ignore_ascii_case(schema))
    };
    let closed = |is_usable: bool, schema: &str, table: &str| match is_usable {
        true => Whereabouts::TableClosed { schema: schema.to_owned(), table: table.to_owned() },
        false => Whereabouts::SchemaClosed { schema: schema.to_owned() },
    };
    if has_matches {
        let named = shown.iter().flat_map(|schema| schema.objects.iter().map(move |object| (schema, object)));
        let named: Vec<_> = named.filter(|(schema, object)| is_it(&schema.name, &object.name)).collect();
        let is_any_readable = named.iter().any(|(_, object)| object.is_readable);
        let first = named.first().filter(|_| !is_any_readable);
        return Ok(first.map(|(schema, object)| closed(schema.is_usable, &schema.name, &object.name)));
    }
    let objects = shared.store.catalog_named(connection_id, table, LOOKED_AT).await.map_err(store_fault)?;
    let found: Vec<_> = objects.iter().filter(|object| is_it(&object.schema_name, &object.name)).collect();
    if let Some(readable) = found.iter().find(|object| object.is_readable == 1) {
        let (schema, table) = (readable.schema_name.clone(), readable.name.clone());
        return Ok(Some(Whereabouts::FilteredOut { schema, table }));
    }
    let everything = ObjectFilter::default();
    let schemas =
        shared.store.catalog_schemas(connection_id, &everything, SchemaPage::ALL).await.map_err(store_fault)?;
    let known = |name: &str| schemas.iter().find(|schema| schema.name.eq_ignore_ascii_case(name));
    if let Some(object) = found.first() {
        let is_usable = known(&object.schema_name).is_some_and(|schema| schema.is_usable == 1);
        return Ok(Some(closed(is_usable, &object.schema_name, &object.name)));
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
