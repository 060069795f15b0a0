//! Ways of real clusters that can be switched on, so that a client can be tried against each.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

#[derive(Clone, Debug)]
pub struct Quirks {
    /// Report `padb_version` at sign-in and call itself Redshift; without it, this passes for a plain PostgreSQL.
    pub is_redshift: bool,
    /// A Redshift that does not report `padb_version`: only `version()` tells.
    pub hides_version: bool,
    /// `version()` ends in a NUL, as was seen on real clusters.
    pub has_nul_in_version: bool,
    /// Refuse sessions without TLS (`require_SSL` in the parameter group).
    pub requires_tls: bool,
    /// Sessions beyond this are refused with 53300.
    pub max_sessions: usize,
    /// An external table refuses its first read inside a read-only transaction.
    pub has_cold_external_tables: bool,
    /// A materialized view is stale: reading it would refresh it, which a read-only transaction refuses.
    pub has_stale_views: bool,
    /// External tables are a datashare's, which refuses explicit read-write transactions.
    pub has_shared_tables: bool,
    /// Refuse to list the tables of external schemas while it is set, as with a broken IAM role behind them.
    pub hides_external_tables: Arc<AtomicBool>,
    /// Ask for a sign-in that no client of ours knows (request 14, an identity provider's token).
    pub asks_for_token: bool,
    /// Honour writes in a read-only transaction: what a hostile server would do.
    pub ignores_read_only: bool,
    /// Hang up when SUPER or VARBYTE is asked for in binary.
    pub closes_on_binary: bool,
    /// A notice of severity INFO before each result.
    pub sends_info: bool,
    /// `SHOW TABLES` and `SHOW COLUMNS` with the columns that newer servers added.
    pub has_wide_show: bool,
    /// `SHOW` of more rows than this is an error.
    pub show_limit: usize,
    /// The `svv_*` views take this long.
    pub svv_delay: Duration,
    /// Do not heed cancel requests of the protocol.
    pub ignores_cancel: bool,
    /// Do not heed `statement_timeout`.
    pub ignores_timeout: bool,
    /// What happens to statements that read a table of a person's.
    pub trouble: Trouble,
    /// How a Serverless workgroup wakes up.
    pub waking: Waking,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trouble {
    #[default]
    None,
    /// The first so many fail with a compute node's error of this code.
    Compute { code: u32, message: &'static str, times: usize },
    /// A rule of the workload manager ends them after a while.
    Rule { name: &'static str, after: Duration },
    /// A statement_timeout of the user's own ends them after a while.
    Limit { after: Duration },
    /// The connection is cut after so many rows.
    Cut { after_rows: usize },
    /// They take this long before the first row.
    Slow(Duration),
}

/// Serverless: connections are dropped, or wait, until the workgroup is awake.
#[derive(Clone, Copy, Debug, Default)]
pub struct Waking {
    /// The first connections are closed before they can sign in.
    pub drops: usize,
    /// Until this long after the start, a connection waits for the answer to its start-up message.
    pub blocks: Duration,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            is_redshift: true,
            hides_version: false,
            has_nul_in_version: false,
            requires_tls: false,
            max_sessions: 100,
            has_cold_external_tables: false,
            has_stale_views: false,
            has_shared_tables: false,
            hides_external_tables: Arc::default(),
            asks_for_token: false,
            ignores_read_only: false,
            closes_on_binary: false,
            sends_info: false,
            has_wide_show: true,
            show_limit: 10_000,
            svv_delay: Duration::ZERO,
            ignores_cancel: false,
            ignores_timeout: false,
            trouble: Trouble::None,
            waking: Waking::default(),
        }
    }
}
