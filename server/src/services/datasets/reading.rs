//! Reading the catalog anew, in the background: all of it, or one schema that was not listed with the others.

use std::sync::Arc;
use std::time::Duration;

use contract::catalog::ObjectKind;
use contract::fault::Fault;
use contract::finding::{Finding, Phase};
use redshift::catalog::Catalog;
use redshift::deadlines::milliseconds;
use redshift::session::Session;
use redshift::{catalog, identify, probe};
use store::{CatalogColumnsRow, CatalogObjectRow, CatalogSchemaRow, ConnectionRow, StoreError};

use crate::services::checks::rights::Rights;
use crate::services::{SECOND, Shared, entry, findings, log_failure, now, store_fault, to_json};

/// A read is renewed each second; one that was not for this long is taken for lost.
const LEASE: i64 = 5 * SECOND;

/// A read as a whole.
const DEADLINE: Duration = Duration::from_secs(120);

/// Starts a read; false when one is under way already.
pub(super) async fn begin(
    shared: &Arc<Shared>,
    row: ConnectionRow,
    member_id: &str,
    schema: &str,
) -> Result<bool, Fault> {
    let begun = shared.store.catalog_read_begin(&row.id, now(), now() + LEASE).await.map_err(store_fault)?;
    if begun {
        tokio::spawn(run(Arc::clone(shared), row, member_id.to_owned(), schema.to_owned()));
    }
    Ok(begun)
}

/// On failure the old list stays, and the picker says why.
async fn run(shared: Arc<Shared>, row: ConnectionRow, member_id: String, schema: String) {
    let renew = async {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let _ = shared.store.catalog_read_renew(&row.id, now() + LEASE).await;
        }
    };
    let work = async {
        match schema.is_empty() {
            true => whole(&shared, &row, &member_id).await,
            false => one_schema(&shared, &row, &member_id, &schema).await,
        }
    };
    let read = tokio::select! {
        read = tokio::time::timeout(DEADLINE, work) => read,
        () = renew => return,
    };
    let timed_out = Finding::TimedOut { phase: Phase::Statement, after_ms: milliseconds(DEADLINE) };
    let saved = match read.unwrap_or(Ok(Err(timed_out))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(finding)) => {
            tracing::info!(connection.id = row.id, finding = finding.code(), "the catalog could not be read");
            shared.store.catalog_read_fail(&row.id, &to_json(&finding)).await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = saved {
        log_failure("a catalog could not be kept", &error);
    }
}

/// What came of it: read and kept, or why it was not read.
type Outcome = Result<Result<(), Finding>, StoreError>;

async fn whole(shared: &Shared, row: &ConnectionRow, member_id: &str) -> Outcome {
    let limits = shared.catalog_limits;
    let read = async {
        let (session, target) = entry::open(shared, row, member_id).await?;
        let explain = |error: redshift::Error| findings::finding(&error, &target, None);
        let identity = identify::identify(&session).await.map_err(explain)?;
        let catalog = catalog::read(&session, identity.is_redshift, limits).await.map_err(explain)?;
        let rights = probe::rights(&session, limits, Duration::from_secs(10)).await.unwrap_or_default();
        Ok((catalog, Rights::new(rights), session, identity.is_redshift))
    };
    let (catalog, rights, session, is_redshift) = match read.await {
        Ok(read) => read,
        Err(finding) => return Ok(Err(finding)),
    };
    let (schemas, objects) = catalog_rows(&catalog, &rights);
    shared.store.catalog_replace(&row.id, &row.purpose, &schemas, &objects, catalog.is_cut, now()).await?;
    learn_columns(shared, row, &session, is_redshift).await;
    session.close().await;
    Ok(Ok(()))
}

/// Names of columns, for completing what is typed. Without them everything else works.
pub(crate) async fn learn_columns(shared: &Shared, row: &ConnectionRow, session: &Session, is_redshift: bool) {
    let Ok(columns) = catalog::columns(session, is_redshift).await else { return };
    let columns: Vec<_> = columns
        .into_iter()
        .map(|known| CatalogColumnsRow {
            schema_name: known.schema,
            object_name: known.object,
            names: to_json(&known.names),
        })
        .collect();
    if let Err(error) = shared.store.catalog_columns_replace(&row.id, &row.purpose, &columns).await {
        log_failure("names of columns could not be kept", &error);
    }
}

/// The tables of one external schema.
async fn one_schema(shared: &Shared, row: &ConnectionRow, member_id: &str, schema: &str) -> Outcome {
    let read = async {
        let (session, target) = entry::open(shared, row, member_id).await?;
        let explain = |error: redshift::Error| findings::finding(&error, &target, None);
        let tables = catalog::external_tables(&session, schema, shared.catalog_limits).await.map_err(explain)?;
        session.close().await;
        Ok(tables)
    };
    let tables = match read.await {
        Ok(tables) => tables,
        Err(finding) => return Ok(Err(finding)),
    };
    // Rights on single tables do not exist there.
    let objects: Vec<_> = tables.into_iter().map(|object| object_row(schema, &object, true)).collect();
    if !shared.store.catalog_schema_replace(&row.id, &row.purpose, schema, &objects).await? {
        shared.store.catalog_read_renew(&row.id, 0).await?;
    }
    Ok(Ok(()))
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
            schema_count: 0,
            total_count: 0,
        });
        let row = |object| object_row(&schema.name, object, rights.is_readable(schema, &object.name));
        objects.extend(schema.objects.iter().map(row));
    }
    (schemas, objects)
}

fn object_row(schema: &str, object: &catalog::Object, is_readable: bool) -> CatalogObjectRow {
    CatalogObjectRow {
        schema_name: schema.to_owned(),
        name: object.name.clone(),
        kind: kind(object.kind).as_str().to_owned(),
        is_readable: i64::from(is_readable),
        dataset_id: None,
    }
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
