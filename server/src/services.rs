//! The ports' other side: one service per noun, all over the same few shared parts.

mod audit;
mod checks;
mod clock;
mod connections;
mod credential;
mod datasets;
mod encode;
pub(crate) mod entry;
mod exports;
pub(crate) mod findings;
pub mod housekeeping;
pub mod iam;
pub mod keys;
mod limits;
mod members;
mod open;
pub mod operator;
mod password;
mod place;
pub(crate) mod queries;
mod refreshes;
mod sessions;
mod setup;
pub mod snapshots;
mod team;
mod whereabouts;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cache::{Reader, Snapshots};
use contract::aws::IamFields;
use contract::connection_string::Rules;
use contract::fault::Fault;
use contract::ports::Backend;
use contract::query::QueryLimits;
use redshift::{Limits, Means};
use store::{Store, StoreError};
use tokio::sync::Notify;
use vault::KeyRing;

use iam::Iam;

pub use checks::{Journal, check_alone};
pub use clock::Clock;
pub use open::{OpenError, Opened, open, open_ring, open_store};
pub use queries::{DEFAULT_LIMITS, FairUse, Live};
pub use setup::SetupCode;

/// What every service works with.
pub struct Shared {
    pub store: Store,
    pub ring: KeyRing,
    pub means: Means,
    /// Authorities for every connection, in PEM (development).
    pub extra_ca_pem: Option<String>,
    pub rules: Rules,
    /// Declared egress addresses, as networks.
    pub egress: Vec<String>,
    /// The public URL's origin, for links that people take along.
    pub origin: String,
    pub sample: Option<String>,
    /// Fields of the IAM form that work right now, where a sample cluster runs beside the server.
    pub sample_iam: Option<IamFields>,
    pub iam: Arc<Iam>,
    pub checks_per_minute: u32,
    /// How much of a catalog is listed.
    pub catalog_limits: Limits,
    pub setup_code: SetupCode,
    /// What one typed statement may take and bring.
    pub query_limits: QueryLimits,
    /// What one export may.
    pub export_limits: ExportLimits,
    pub fair_use: FairUse,
    /// What runs in this process.
    pub live: Live,
    /// Told each time that a statement ended here.
    pub ended: Notify,
    pub snapshots: Snapshots,
    /// Asks them.
    pub reader: Reader,
    pub refresh_limits: RefreshLimits,
    /// Told when somebody asked for a refresh, or changed when one is due.
    pub nudge: Notify,
    pub clock: Clock,
}

/// What refreshing may take.
#[derive(Clone, Copy, Debug)]
pub struct RefreshLimits {
    /// Between two runs of a dataset.
    pub least_minutes: u32,
    /// Runs at once: through one connection, and in this process.
    pub per_connection: u32,
    pub at_once: u32,
    /// One run.
    pub bytes: u64,
    pub seconds: u32,
    /// Signing in for a run is tried so often while what is in the way may pass, the second time after a while that then
    /// triples.
    pub sign_ins: u32,
    pub first_wait: Duration,
    /// A run whose task gave no sign of life for so long is lost.
    pub lease: Duration,
    /// Memory for answers from snapshots, all together.
    pub memory: usize,
}

/// Where an export ends by itself.
#[derive(Clone, Copy, Debug)]
pub struct ExportLimits {
    pub bytes: u64,
    pub seconds: u32,
    /// How long a reader may take nothing.
    pub patience: Duration,
}

/// The backend that the site hands to its pages.
pub fn backend(shared: Arc<Shared>) -> Backend {
    let sessions = Arc::new(sessions::Sessions::new(Arc::clone(&shared)));
    Backend {
        team: Arc::new(team::Team::new(Arc::clone(&shared), Arc::clone(&sessions))),
        members: Arc::new(members::Members::new(Arc::clone(&shared), Arc::clone(&sessions))),
        profile: Arc::new(members::Profile::new(Arc::clone(&shared), Arc::clone(&sessions))),
        sessions,
        connections: Arc::new(connections::Connections::new(Arc::clone(&shared))),
        connection_life: Arc::new(connections::ConnectionLife::new(Arc::clone(&shared))),
        credential: Arc::new(credential::Credential::new(Arc::clone(&shared))),
        checks: Arc::new(checks::Checks::new(Arc::clone(&shared))),
        datasets: Arc::new(datasets::Datasets::new(Arc::clone(&shared))),
        queries: Arc::new(queries::Queries::new(Arc::clone(&shared))),
        refreshes: Arc::new(refreshes::Refreshes::new(Arc::clone(&shared))),
        exports: Arc::new(exports::Exports::new(Arc::clone(&shared))),
        audit: Arc::new(audit::Audit::new(shared)),
    }
}

/// Microseconds since 1970, UTC.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const DAY: i64 = 24 * 60 * 60 * SECOND;

/// A failure of ours: logged here, once, under the number that the page will show.
pub(crate) fn internal(what: &str, error: &dyn std::error::Error) -> Fault {
    Fault::Internal { reference: log_failure(what, error) }
}

pub(crate) fn log_failure(what: &str, error: &dyn std::error::Error) -> u32 {
    let reference = rand::random_range(10_000_000..99_999_999);
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        chain.push_str(": ");
        chain.push_str(&cause.to_string());
        source = cause.source();
    }
    tracing::error!(reference, "{what}: {chain}");
    reference
}

/// What a store's error is to the person in front of the page.
pub(crate) fn store_fault(error: StoreError) -> Fault {
    match error {
        StoreError::Busy(error) => {
            log_failure("the metadata store did not answer in time", &error);
            Fault::Busy
        }
        StoreError::Full(error) => {
            log_failure("the metadata store has no room left", &error);
            Fault::StorageFull
        }
        StoreError::Exists => Fault::BadRequest,
        // Nothing has such a name.
        StoreError::NotText => Fault::NotFound,
        error => internal("the metadata store failed", &error),
    }
}

/// JSON of our own types; it can fail only for types that have no JSON form, which ours have.
pub(crate) fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
