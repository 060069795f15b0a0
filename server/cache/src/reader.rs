//! Questions to a snapshot, answered by DataFusion: with a limit on memory for all of them together, beyond which sorting
//! and grouping go to disk, and on threads of their own, so that no page waits behind a large one.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, SchemaRef};
use datafusion::catalog::{MemoryCatalogProviderList, TableProvider};
use datafusion::common::config::ConfigNonZeroUsize;
use datafusion::common::{ParamValues, ScalarValue};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::execution::FunctionRegistry;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::MemoryPool;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::{SendableRecordBatchStream, SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures_util::StreamExt;
use object_store::ObjectStoreExt;
use object_store::path::Path as Key;
use parquet::errors::ParquetError;
use thiserror::Error;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::memory::Memory;
use crate::spill::Spill;
use crate::{Snapshots, calendar, floats, statistics};

/// The name of a snapshot in statements to it.
pub const TABLE: &str = "snapshot";

/// Where DataFusion finds the store of objects: an address that leads nowhere else.
const OBJECTS: &str = "snapshots://all/";

#[derive(Debug, Error)]
pub enum ReadError {
    #[error("the snapshot could not be asked")]
    Engine(#[source] DataFusionError),
    #[error("the threads that ask snapshots could not be started")]
    Threads(#[from] std::io::Error),
    #[error("the folder for what does not fit into memory could not be made")]
    Spill(#[source] std::io::Error),
    #[error("whoever asked the snapshot ended")]
    Stopped,
}

impl From<DataFusionError> for ReadError {
    fn from(error: DataFusionError) -> Self {
        Self::Engine(error)
    }
}

impl ReadError {
    /// It needs more memory than there is, also with the disk that there is beside it.
    pub fn is_memory(&self) -> bool {
        let Self::Engine(error) = self else { return false };
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => true,
            DataFusionError::IoError(error) => is_full(error),
            // Nothing but what is put on the disk meanwhile is a file of Arrow's: that its own limit is reached, DataFusion
            // says as an error of no kind.
            DataFusionError::ArrowError(error, _) => match &**error {
                ArrowError::IoError(_, error) => is_full(error) || error.kind() == ErrorKind::Other,
                _ => false,
            },
            _ => false,
        }
    }

    /// A number has more digits than its type. No other cast in a question can fail.
    pub fn is_overflow(&self) -> bool {
        let Self::Engine(error) = self else { return false };
        let DataFusionError::ArrowError(error, _) = error.find_root() else { return false };
        matches!(**error, ArrowError::CastError(_) | ArrowError::InvalidArgumentError(_))
    }

    /// The object is not there.
    pub fn is_missing(&self) -> bool {
        let is_not_found = |error: &object_store::Error| matches!(error, object_store::Error::NotFound { .. });
        self.causes().any(|error| error.downcast_ref().is_some_and(is_not_found))
    }

    /// The store of objects did not answer, or with what is no Parquet.
    pub fn is_of_objects(&self) -> bool {
        self.causes().any(|error| error.is::<object_store::Error>() || error.is::<ParquetError>())
    }

    fn causes(&self) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
        std::iter::successors(Some(self as &(dyn std::error::Error + 'static)), |error| error.source())
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
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

/// Rows as they come. Dropped, they end what reads them.
pub struct Rows {
    pub schema: SchemaRef,
    batches: mpsc::Receiver<Result<RecordBatch, DataFusionError>>,
    work: Option<JoinHandle<()>>,
}

impl Rows {
    pub async fn next(&mut self) -> Option<Result<RecordBatch, ReadError>> {
        if let Some(batch) = self.batches.recv().await {
            return Some(batch.map_err(ReadError::Engine));
        }
        // What broke off in the middle must not look like an end.
        let ended = self.work.take()?.await;
        ended.is_err().then_some(Err(ReadError::Stopped))
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        if let Some(work) = &self.work {
            work.abort();
        }
    }
}

/// For all questions together, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub memory: usize,
    /// For what does not fit into it.
    pub disk: u64,
}

/// Batches that wait for whoever takes them.
const WAITING: usize = 2;

pub struct Reader {
    state: SessionState,
    snapshots: Snapshots,
    memory: Arc<Memory>,
    _spill: Spill,
    /// None only while it is dropped.
    threads: Option<Runtime>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(threads) = self.threads.take() {
            threads.shutdown_background();
        }
    }
}

impl Reader {
    /// What does not fit into memory goes into a folder in this one meanwhile.
    pub fn new(snapshots: &Snapshots, room: Room, spill: &Path) -> Result<Self, ReadError> {
        let spill = Spill::open(spill).map_err(ReadError::Spill)?;
        let runtime = RuntimeEnvBuilder::new().with_temp_file_path(spill.folder());
        let runtime = runtime.with_max_temp_directory_size(room.disk).build_arc()?;
        let objects = ObjectStoreUrl::parse(OBJECTS)?;
        runtime.register_object_store(objects.as_ref(), snapshots.objects());
        let threads = Builder::new_multi_thread().thread_name("snapshots").enable_all().build()?;
        let snapshots = snapshots.clone();
        Ok(Self {
            state: state(runtime)?,
            snapshots,
            memory: Memory::new(room.memory),
            _spill: spill,
            threads: Some(threads),
        })
    }

    pub async fn ask(&self, key: &str, question: Question<'_>) -> Result<Rows, ReadError> {
        let Some(threads) = &self.threads else { return Err(ReadError::Stopped) };
        let partitions = if question.is_in_order { 1 } else { self.state.config().target_partitions() };
        let (state, place, share) = (self.state.clone(), self.snapshots.place(key), self.memory.take());
        let (sql, values) = (question.sql.to_owned(), question.values.to_vec());
        let (tell, told) = oneshot::channel();
        let (send, batches) = mpsc::channel(WAITING);
        let work = threads.spawn(async move {
            // Given back when the last row was passed on, or nobody wants any more.
            let (pool, _share) = share;
            match open(state, pool, &place, &sql, values, partitions).await {
                Ok(rows) => {
                    if tell.send(Ok(rows.schema())).is_ok() {
                        pass_on(rows, send).await;
                    }
                }
                Err(error) => {
                    let _ = tell.send(Err(error));
                }
            }
        });
        let schema = told.await.map_err(|_| ReadError::Stopped)??;
        Ok(Rows { schema, batches, work: Some(work) })
    }
}

async fn pass_on(mut rows: SendableRecordBatchStream, send: mpsc::Sender<Result<RecordBatch, DataFusionError>>) {
    while let Some(batch) = rows.next().await {
        if send.send(batch).await.is_err() {
            return;
        }
    }
}

async fn open(
    state: SessionState,
    pool: Arc<dyn MemoryPool>,
    place: &Key,
    sql: &str,
    values: Vec<String>,
    partitions: usize,
) -> Result<SendableRecordBatchStream, DataFusionError> {
    let config = state.config().clone().with_target_partitions(partitions);
    let runtime = RuntimeEnvBuilder::from_runtime_env(state.runtime_env()).with_memory_pool(pool).build_arc()?;
    // Names of one question are not those of another.
    let state = SessionStateBuilder::new_from_existing(state)
        .with_runtime_env(runtime)
        .with_config(config)
        .with_catalog_list(Arc::new(MemoryCatalogProviderList::new()))
        .build();
    let session = SessionContext::new_with_state(state);
    let table = table(&session.state(), place).await?;
    if TableProvider::schema(&table).fields().iter().any(|field| field.data_type().is_floating()) {
        // What a sort with a limit still wants is held against a row group's greatest value, which knows no NaN: those
        // after the first group would be left out.
        let state = session.state_ref();
        state.write().config_mut().options_mut().optimizer.enable_topk_dynamic_filter_pushdown = false;
    }
    session.register_table(TABLE, Arc::new(table))?;
    // Nothing but a question comes here, and nothing else would be done.
    let only_read = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let values = values.into_iter().map(|value| ScalarValue::Utf8(Some(value)).into());
    let frame = session.sql_with_options(sql, only_read).await?;
    let frame = frame.with_param_values(ParamValues::List(values.collect()))?;
    frame.execute_stream().await
}

fn state(runtime: Arc<RuntimeEnv>) -> Result<SessionState, ReadError> {
    let mut config = SessionConfig::new().with_information_schema(false);
    let options = config.options_mut();
    options.sql_parser.dialect = datafusion::config::Dialect::PostgreSQL;
    // The names of columns are as they are.
    options.sql_parser.enable_ident_normalization = false;
    // A view of a text takes more memory than the text does, where each is another.
    options.execution.parquet.schema_force_view_types = false;
    // What a sort sets aside on each core for merging what it wrote to disk: 10 MB would be more than a small share has.
    options.execution.sort_spill_reservation_bytes = 2 * 1024 * 1024;
    // A file for each batch that two cores exchange by way of the disk. With one for many, both may write to files of their
    // own while whoever reads waits for more in the older one, for ever (apache/datafusion#24883).
    options.execution.max_spill_file_size_bytes = ConfigNonZeroUsize::try_new(1)?;
    let mut state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_physical_optimizer_rules(statistics::rules())
        .build();
    for function in calendar::functions().into_iter().chain(floats::functions()) {
        // A name of our own, which nothing has had before.
        let _ = state.register_udf(Arc::new(function));
    }
    Ok(state)
}

async fn table(state: &SessionState, place: &Key) -> Result<ListingTable, DataFusionError> {
    // A listing of what is not there is no mistake to DataFusion.
    let objects = state.runtime_env().object_store(ObjectStoreUrl::parse(OBJECTS)?)?;
    objects.head(place).await?;
    let address = ListingTableUrl::parse(format!("{OBJECTS}{place}"))?;
    // It has options of its own, and asks the session for none.
    let format = ParquetFormat::default().with_options(state.default_table_options().parquet);
    let options = ListingOptions::new(Arc::new(format)).with_file_extension(".parquet");
    let schema = options.infer_schema(state, &address).await?;
    let config = ListingTableConfig::new(address).with_listing_options(options).with_schema(schema);
    ListingTable::try_new(config)
}
