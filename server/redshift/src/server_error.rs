//! What the server itself said went wrong, read by SQLSTATE first and by words where Redshift has only words.

use tokio_postgres::error::DbError;

use crate::clean::clean;

/// An ErrorResponse, cleaned for showing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerError {
    pub sqlstate: String,
    pub message: String,
    pub detail: Option<String>,
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
    Cancelled,
    Other,
}

impl ServerError {
    pub(crate) fn from_driver(said: &DbError) -> Self {
        Self {
            sqlstate: clean(said.code().code().as_bytes(), 5),
            message: clean(said.message().as_bytes(), 500),
            detail: said.detail().map(|detail| clean(detail.as_bytes(), 2_000)),
        }
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
            "25006" => ServerErrorKind::ReadOnly,
            "57014" => ServerErrorKind::Cancelled,
            _ if message.contains("transaction is read-only") => ServerErrorKind::ReadOnly,
            _ => ServerErrorKind::Other,
        }
    }
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
        ServerError { sqlstate: sqlstate.into(), message: message.into(), detail: None }.kind()
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
