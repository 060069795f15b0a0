//! What the server itself said went wrong, read by SQLSTATE first and by words where Redshift has only words.

mod block;

use tokio_postgres::error::{DbError, ErrorPosition};

use crate::clean::clean;

pub use block::Block;

/// An ErrorResponse, cleaned for showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    pub sqlstate: String,
    pub message: String,
    pub detail: Option<String>,
    /// Where in the statement, in characters from 1.
    pub position: Option<u32>,
}

impl std::fmt::Display for ServerError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} ({})", self.message, self.sqlstate)
    }
}

/// The classes that Flitch tells apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerErrorKind {
    PasswordRefused,
    DatabaseUnknown,
    TooManyConnections,
    /// The cluster wants TLS (`require_SSL`), and the connection has none.
    SslRequired,
    /// The server's own access list refuses this user, database or address.
    AccessRefused,
    SchemaDenied(String),
    TableDenied(String),
    RelationGone,
    ReadOnly,
    /// A plain read that a read-only transaction refuses on some clusters: a cold external table, a stale
    /// materialized view, a shared table, a query that spills.
    ReadRefused,
    /// A time-out, a cancel, or somebody at the cluster: the words are the same for all three.
    Cancelled,
    /// A rule of the workload manager, by name.
    WorkloadRule(String),
    /// The session was ended from outside.
    Terminated,
    /// It lets nobody in yet, or not any more.
    StartingUp,
    /// Another transaction was in the way (code 1023).
    Conflict,
    /// The cluster's disks are full (code 1016).
    DiskFull,
    /// Redshift Spectrum could not read the files behind an external table.
    ExternalRead,
    Other,
}

impl ServerError {
    pub(crate) fn from_driver(said: &DbError) -> Self {
        Self {
            sqlstate: clean(said.code().code().as_bytes(), 5),
            message: clean(said.message().as_bytes(), 500),
            detail: said.detail().map(|detail| clean(detail.as_bytes(), 2_000)),
            position: said.position().and_then(|position| match position {
                ErrorPosition::Original(at) => Some(*at),
                ErrorPosition::Internal { .. } => None,
            }),
        }
    }

    /// What a compute node said, where one did.
    pub fn block(&self) -> Option<Block> {
        block::read(self.detail.as_deref()?)
    }

    /// Redshift asks for another try: a serializable conflict, or a table that was replaced meanwhile.
    pub fn is_worth_another_try(&self) -> bool {
        matches!(self.block_code(), Some(1018 | 1023))
    }

    fn block_code(&self) -> Option<u32> {
        // In older clusters the message itself is the number.
        self.block().and_then(|block| block.code).or_else(|| self.message.trim().parse().ok())
    }

    /// The server refused a write: because the transaction is read-only, or because the user may not.
    pub fn is_refused_write(&self) -> bool {
        self.kind() == ServerErrorKind::ReadOnly || self.sqlstate == "42501"
    }

    pub fn kind(&self) -> ServerErrorKind {
        let message = self.message.as_str();
        match self.sqlstate.as_str() {
            "28P01" => ServerErrorKind::PasswordRefused,
            // Redshift answers 28000 for a wrong password and for its access list alike.
            "28000" if message.contains("SSL off") || message.contains("no encryption") => ServerErrorKind::SslRequired,
            "28000" if message.contains("pg_hba.conf") => ServerErrorKind::AccessRefused,
            "28000" => ServerErrorKind::PasswordRefused,
            // A missing user of Redshift (`user "IAM:x" does not exist`).
            "42704" if message.starts_with("user ") => ServerErrorKind::PasswordRefused,
            "3D000" => ServerErrorKind::DatabaseUnknown,
            // PostgreSQL refuses a database without CONNECT after the password was right.
            "42501" if message.starts_with("permission denied for database") => ServerErrorKind::AccessRefused,
            "53300" => ServerErrorKind::TooManyConnections,
            "42501" => denied(message),
            "42P01" | "3F000" => ServerErrorKind::RelationGone,
            _ if message.contains("Failed to incorporate external table") => ServerErrorKind::ReadRefused,
            "25006" => ServerErrorKind::ReadOnly,
            _ if message.contains("by WLM abort action") => ServerErrorKind::WorkloadRule(quoted(message)),
            "57014" => ServerErrorKind::Cancelled,
            "57P03" => ServerErrorKind::StartingUp,
            "57P01" | "57P02" => ServerErrorKind::Terminated,
            _ if message.contains("transaction is read-only") => ServerErrorKind::ReadOnly,
            _ if message.contains("Datashare writes are not authorized") => ServerErrorKind::ReadRefused,
            _ => match self.block_code() {
                Some(1018) => ServerErrorKind::RelationGone,
                Some(1023) => ServerErrorKind::Conflict,
                Some(1020) => ServerErrorKind::Terminated,
                Some(1016) => ServerErrorKind::DiskFull,
                Some(15_001 | 15_005 | 15_007) => ServerErrorKind::ExternalRead,
                _ if message == "Disk Full" => ServerErrorKind::DiskFull,
                _ => ServerErrorKind::Other,
            },
        }
    }
}

/// What stands in the first pair of quotes.
fn quoted(message: &str) -> String {
    message.split('"').nth(1).unwrap_or_default().to_owned()
}

/// `permission denied for schema x`, `… for relation t` (Redshift), `… for table t` (PostgreSQL).
fn denied(message: &str) -> ServerErrorKind {
    let Some(rest) = message.strip_prefix("permission denied for ") else {
        return ServerErrorKind::Other;
    };
    match rest.split_once(' ') {
        Some(("schema", name)) => ServerErrorKind::SchemaDenied(name.to_owned()),
        Some(("relation" | "table" | "view", name)) => ServerErrorKind::TableDenied(name.to_owned()),
        _ => ServerErrorKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(sqlstate: &str, message: &str) -> ServerErrorKind {
        ServerError { sqlstate: sqlstate.into(), message: message.into(), detail: None, position: None }.kind()
    }

    #[test]
    fn compute_nodes_are_read_by_their_code() {
        let said = |message: &str, code: u32| ServerError {
            sqlstate: "XX000".into(),
            message: message.into(),
            detail: Some(format!("\n  ---\n  error:  {message}\n  code:      {code}\n  query:     17\n  ---\n")),
            position: None,
        };
        use ServerErrorKind::*;
        assert_eq!(said("1023", 1023).kind(), Conflict);
        assert_eq!(said("1018", 1018).kind(), RelationGone);
        assert_eq!(said("Spectrum Scan Error", 15_007).kind(), ExternalRead);
        assert_eq!(said("Disk Full", 1016).kind(), DiskFull);
        assert_eq!(said("abort query", 1020).kind(), Terminated);
        assert!(said("1023", 1023).is_worth_another_try() && !said("Disk Full", 1016).is_worth_another_try());
        let rule = r#"Query (500029) cancelled by WLM abort action of Query Monitoring Rule "testrule"."#;
        assert_eq!(kind("57014", rule), WorkloadRule("testrule".into()));
        assert_eq!(kind("XX000", rule), WorkloadRule("testrule".into()));
        let cold = r#"Failed to incorporate external table "s"."t" into local catalog. Error=transaction is read-only"#;
        assert_eq!((kind("25006", cold), kind("XX000", cold)), (ReadRefused, ReadRefused));
    }

    #[test]
    fn both_engines_say_the_same_things_differently() {
        use ServerErrorKind::*;
        let same = r#"password authentication failed for user "x""#;
        assert_eq!(kind("28000", same), PasswordRefused);
        assert_eq!(kind("28P01", same), PasswordRefused);
        assert_eq!(kind("42704", r#"user "IAM:x" does not exist"#), PasswordRefused);
        assert_eq!(
            kind("28000", r#"no pg_hba.conf entry for host "::1", user "u", database "d", SSL off"#),
            SslRequired
        );
        assert_eq!(
            kind("28000", r#"no pg_hba.conf entry for host "::1", user "u", database "d", no encryption"#),
            SslRequired
        );
        assert_eq!(
            kind("28000", r#"no pg_hba.conf entry for host "::1", user "u", database "d", SSL encryption"#),
            AccessRefused
        );
        assert_eq!(kind("42501", "permission denied for relation t"), TableDenied("t".into()));
        assert_eq!(kind("42501", "permission denied for table t"), TableDenied("t".into()));
        assert_eq!(kind("42501", "permission denied for schema s"), SchemaDenied("s".into()));
        assert_eq!(kind("25006", "cannot execute INSERT in a read-only transaction"), ReadOnly);
        assert_eq!(kind("XX000", "transaction is read-only"), ReadOnly);
    }
}
