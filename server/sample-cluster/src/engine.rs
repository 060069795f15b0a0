//! Answers statements: DataFusion over the sample data, with Redshift's rights in front and its catalogs beside.

mod catalog;
mod data;
mod functions;
mod show;
mod tickit;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider};
use datafusion::common::TableReference;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::resolve::resolve_table_references;

use crate::users::User;
use catalog::Object;

pub(crate) use data::{MODIFIER, OID};
pub(crate) use functions::REDSHIFT_VERSION;
pub(crate) use show::{show, table};

/// The databases there are. `empty` has no tables.
pub(crate) const DATABASES: [&str; 2] = ["dev", "empty"];

/// The external schema and its table.
pub(crate) const EXTERNAL_SCHEMA: &str = "spectrum";

pub(crate) struct Engine {
    dev: SessionContext,
    empty: SessionContext,
    objects: Arc<Vec<Object>>,
}

/// A statement's failure, as an ErrorResponse will say it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({sqlstate})")]
pub(crate) struct Refusal {
    pub sqlstate: &'static str,
    pub message: String,
}

impl Refusal {
    pub fn new(sqlstate: &'static str, message: impl Into<String>) -> Self {
        Self { sqlstate, message: message.into() }
    }
}

impl From<DataFusionError> for Refusal {
    fn from(error: DataFusionError) -> Self {
        let message = error.strip_backtrace();
        let sqlstate = match error.find_root() {
            DataFusionError::SQL(..) => "42601",
            DataFusionError::SchemaError(..) => "42703",
            DataFusionError::NotImplemented(_) => "0A000",
            DataFusionError::Plan(text) if text.contains("Invalid function") => "42883",
            DataFusionError::ArrowError(..) => "22000",
            _ => "XX000",
        };
        Self { sqlstate, message }
    }
}

impl Engine {
    pub async fn new(sales: usize) -> anyhow::Result<Self> {
        let objects = Arc::new(catalog::objects());
        let dev = context();
        let dev_catalog = Arc::new(MemoryCatalogProvider::new());
        dev.register_catalog("dev", Arc::clone(&dev_catalog) as Arc<dyn CatalogProvider>);
        for schema in catalog::SCHEMAS {
            dev_catalog.register_schema(schema, Arc::new(MemorySchemaProvider::new()))?;
        }
        for (schema, name, table) in data::tables(sales)? {
            dev.register_table(TableReference::full("dev", schema, name), table)?;
        }
        for (schema, name, select) in catalog::VIEWS {
            let create = format!("create view {schema}.{name} as {select}");
            dev.sql(&create).await.with_context(|| format!("making the view {name}"))?;
        }
        register_pg_catalog(&dev_catalog, &objects)?;

        let empty = context();
        let empty_catalog = Arc::new(MemoryCatalogProvider::new());
        empty.register_catalog("dev", Arc::clone(&empty_catalog) as Arc<dyn CatalogProvider>);
        empty_catalog.register_schema("public", Arc::new(MemorySchemaProvider::new()))?;
        register_pg_catalog(&empty_catalog, &[])?;
        Ok(Self { dev, empty, objects })
    }

    pub fn session(&self, user: User, database: &str, is_redshift: bool) -> EngineSession {
        let base = if database == "empty" { &self.empty } else { &self.dev };
        let state = SessionStateBuilder::new_from_existing(base.state()).build();
        let context = SessionContext::new_with_state(state);
        functions::register(&context, user, database, is_redshift, Arc::clone(&self.objects));
        EngineSession { context, user, objects: Arc::clone(&self.objects), warm: Mutex::default() }
    }
}

fn context() -> SessionContext {
    let config = SessionConfig::new()
        .with_default_catalog_and_schema("dev", "public")
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(false)
        .with_target_partitions(2)
        .set_str("datafusion.sql_parser.dialect", "redshift");
    SessionContext::new_with_config(config)
}

fn register_pg_catalog(catalog: &MemoryCatalogProvider, objects: &[Object]) -> anyhow::Result<()> {
    let schema = Arc::new(MemorySchemaProvider::new());
    for (name, table) in catalog::pg_tables(objects)? {
        schema.register_table(name.to_owned(), table)?;
    }
    catalog.register_schema("pg_catalog", schema)?;
    Ok(())
}

/// One session's view of the data.
pub(crate) struct EngineSession {
    context: SessionContext,
    user: User,
    objects: Arc<Vec<Object>>,
    /// External tables this session has read outside a read-only transaction.
    warm: Mutex<HashSet<String>>,
}

impl EngineSession {
    pub fn user(&self) -> User {
        self.user
    }

    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    /// Plans a query after checking the rights on every table it names.
    pub async fn plan(&self, sql: &str, is_cold_refused: bool) -> Result<LogicalPlan, Refusal> {
        let state = self.context.state();
        let statement = state.sql_to_statement(sql, &state.config().options().sql_parser.dialect)?;
        let (tables, _) = resolve_table_references(&statement, true)?;
        for table in &tables {
            self.check_rights(table, is_cold_refused)?;
        }
        let statement = catalog::qualify(statement);
        Ok(state.statement_to_plan(statement).await?)
    }

    fn check_rights(&self, table: &TableReference, is_cold_refused: bool) -> Result<(), Refusal> {
        let schema = table.schema().unwrap_or_else(|| catalog::home_of(table.table()));
        let name = table.table();
        let is_known = catalog::SCHEMAS.contains(&schema) || schema == "pg_catalog";
        if !is_known {
            return Err(Refusal::new("3F000", format!("schema \"{schema}\" does not exist")));
        }
        if !self.user.may_use(schema) {
            return Err(Refusal::new("42501", format!("permission denied for schema {schema}")));
        }
        let provider = self.context.catalog("dev").and_then(|dev| dev.schema(schema));
        if !provider.is_some_and(|provider| provider.table_exist(name)) {
            return Err(Refusal::new("42P01", format!("relation \"{table}\" does not exist")));
        }
        if !self.user.may_read(schema, name) {
            return Err(Refusal::new("42501", format!("permission denied for relation {name}")));
        }
        if schema == EXTERNAL_SCHEMA {
            let mut warm = self.warm.lock().unwrap_or_else(PoisonError::into_inner);
            if !warm.contains(name) && is_cold_refused {
                return Err(Refusal::new(
                    "25006",
                    format!(
                        "Failed to incorporate external table \"{schema}\".\"{name}\" into local catalog. \
                         Error=transaction is read-only"
                    ),
                ));
            }
            warm.insert(name.to_owned());
        }
        Ok(())
    }

    pub async fn execute(&self, plan: LogicalPlan) -> Result<SendableRecordBatchStream, Refusal> {
        let frame = self.context.execute_logical_plan(plan).await?;
        Ok(frame.execute_stream().await?)
    }

    /// A result made here rather than planned, as a stream like any other.
    pub fn stream_of(
        &self,
        batch: datafusion::arrow::array::RecordBatch,
    ) -> Result<SendableRecordBatchStream, Refusal> {
        let schema = batch.schema();
        let rows = futures_util::stream::once(std::future::ready(Ok(batch)));
        Ok(Box::pin(datafusion::physical_plan::stream::RecordBatchStreamAdapter::new(schema, rows)))
    }
}
