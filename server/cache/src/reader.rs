//! Questions to a snapshot, answered by DataFusion: with a limit on memory for all of them together, beyond which sorting
//! and grouping go to disk.

use std::path::Path;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use datafusion::catalog::MemoryCatalogProviderList;
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::{FairSpillPool, TrackConsumersPool};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use thiserror::Error;

use crate::{Snapshots, calendar};

/// The name of a snapshot in statements to it.
pub const TABLE: &str = "snapshot";

/// Where DataFusion finds the store of objects: an address that leads nowhere else.
const OBJECTS: &str = "snapshots://all/";

#[derive(Debug, Error)]
pub enum ReadError {
    #[error("the snapshot could not be asked")]
    Engine(#[source] DataFusionError),
}

impl From<DataFusionError> for ReadError {
    fn from(error: DataFusionError) -> Self {
        Self::Engine(error)
    }
}

impl ReadError {
    /// It needs more memory than there is, also with a disk beside it.
    pub fn is_memory(&self) -> bool {
        let Self::Engine(error) = self;
        matches!(error.find_root(), DataFusionError::ResourcesExhausted(_))
    }

    /// The object is not there.
    pub fn is_missing(&self) -> bool {
        let Self::Engine(error) = self;
        matches!(error.find_root(), DataFusionError::ObjectStore(error)
            if matches!(**error, object_store::Error::NotFound { .. }))
    }
}

/// A question, in the dialect of snapshots.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub sql: &'a str,
    /// For `$1` and on, each as text.
    pub values: &'a [String],
    /// Rows come in the order of the file: on one core, where the order is asked for by nothing else.
    pub is_in_order: bool,
}

/// Rows as they come.
pub struct Rows {
    pub schema: SchemaRef,
    pub batches: SendableRecordBatchStream,
}

pub struct Reader {
    state: SessionState,
}

impl Reader {
    /// With so much memory for all questions together. What does not fit goes into the folder meanwhile.
    pub fn new(snapshots: &Snapshots, memory: usize, spill: &Path) -> Result<Self, ReadError> {
        let consumers = std::num::NonZeroUsize::MIN;
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(TrackConsumersPool::new(FairSpillPool::new(memory), consumers)))
            .with_temp_file_path(spill)
            .build_arc()?;
        let objects = ObjectStoreUrl::parse(OBJECTS)?;
        runtime.register_object_store(objects.as_ref(), snapshots.objects());
        Ok(Self { state: state(runtime) })
    }

    pub async fn ask(&self, key: &str, question: Question<'_>) -> Result<Rows, ReadError> {
        let partitions = if question.is_in_order { 1 } else { self.state.config().target_partitions() };
        let config = self.state.config().clone().with_target_partitions(partitions);
        // Names of one question are not those of another.
        let state = SessionStateBuilder::new_from_existing(self.state.clone())
            .with_config(config)
            .with_catalog_list(Arc::new(MemoryCatalogProviderList::new()))
            .build();
        let session = SessionContext::new_with_state(state);
        session.register_table(TABLE, Arc::new(table(&session.state(), key).await?))?;
        // Nothing but a question comes here, and nothing else would be done.
        let only_read = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let values = question.values.iter().map(|value| ScalarValue::Utf8(Some(value.clone())).into());
        let frame = session.sql_with_options(question.sql, only_read).await?;
        let frame = frame.with_param_values(ParamValues::List(values.collect()))?;
        let batches = frame.execute_stream().await?;
        Ok(Rows { schema: batches.schema(), batches })
    }
}

fn state(runtime: Arc<RuntimeEnv>) -> SessionState {
    let mut config = SessionConfig::new().with_information_schema(false);
    let options = config.options_mut();
    options.sql_parser.dialect = datafusion::config::Dialect::PostgreSQL;
    // The names of columns are as they are.
    options.sql_parser.enable_ident_normalization = false;
    let mut state =
        SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features().build();
    for function in calendar::functions() {
        // A name of our own, which nothing has had before.
        let _ = state.register_udf(Arc::new(function));
    }
    state
}

async fn table(state: &SessionState, key: &str) -> Result<ListingTable, DataFusionError> {
    let address = ListingTableUrl::parse(format!("{OBJECTS}{key}"))?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default())).with_file_extension(".parquet");
    let schema = options.infer_schema(state, &address).await?;
    let config = ListingTableConfig::new(address).with_listing_options(options).with_schema(schema);
    ListingTable::try_new(config)
}
