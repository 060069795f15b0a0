//! One page of the picker, from the catalog as it was last read.

use contract::catalog::{CatalogObject, CatalogSchema, ObjectKind, Picker, PickerFilter};
use contract::fault::Fault;
use store::{CatalogObjectRow, CatalogSchemaRow, ConnectionRow, ObjectFilter};

use crate::services::{Shared, now, place, store_fault, whereabouts};

/// Objects on one page, or schemas where they come first.
const PAGE: u32 = 200;

pub(super) async fn page(shared: &Shared, row: ConnectionRow, filter: &PickerFilter) -> Result<Picker, Fault> {
    let store = &shared.store;
    let wanted = wanted(&filter.search, &filter.kind, &filter.schema);
    let counts = store.catalog_counts(&row.id, &wanted).await.map_err(store_fault)?;
    let match_count = u32::try_from(counts.match_count).unwrap_or(u32::MAX);
    let schemas = store.catalog_schemas(&row.id, &wanted).await.map_err(store_fault)?;
    // Too many to look through come as schemas, which are opened one by one.
    let is_closed = wanted.search.is_empty() && wanted.schema.is_empty() && match_count > PAGE;
    let schemas = of_interest(schemas, &wanted);
    let count = if is_closed { u32::try_from(schemas.len()).unwrap_or(u32::MAX) } else { match_count };
    let page_count = count.div_ceil(PAGE).max(1);
    let page = filter.page.clamp(1, page_count);
    let offset = (page - 1) * PAGE;
    let schemas = if is_closed {
        let on_page = schemas.into_iter().skip(offset as usize).take(PAGE as usize);
        on_page.map(|schema| group(schema, false)).collect()
    } else {
        let objects = store.catalog_objects(&row.id, &wanted, i64::from(PAGE), i64::from(offset)).await;
        grouped(schemas, objects.map_err(store_fault)?)
    };
    let whereabouts = match wanted.search.is_empty() || row.catalog_read_at.is_none() {
        true => None,
        false => whereabouts::of(shared, &row, &wanted, match_count > 0).await?,
    };
    let target = place::target_as_minted(shared, &row).await?;
    Ok(Picker {
        connection_id: row.id,
        connection_name: row.name,
        egress: shared.egress.clone(),
        finding: serde_json::from_str(&row.catalog_finding).ok(),
        user: target.user.clone(),
        target,
        schemas,
        match_count,
        object_count: u32::try_from(counts.object_count).unwrap_or(u32::MAX),
        page,
        page_count,
        whereabouts,
        read_at: row.catalog_read_at,
        is_reading: row.catalog_reading_until > now(),
        is_cut: row.catalog_is_cut == 1,
    })
}

pub(super) fn wanted(search: &str, kind: &str, schema: &str) -> ObjectFilter {
    ObjectFilter {
        search: search.trim().chars().take(200).collect(),
        kind: ObjectKind::from_code(kind).map_or(String::new(), |kind| kind.as_str().to_owned()),
        schema: schema.to_owned(),
    }
}

/// Those that hold a match; without a search all of them, so that a closed or an empty one can say why.
fn of_interest(mut schemas: Vec<CatalogSchemaRow>, wanted: &ObjectFilter) -> Vec<CatalogSchemaRow> {
    let is_open = wanted.search.is_empty() && wanted.kind.is_empty();
    schemas.retain(|schema| {
        (wanted.schema.is_empty() || wanted.schema == schema.name) && (schema.match_count > 0 || is_open)
    });
    schemas
}

fn group(schema: CatalogSchemaRow, is_open: bool) -> CatalogSchema {
    CatalogSchema {
        is_usable: schema.is_usable == 1,
        is_unlisted: schema.is_unlisted == 1,
        match_count: u32::try_from(schema.match_count).unwrap_or(u32::MAX),
        name: schema.name,
        is_open,
        objects: Vec::new(),
    }
}

/// One page of objects under their schemas, both in the same order.
fn grouped(schemas: Vec<CatalogSchemaRow>, objects: Vec<CatalogObjectRow>) -> Vec<CatalogSchema> {
    let mut objects = objects.into_iter().peekable();
    let mut groups = Vec::new();
    for schema in schemas {
        let mut group = group(schema, true);
        while let Some(object) = objects.next_if(|object| object.schema_name == group.name) {
            group.objects.push(CatalogObject {
                name: object.name,
                kind: ObjectKind::from_code(&object.kind).unwrap_or(ObjectKind::Table),
                is_readable: object.is_readable == 1,
                dataset_id: object.dataset_id,
            });
        }
        if !group.objects.is_empty() || group.match_count == 0 {
            groups.push(group);
        }
    }
    groups
}
