//! Datasets, and the catalog they are picked from.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::catalog::{CatalogObject, CatalogSchema, ObjectKind, Picker, PickerFilter};
use contract::dataset::{DatasetSummary, DatasetView, Picks};
use contract::fault::Fault;
use contract::finding::{Finding, Phase};
use contract::ports;
use contract::team::Actor;
use redshift::catalog::Catalog;
use redshift::{Session, catalog, identify, probe};
use store::{CatalogObjectRow, CatalogSchemaRow, ConnectionRow, DatasetRow, NewDataset, ObjectFilter};

use super::checks::rights::Rights;
use super::place::{self, Way};
use super::{SECOND, Shared, findings, log_failure, now, store_fault, to_json, whereabouts};

/// Objects on one page of the picker.
const PAGE: u32 = 200;

/// A catalog read is renewed each second; one that was not for this long is taken for lost.
const LEASE: i64 = 5 * SECOND;

/// A catalog read as a whole.
const READ_DEADLINE: Duration = Duration::from_secs(120);

pub(crate) struct Datasets {
    shared: Arc<Shared>,
}

impl Datasets {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }
}

#[async_trait]
impl ports::Datasets for Datasets {
    async fn picker(&self, actor: &Actor, connection_id: &str, filter: PickerFilter) -> ports::Answer<Picker> {
        let row = place::connection(&self.shared, actor, connection_id).await?;
        let store = &self.shared.store;
        let wanted = wanted(&filter.search, &filter.kind, &filter.schema);
        let counts = store.catalog_counts(connection_id, &wanted).await.map_err(store_fault)?;
        let match_count = u32::try_from(counts.match_count).unwrap_or(u32::MAX);
        let page_count = match_count.div_ceil(PAGE).max(1);
        let page = filter.page.clamp(1, page_count);
        let offset = i64::from(page - 1) * i64::from(PAGE);
        let objects =
            store.catalog_objects(connection_id, &wanted, i64::from(PAGE), offset).await.map_err(store_fault)?;
        let schemas = store.catalog_schemas(connection_id, &wanted).await.map_err(store_fault)?;
        let whereabouts = match wanted.search.is_empty() || row.catalog_read_at.is_none() {
            true => None,
            false => whereabouts::of(&self.shared, connection_id, &wanted, match_count > 0).await?,
        };
        let schema_names = schemas.iter().map(|schema| schema.name.clone()).collect();
        Ok(Picker {
            target: place::target(&row),
            connection_id: row.id,
            connection_name: row.name,
            egress: self.shared.egress.clone(),
            finding: serde_json::from_str(&row.catalog_finding).ok(),
            user: row.user_name,
            schemas: grouped(schemas, objects, &wanted),
            schema_names,
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

    async fn catalog_read(&self, actor: &Actor, connection_id: &str) -> ports::Answer<()> {
        let row = place::connection(&self.shared, actor, connection_id).await?;
        let begun = self.shared.store.catalog_read_begin(connection_id, now(), now() + LEASE).await;
        if begun.map_err(store_fault)? {
            tokio::spawn(read_catalog(Arc::clone(&self.shared), row));
        }
        Ok(())
    }

    async fn add(&self, actor: &Actor, picks: Picks) -> ports::Answer<u32> {
        let row = place::connection(&self.shared, actor, &picks.connection_id).await?;
        let store = &self.shared.store;
        let mut picked = picks.picked;
        if !picks.whole_schema.is_empty() {
            let wanted = wanted(&picks.search, &picks.kind, &picks.whole_schema);
            picked.extend(store.catalog_readable_ids(&row.id, &wanted).await.map_err(store_fault)?);
        }
        if picked.is_empty() {
            return Err(Fault::NothingPicked);
        }
        let place = NewDataset { team_id: &actor.team_id, connection_id: &row.id, member_id: &actor.member_id };
        let added = store.dataset_insert(place, &picked, now()).await.map_err(store_fault)?;
        tracing::info!(connection.id = row.id, added, "datasets were added");
        Ok(u32::try_from(added).unwrap_or(u32::MAX))
    }

    async fn remove(&self, actor: &Actor, id: &str) -> ports::Answer<()> {
        let removed = self.shared.store.dataset_delete(&actor.team_id, id).await.map_err(store_fault)?;
        if removed { Ok(()) } else { Err(Fault::NotFound) }
    }

    async fn list(&self, actor: &Actor) -> ports::Answer<Vec<DatasetSummary>> {
        let rows = self.shared.store.dataset_list(&actor.team_id).await.map_err(store_fault)?;
        Ok(rows.into_iter().map(summary).collect())
    }

    async fn show(&self, actor: &Actor, id: &str) -> ports::Answer<DatasetView> {
        let row = dataset(&self.shared, actor, id).await?;
        let connection = place::connection(&self.shared, actor, &row.connection_id).await?;
        Ok(DatasetView {
            summary: summary(row),
            target: place::target(&connection),
            egress: self.shared.egress.clone(),
            connection_name: connection.name,
            user: connection.user_name,
        })
    }
}

pub(crate) async fn dataset(shared: &Shared, actor: &Actor, id: &str) -> Result<DatasetRow, Fault> {
    shared.store.dataset_fetch(&actor.team_id, id).await.map_err(store_fault)?.ok_or(Fault::NotFound)
}

fn summary(row: DatasetRow) -> DatasetSummary {
    DatasetSummary {
        id: row.id,
        connection_id: row.connection_id,
        schema: row.schema_name,
        name: row.name,
        kind: ObjectKind::from_code(&row.kind).unwrap_or(ObjectKind::Table),
    }
}

fn wanted(search: &str, kind: &str, schema: &str) -> ObjectFilter {
    ObjectFilter {
        search: search.trim().chars().take(200).collect(),
        kind: ObjectKind::from_code(kind).map_or(String::new(), |kind| kind.as_str().to_owned()),
        schema: schema.to_owned(),
    }
}

/// One page of objects under their schemas. Without a search every schema shows, so that a closed one can say why.
fn grouped(
    schemas: Vec<CatalogSchemaRow>,
    objects: Vec<CatalogObjectRow>,
    wanted: &ObjectFilter,
) -> Vec<CatalogSchema> {
    let is_open = wanted.search.is_empty() && wanted.kind.is_empty();
    let mut objects = objects.into_iter().peekable();
    let mut groups = Vec::new();
    for schema in schemas {
        if !wanted.schema.is_empty() && wanted.schema != schema.name {
            continue;
        }
        let mut group = CatalogSchema {
            is_usable: schema.is_usable == 1,
            is_unlisted: schema.is_unlisted == 1,
            match_count: u32::try_from(schema.match_count).unwrap_or(u32::MAX),
            name: schema.name,
            objects: Vec::new(),
        };
        while let Some(object) = objects.next_if(|object| object.schema_name == group.name) {
            group.objects.push(CatalogObject {
                id: object.id,
                name: object.name,
                kind: ObjectKind::from_code(&object.kind).unwrap_or(ObjectKind::Table),
                is_readable: object.is_readable == 1,
                dataset_id: object.dataset_id,
            });
        }
        if !group.objects.is_empty() || (is_open && group.match_count == 0) {
            groups.push(group);
        }
    }
    groups
}

/// The catalog as the store keeps it.
pub(crate) fn catalog_rows(catalog: &Catalog, rights: &Rights) -> (Vec<CatalogSchemaRow>, Vec<CatalogObjectRow>) {
    let mut schemas = Vec::new();
    let mut objects = Vec::new();
    for schema in &catalog.schemas {
        schemas.push(CatalogSchemaRow {
            name: schema.name.clone(),
            is_usable: i64::from(schema.is_usable),
            is_unlisted: i64::from(schema.is_unlisted),
            match_count: 0,
        });
        objects.extend(schema.objects.iter().map(|object| CatalogObjectRow {
            id: String::new(),
            schema_name: schema.name.clone(),
            name: object.name.clone(),
            kind: kind(object.kind).as_str().to_owned(),
            is_readable: i64::from(rights.is_readable(schema, &object.name)),
            dataset_id: None,
        }));
    }
    (schemas, objects)
}

fn kind(kind: catalog::ObjectKind) -> ObjectKind {
    use catalog::ObjectKind as Wire;
    match kind {
        Wire::Table => ObjectKind::Table,
        Wire::View => ObjectKind::View,
        Wire::LateBindingView => ObjectKind::LateBindingView,
        Wire::MaterializedView => ObjectKind::MaterializedView,
        Wire::ExternalTable => ObjectKind::ExternalTable,
        Wire::SharedTable => ObjectKind::SharedTable,
    }
}

/// Reads the catalog anew. On failure the old one stays, and the picker says why.
async fn read_catalog(shared: Arc<Shared>, row: ConnectionRow) {
    let renew = async {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let _ = shared.store.catalog_read_renew(&row.id, now() + LEASE).await;
        }
    };
    let read = tokio::select! {
        read = tokio::time::timeout(READ_DEADLINE, read(&shared, &row)) => read,
        () = renew => return,
    };
    let after_ms = u32::try_from(READ_DEADLINE.as_millis()).unwrap_or(u32::MAX);
    let saved = match read.unwrap_or(Err(Finding::TimedOut { phase: Phase::Statement, after_ms })) {
        Ok((catalog, rights)) => {
            let (schemas, objects) = catalog_rows(&catalog, &rights);
            let store = &shared.store;
            store.catalog_replace(&row.id, &row.purpose, &schemas, &objects, catalog.is_cut, now()).await.map(|_| ())
        }
        Err(finding) => {
            tracing::info!(connection.id = row.id, finding = finding.code(), "the catalog could not be read");
            shared.store.catalog_read_fail(&row.id, &to_json(&finding)).await
        }
    };
    if let Err(error) = saved {
        log_failure("a catalog could not be kept", &error);
    }
}

async fn read(shared: &Shared, row: &ConnectionRow) -> Result<(Catalog, Rights), Finding> {
    let target = place::target(row);
    let explain = |error: redshift::Error| findings::finding(&error, &target, None);
    let password = place::unseal(shared, row).map_err(|error| {
        log_failure("a stored password could not be opened", &error);
        Finding::SecretUnreadable
    })?;
    let way = Way::of(shared, row);
    let login = Way::login(row, password);
    let session = Session::open(&way.means, &way.endpoint, &way.tls, &login).await.map_err(explain)?;
    let identity = identify::identify(&session).await.map_err(explain)?;
    let catalog = catalog::read(&session, identity.is_redshift, shared.catalog_limits).await.map_err(explain)?;
    let rights = probe::rights(&session, shared.catalog_limits, Duration::from_secs(10)).await.unwrap_or_default();
    session.close().await;
    Ok((catalog, Rights::new(rights)))
}
