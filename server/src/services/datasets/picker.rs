//! One page of the picker, from the catalog as it was last read.

use contract::catalog::{CatalogObject, CatalogSchema, ObjectKind, Picker, PickerFilter};
use contract::fault::Fault;
use store::{CatalogObjectRow, CatalogSchemaRow, ConnectionRow, ObjectFilter, SchemaPage, Store, StoreError};

use crate::services::{Shared, now, place, store_fault, whereabouts};

/// Objects on one page, or schemas where they come first.
const PAGE: u32 = 100;

pub(super) async fn page(shared: &Shared, row: ConnectionRow, filter: &PickerFilter) -> Result<Picker, Fault> {
    let store = &shared.store;
    let wanted = wanted(&filter.search, &filter.kind, &filter.schema);
    let found = async { found(store, &row.id, &wanted, filter.page.max(1)).await.map_err(store_fault) };
    let size = async { store.catalog_size(&row.id).await.map_err(store_fault) };
    let (size, Found { schemas, match_count, page, page_count }) = tokio::try_join!(size, found)?;
    let whereabouts = match wanted.search.is_empty() || row.catalog_read_at.is_none() {
        true => None,
        false => whereabouts::of(shared, &row, &wanted, &schemas).await?,
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
        object_count: small(size),
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

struct Found {
    schemas: Vec<CatalogSchema>,
    match_count: u32,
    page: u32,
    page_count: u32,
}

fn pages(count: u32) -> u32 {
    count.div_ceil(PAGE).max(1)
}

fn small(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The page that was asked for, or the first where there are not so many.
async fn found(store: &Store, id: &str, wanted: &ObjectFilter, asked: u32) -> Result<Found, StoreError> {
    let offset = |page: u32| i64::from(page - 1) * i64::from(PAGE);
    if wanted.search.is_empty() && wanted.schema.is_empty() {
        // Without a filter an empty schema shows too, so that it can say why it is empty.
        let at = |page| SchemaPage {
            with_empty: wanted.kind.is_empty(),
            limit: i64::from(PAGE),
            offset: offset(page),
            ..SchemaPage::ALL
        };
        let mut page = asked;
        let mut rows = store.catalog_schemas(id, wanted, at(page)).await?;
        if rows.is_empty() && page > 1 {
            page = 1;
            rows = store.catalog_schemas(id, wanted, at(page)).await?;
        }
        let (count, match_count) = rows.first().map_or((0, 0), |row| (small(row.schema_count), small(row.total_count)));
        // Too many to look through come as schemas, which are opened one by one.
        if match_count > PAGE || count > PAGE {
            let schemas = rows.iter().map(|schema| group(schema, false)).collect();
            return Ok(Found { schemas, match_count, page, page_count: pages(count) });
        }
        let objects = store.catalog_objects(id, wanted, i64::from(PAGE), 0).await?;
        return Ok(Found { schemas: grouped(&rows, objects), match_count, page: 1, page_count: 1 });
    }
    let mut page = asked;
    let mut objects = store.catalog_objects(id, wanted, i64::from(PAGE), offset(page)).await?;
    if objects.is_empty() && page > 1 {
        page = 1;
        objects = store.catalog_objects(id, wanted, i64::from(PAGE), 0).await?;
    }
    let name = |object: Option<&CatalogObjectRow>| object.map(|object| object.schema_name.clone()).unwrap_or_default();
    let (first, last) = (name(objects.first()), name(objects.last()));
    let with_empty = wanted.search.is_empty() && wanted.kind.is_empty();
    let around = SchemaPage { with_empty, first: &first, last: &last, ..SchemaPage::ALL };
    let rows = store.catalog_schemas(id, wanted, around).await?;
    let match_count = rows.first().map_or(0, |row| small(row.total_count));
    Ok(Found { schemas: grouped(&rows, objects), match_count, page, page_count: pages(match_count) })
}

fn group(schema: &CatalogSchemaRow, is_open: bool) -> CatalogSchema {
    CatalogSchema {
        is_usable: schema.is_usable == 1,
        is_unlisted: schema.is_unlisted == 1,
        match_count: small(schema.match_count),
        name: schema.name.clone(),
        is_open,
        objects: Vec::new(),
    }
}

/// One page of objects under their schemas, both in the same order.
fn grouped(schemas: &[CatalogSchemaRow], objects: Vec<CatalogObjectRow>) -> Vec<CatalogSchema> {
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
