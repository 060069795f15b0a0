//! Answers statements: DataFusion over the sample data, with Redshift's rights in front and its catalogs beside.

mod catalog;
mod columns;
mod data;
mod functions;
mod rewrite;
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
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::resolve::resolve_table_references;

use crate::backends::Backends;
use crate::cluster::Shared;
use crate::users::User;
use crate::wire::Touched;
use catalog::Object;
use columns::{Column, LateBindingColumns};

pub(crate) use data::{MODIFIER, OID};
pub(crate) use functions::REDSHIFT_VERSION;
pub(crate) use show::{Asked, ShowLimits, table};

/// The databases there are. `empty` has no tables.
pub(crate) const DATABASES: [&str; 2] = ["dev", "empty"];

/// The external schema and its table.
pub(crate) const EXTERNAL_SCHEMA: &str = "spectrum";

/// A function in the place of a table; anybody may call it.
const LATE_BINDING_COLUMNS: &str = "pg_get_late_binding_view_cols";

pub(crate) struct Engine {
    dev: SessionContext,
    empty: SessionContext,
    objects: Arc<Vec<Object>>,
    columns: Arc<Vec<Column>>,
}

/// A statement's failure, as an ErrorResponse will say it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} ({sqlstate})")]
pub(crate) struct Refusal {
    pub sqlstate: &'static str,
    pub message: String,
    pub detail: Option<String>,
}

impl Refusal {
    pub fn new(sqlstate: &'static str, message: impl Into<String>) -> Self {
        Self { sqlstate, message: message.into(), detail: None }
    }

    pub fn internal(error: anyhow::Error) -> Self {
        Self::new("XX000", format!("{error:#}"))
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
        Self { sqlstate, message, detail: None }
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
        let columns = Arc::new(read_columns(&dev_catalog, &objects).await?);
        register_pg_catalog(&dev_catalog, &objects, &columns)?;
        dev.register_udtf(LATE_BINDING_COLUMNS, Arc::new(LateBindingColumns::new(&columns)?));

        let empty = context();
        let empty_catalog = Arc::new(MemoryCatalogProvider::new());
        empty.register_catalog("dev", Arc::clone(&empty_catalog) as Arc<dyn CatalogProvider>);
        empty_catalog.register_schema("public", Arc::new(MemorySchemaProvider::new()))?;
        register_pg_catalog(&empty_catalog, &[], &[])?;
        empty.register_udtf(LATE_BINDING_COLUMNS, Arc::new(LateBindingColumns::new(&[])?));
        Ok(Self { dev, empty, objects, columns })
    }

    pub fn session(&self, user: User, database: &str, shared: &Shared, pid: i32) -> EngineSession {
        let base = if database == "empty" { &self.empty } else { &self.dev };
        let state = SessionStateBuilder::new_from_existing(base.state()).build();
        let context = SessionContext::new_with_state(state);
        functions::register(&context, user, database, &shared.quirks, Arc::clone(&self.objects));
        functions::register_backends(&context, pid, &shared.backends);
        EngineSession {
            context,
            user,
            objects: Arc::clone(&self.objects),
            columns: Arc::clone(&self.columns),
            warm: Mutex::default(),
            backends: Arc::clone(&shared.backends),
        }
    }
}

fn context() -> SessionContext {
    let config = SessionConfig::new()
        .with_default_catalog_and_schema("dev", "public")
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(false)
        .with_target_partitions(2)
        .set_str("datafusion.sql_parser.dialect", "redshift");
    // It takes estimates of what a filter leaves for facts: a column that can have one value only has one different value
    // there, also where no row is left.
    let mut rules = PhysicalOptimizer::new().rules;
    rules.retain(|rule| rule.name() != "aggregate_statistics");
    let state = SessionStateBuilder::new().with_config(config).with_default_features();
    SessionContext::new_with_state(state.with_physical_optimizer_rules(rules).build())
}

/// The columns of every object, as the engine itself has them.
async fn read_columns(catalog: &MemoryCatalogProvider, objects: &[Object]) -> anyhow::Result<Vec<Column>> {
    let mut columns = Vec::new();
    for object in objects {
        let Some(schema) = catalog.schema(object.schema) else { continue };
        let Some(table) = schema.table(object.name).await? else { continue };
        let fields = table.schema();
        columns.extend(fields.fields().iter().enumerate().map(|(place, field)| Column::new(object, place, field)));
    }
    Ok(columns)
}

fn register_pg_catalog(catalog: &MemoryCatalogProvider, objects: &[Object], columns: &[Column]) -> anyhow::Result<()> {
    let schema = Arc::new(MemorySchemaProvider::new());
    schema.register_table("pg_attribute".to_owned(), columns::pg_attribute(columns)?)?;
    schema.register_table("svv_columns".to_owned(), columns::svv_columns(columns)?)?;
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
    columns: Arc<Vec<Column>>,
    /// External tables this session has read outside a read-only transaction.
    warm: Mutex<HashSet<String>>,
    backends: Arc<Backends>,
}

impl EngineSession {
    pub fn user(&self) -> User {
        self.user
    }

    pub fn objects(&self) -> &[Object] {
        &self.objects
    }

    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Plans a query after checking the rights on every table it names.
    pub async fn plan(&self, sql: &str) -> Result<(LogicalPlan, Touched), Refusal> {
        let state = self.context.state();
        let sql = rewrite::plain(sql);
        let statement = state.sql_to_statement(&sql, &state.config().options().sql_parser.dialect)?;
        let (tables, _) = resolve_table_references(&statement, true)?;
        let mut touched = Touched::new();
        for table in &tables {
            if table.table() == LATE_BINDING_COLUMNS {
                continue;
            }
            let schema = table.schema().unwrap_or_else(|| catalog::home_of(table.table()));
            self.check_rights(schema, table)?;
            touched.push((schema.to_owned(), table.table().to_owned()));
        }
        let statement = catalog::qualify(statement);
        Ok((state.statement_to_plan(statement).await?, touched))
    }

    fn check_rights(&self, schema: &str, table: &TableReference) -> Result<(), Refusal> {
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
        Ok(())
    }

    /// Whether this session has read an external table before.
    pub fn is_warm(&self, table: &str) -> bool {
        self.warm.lock().unwrap_or_else(PoisonError::into_inner).contains(table)
    }

    pub fn warm(&self, table: &str) {
        self.warm.lock().unwrap_or_else(PoisonError::into_inner).insert(table.to_owned());
    }

    /// Cancels what another session runs.
    pub fn cancel(&self, pid: i32) -> Result<(), Refusal> {
        let has = self.backends.cancel_by_pid(pid, false);
        has.then_some(()).ok_or_else(|| Refusal::new("XX000", format!("PID {pid} is not a Redshift server process")))
    }

    pub async fn execute(&self, plan: LogicalPlan) -> Result<SendableRecordBatchStream, Refusal> {
        let frame = self.context.execute_logical_plan(plan).await?;
        Ok(frame.execute_stream().await?)
    }

    /// A result made here rather than planned, as a stream like any other.
    pub fn stream_of(&self, batch: datafusion::arrow::array::RecordBatch) -> SendableRecordBatchStream {
        let schema = batch.schema();
        let rows = futures_util::stream::once(std::future::ready(Ok(batch)));
        Box::pin(datafusion::physical_plan::stream::RecordBatchStreamAdapter::new(schema, rows))
    }
}
