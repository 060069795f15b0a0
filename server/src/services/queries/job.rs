//! What is to be run, what ends it, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use contract::finding::Finding;
use contract::query::Purpose;
use redshift::rows::Cut;
use redshift::text::TextLimits;
use store::{ConnectionRow, QueryRow};
use tokio::sync::Notify;

/// What is to be run.
pub(crate) struct Job {
    pub row: QueryRow,
    pub connection: ConnectionRow,
    /// As it is sent, without what attributes it.
    pub sql: String,
    pub values: Vec<String>,
    pub limits: TextLimits,
    pub deadline: Duration,
    /// Schema and name, where one table is read.
    pub table: Option<(String, String)>,
    /// Who asks, for the cluster's own records.
    pub on_behalf_of: String,
    pub is_guarded: bool,
}

impl Job {
    /// Whether all of it is wanted, or nothing: a part of a file is no file.
    pub fn is_file(&self) -> bool {
        self.row.purpose == Purpose::Export.as_str()
    }

    /// How long the statement may take.
    pub fn seconds(&self) -> u32 {
        u32::try_from(self.deadline.as_secs()).unwrap_or(u32::MAX)
    }

    /// Why a file that took longer has no end.
    pub fn too_slow(&self) -> Finding {
        Finding::FileTooSlow { seconds: self.seconds() }
    }
}

/// Asks a query for its end, in this process; the store carries it to others.
#[derive(Clone, Default)]
pub(crate) struct Cancel {
    asked: Arc<Notify>,
}

impl Cancel {
    pub fn ask(&self) {
        self.asked.notify_one();
    }

    /// Returns once somebody asks, and again each time after.
    pub async fn asked(&self) {
        self.asked.notified().await;
    }
}

/// Whether whoever took the rows wanted no more of them, and has what was wanted.
pub(crate) struct Enough(pub bool);

/// What came of it.
pub(crate) struct Ended {
    pub outcome: Result<(), Finding>,
    pub cut: Option<Cut>,
    pub rows: u64,
    /// Since its turn came, or else since it was asked.
    pub took: Duration,
}
