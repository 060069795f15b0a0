//! What there is to read: the list, and a row of one table.

use contract::connection::Target;
use contract::finding::{Breach, CatalogPart, Finding, Phase};
use redshift::catalog::{self, Catalog, ObjectKind, Schema};
use redshift::{Error, Limits, Session, sql};

use super::rights::Rights;
use crate::services::findings::finding;

/// How many tables the check tries to read before it says that none can be.
const TABLE_TRIES: usize = 5;

/// How many findings of one kind a stage lists.
pub(super) const LISTED: usize = 5;

pub(super) fn database(catalog: &Catalog, target: &Target, limits: Limits) -> Vec<Finding> {
    let user = target.user.clone();
    if !catalog.schemas.iter().any(|schema| schema.is_usable) {
        return vec![Finding::NoSchemaVisible { user }];
    }
    if catalog.object_count() == 0 {
        return vec![Finding::NoTableVisible { user }];
    }
    let mut found = vec![Finding::DatabaseRead {
        schema_count: catalog.schemas.len() as u32,
        object_count: catalog.object_count() as u32,
    }];
    let unlisted = catalog.schemas.iter().filter(|schema| schema.is_unlisted).take(LISTED);
    found.extend(unlisted.map(|schema| Finding::SchemaUnlisted { schema: schema.name.clone() }));
    found.extend(catalog.missing.iter().map(|part| Finding::CatalogPartMissing {
        part: match part {
            catalog::Part::MaterializedViews => CatalogPart::MaterializedViews,
            catalog::Part::ExternalSchemas => CatalogPart::ExternalSchemas,
        },
    }));
    if catalog.is_cut {
        found.push(Finding::CatalogCut { limit: limits.rows as u32 });
    }
    found
}

/// Reads a row of one table: what the person came for. Plain tables first, as views can be slow.
pub(super) async fn tables(session: &Session, catalog: &Catalog, rights: &Rights, target: &Target) -> Finding {
    let mut candidates: Vec<(&Schema, &str, ObjectKind)> = Vec::new();
    for schema in &catalog.schemas {
        let readable = schema.objects.iter().filter(|object| rights.is_readable(schema, &object.name));
        candidates.extend(readable.map(|object| (schema, object.name.as_str(), object.kind)));
    }
    candidates.sort_by_key(|(.., kind)| *kind != ObjectKind::Table);
    let mut last = None;
    for (schema, table, _) in candidates.iter().take(TABLE_TRIES) {
        let Some(select) = sql::select_first(&schema.name, table, 1) else {
            continue;
        };
        match session.read(&select, Limits::VALUE).await {
            Ok(read) if read.columns.is_empty() => {
                return Finding::ProtocolBroken { phase: Phase::Statement, breach: Breach::OutOfPlace };
            }
            Ok(read) => {
                let (schema, table) = (schema.name.clone(), (*table).to_owned());
                return match read.rows.is_empty() {
                    true => Finding::TableEmpty { schema, table },
                    false => Finding::TableRead { schema, table },
                };
            }
            Err(error @ Error::Server(_)) => last = Some(finding(&error, target, Some((&schema.name, table)))),
            Err(error) => return finding(&error, target, Some((&schema.name, table))),
        }
    }
    match last {
        Some(said) if !matches!(said, Finding::SchemaDenied { .. } | Finding::TableDenied { .. }) => said,
        _ => {
            let usable = catalog.schemas.iter().find(|schema| schema.is_usable && !schema.objects.is_empty());
            let schema = usable.or(catalog.schemas.first()).map(|schema| schema.name.clone()).unwrap_or_default();
            Finding::NoTableReadable { user: target.user.clone(), schema }
        }
    }
}
