#![doc = include_str!("../README.md")]

mod audit;
mod catalog;
mod check;
mod connection;
mod credential;
mod dataset;
mod invitation;
mod member;
mod mint;
mod open;
mod query;
mod refresh;
mod result;
mod rotation;
mod sealed;
mod session;
mod team;

use sqlx::AnyPool;
use thiserror::Error;

pub use audit::{AuditFilter, AuditRow, Chain, NewAudit};
pub use catalog::{CatalogColumnsRow, CatalogObjectRow, CatalogSchemaRow, ObjectFilter, SchemaPage};
pub use check::{CheckRow, StageRow};
pub use connection::{ConnectionRow, ConnectionSummaryRow, Found, NewState};
pub use credential::{CredentialAuthorRow, LeaningRow};
pub use dataset::{DatasetRow, NewDataset};
pub use invitation::InvitationRow;
pub use member::{MemberRow, NewTeam};
pub use mint::MintRow;
pub use query::{Heard, LiveQuery, QueryEnd, QueryFilter, QueryRow, Queue, Queued, Run};
pub use refresh::{
    AskedRun, BY_ABSENCE, BY_BEGINNING, BY_COMMAND, BY_TRIGGER, Claim, Claimed, DueRow, NewHalt, NewRefresh,
    RefreshCounts, RefreshEnd, RefreshRow, RunCost, RunRef, RunRow, RunningRow, ServedRow, SnapshotRow, UnservedRow,
    Wish, waits_for_budget,
};
pub use result::{ResultPageRow, result_page_id};
pub use rotation::{RotationLineRow, RotationRow};
pub use sealed::{SealedKind, SealedRow};
pub use session::{SessionMemberRow, SessionRow};

/// Which engine is behind the pool. Only opening and beginning a write differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Debug, Error)]
pub enum StoreError {
    #[error("the metadata database cannot be opened")]
    Open(#[source] sqlx::Error),
    #[error("the metadata schema cannot be brought up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// Away, held by somebody, or with more to do than it can.
    #[error("the metadata database did not answer in time")]
    Busy(#[source] sqlx::Error),
    #[error("the metadata database has no room left")]
    Full(#[source] sqlx::Error),
    #[error("a statement on the metadata database failed")]
    Statement(#[source] sqlx::Error),
    #[error("such a row exists already")]
    Exists,
    #[error("a text that no text column can hold")]
    NotText,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let code = error.as_database_error().and_then(|said| said.code()).unwrap_or_default().into_owned();
        match &error {
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => Self::Busy(error),
            sqlx::Error::Database(said) if said.is_unique_violation() => Self::Exists,
            sqlx::Error::Database(said) if said.message().contains("database is locked") => Self::Busy(error),
            // Postgres takes no NUL (character_not_in_repertoire, in its list of error codes).
            _ if code == "22021" => Self::NotText,
            // Postgres: a lock waited for in vain, or in a circle, no connection left, shutting down, starting up (the same
            // list).
            _ if ["55P03", "40P01", "53300", "57P01", "57P02", "57P03"].contains(&code.as_str()) => Self::Busy(error),
            // SQLITE_FULL (SQLite, "Result and Error Codes"), disk_full (Postgres).
            _ if ["13", "53100"].contains(&code.as_str()) => Self::Full(error),
            _ => Self::Statement(error),
        }
    }
}

pub type Result<T> = std::result::Result<T, StoreError>;

/// The open store. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
}

/// A fresh id: time-ordered, so that lists by id are lists by age.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Whether a text is an id as [`new_id`] writes it.
pub fn is_id(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok_and(|id| id.to_string() == text)
}
