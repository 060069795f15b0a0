//! From the connector's errors to findings: one exhaustive match, so that a new way to fail needs its words.

use contract::connection::Target;
use contract::finding::{Breach, Finding, Phase};
use redshift::EndedBy;
use redshift::error::Error;
use redshift::server_error::{ServerError, ServerErrorKind};
use redshift::stream::WireFault;
use redshift::tls::CertificateFault;

use super::log_failure;

/// A limit in the unit in which it is set.
pub(crate) fn gib(bytes: u64) -> u32 {
    u32::try_from(bytes >> 30).unwrap_or(u32::MAX)
}

/// What an error is to the person who reads the check. `table` is the one that was being read, if any.
pub(crate) fn finding(error: &Error, target: &Target, table: Option<(&str, &str)>) -> Finding {
    let (host, port) = (target.host.clone(), target.port);
    match error {
        Error::HostUnknown => Finding::UnknownHost { host },
        Error::LookupFailed => Finding::LookupFailed { host },
        Error::AddressForbidden => Finding::AddressForbidden { host },
        Error::PortForbidden => Finding::PortForbidden { port },
        Error::DialTimedOut => Finding::ConnectTimedOut { host, port },
        Error::DialRefused => Finding::PortRefused { host, port },
        Error::DialUnreachable => Finding::HostUnreachable { host, port },
        Error::TlsRefused => Finding::TlsRefused,
        Error::TlsFailed => Finding::TlsFailed,
        Error::NotAServer => Finding::NotAServer,
        Error::Certificate(fault) => certificate(fault, host),
        Error::TimedOut { phase: redshift::Phase::Statement, after_ms } => Finding::GivenUp { after_ms: *after_ms },
        Error::TimedOut { phase, after_ms } => Finding::TimedOut { phase: phase_of(*phase), after_ms: *after_ms },
        Error::Lost { phase } => Finding::ConnectionLost { phase: phase_of(*phase) },
        Error::Wire { fault: WireFault::SignInUnsupported { request }, .. } => {
            Finding::SignInUnsupported { request: *request }
        }
        Error::Wire { phase, fault } => Finding::ProtocolBroken { phase: phase_of(*phase), breach: breach(*fault) },
        Error::PasswordWithheld => Finding::PasswordWithheld,
        Error::Ended { by, after_ms } => ended(by, *after_ms),
        Error::SignInUnsupported { request } => Finding::SignInUnsupported { request: *request },
        Error::Server(said) => server(said, target, table),
        Error::NotReadOnly | Error::TransactionEnded => Finding::ReadOnlyNotProven,
        Error::CaUnreadable | Error::BadStatement => {
            Finding::Internal { reference: log_failure("the connector refused its own input", error) }
        }
    }
}

fn phase_of(phase: redshift::Phase) -> Phase {
    match phase {
        redshift::Phase::Tls => Phase::Tls,
        redshift::Phase::SignIn => Phase::SignIn,
        redshift::Phase::Statement => Phase::Statement,
    }
}

fn breach(fault: WireFault) -> Breach {
    match fault {
        WireFault::Length | WireFault::Malformed => Breach::Malformed,
        WireFault::TooLarge => Breach::MessageTooLarge,
        WireFault::StartupTooLarge => Breach::StartupTooLarge,
        WireFault::TooManyNotices => Breach::TooManyNotices,
        WireFault::TooManyColumns { count } => Breach::TooManyColumns { count },
        WireFault::Unexpected => Breach::OutOfPlace,
        WireFault::BadValue { .. } => Breach::Malformed,
        // Ends of a large read, which is not a finding of a check or a preview.
        WireFault::OverLimit | WireFault::Abandoned => Breach::MessageTooLarge,
        WireFault::SignInUnsupported { .. } | WireFault::SignInMalformed | WireFault::ClearTextUnverified => {
            Breach::SignIn
        }
    }
}

fn ended(by: &EndedBy, after_ms: u32) -> Finding {
    match by {
        EndedBy::TimeOut => Finding::TimedOut { phase: Phase::Statement, after_ms },
        EndedBy::ServerLimit => Finding::EndedByServerLimit { after_ms },
        EndedBy::Cancel => Finding::Cancelled { after_ms },
        EndedBy::WorkloadRule { rule } => Finding::EndedByRule { rule: rule.clone(), after_ms },
        EndedBy::Administrator => Finding::EndedByAdministrator { after_ms },
    }
}

fn certificate(fault: &CertificateFault, host: String) -> Finding {
    match fault.clone() {
        CertificateFault::Untrusted { issuer } => Finding::CertificateUntrusted { issuer },
        CertificateFault::WrongName { names } => Finding::CertificateWrongName { host, names },
        CertificateFault::Expired { since } => Finding::CertificateExpired { since },
        CertificateFault::NotYetValid { from } => Finding::CertificateNotYetValid { from },
    }
}

/// The server refused whoever signed in.
pub(crate) fn is_sign_in_refused(error: &Error) -> bool {
    matches!(error, Error::Server(said) if said.kind() == ServerErrorKind::PasswordRefused)
}

/// By IAM there is no password that a person could have mistyped.
fn sign_in_refused(said: &ServerError, target: &Target) -> Finding {
    let user = target.user.clone();
    match &target.iam {
        None => Finding::PasswordRefused { user },
        Some(_) if said.sqlstate == "42704" => Finding::IamUserMissing { user },
        Some(_) => Finding::MintRefused { user },
    }
}

fn server(said: &ServerError, target: &Target, table: Option<(&str, &str)>) -> Finding {
    let user = target.user.clone();
    let own = |(schema, table): (&str, &str)| (schema.to_owned(), table.to_owned());
    match (said.kind(), table.map(own)) {
        (ServerErrorKind::PasswordRefused, _) => sign_in_refused(said, target),
        (ServerErrorKind::DatabaseUnknown, _) => Finding::UnknownDatabase { database: target.database.clone() },
        (ServerErrorKind::TooManyConnections, _) => Finding::TooManyConnections,
        (ServerErrorKind::SslRequired, _) => Finding::SslRequired,
        (ServerErrorKind::AccessRefused, _) => Finding::AccessRefused { user },
        (ServerErrorKind::SchemaDenied(_), Some((schema, _))) => Finding::SchemaDenied { schema, user },
        (ServerErrorKind::SchemaDenied(schema), None) => Finding::SchemaDenied { schema, user },
        (ServerErrorKind::TableDenied(_), Some((schema, table))) => Finding::TableDenied { schema, table, user },
        (ServerErrorKind::RelationGone, Some((schema, table))) => Finding::TableGone { schema, table },
        // Nothing but reads is ever sent on a table's behalf.
        (ServerErrorKind::ReadRefused | ServerErrorKind::ReadOnly, Some((schema, table))) => {
            Finding::ReadRefused { schema, table }
        }
        (ServerErrorKind::Terminated, _) => Finding::EndedByAdministrator { after_ms: 0 },
        (ServerErrorKind::StartingUp, _) => Finding::StartingUp,
        (ServerErrorKind::Conflict, _) => Finding::Conflict,
        (ServerErrorKind::DiskFull, _) => Finding::ClusterDiskFull,
        (ServerErrorKind::ExternalRead, _) => Finding::ExternalReadFailed { message: told(said) },
        (
            ServerErrorKind::TableDenied(_)
            | ServerErrorKind::RelationGone
            | ServerErrorKind::ReadRefused
            | ServerErrorKind::ReadOnly
            | ServerErrorKind::Cancelled
            | ServerErrorKind::WorkloadRule(_)
            | ServerErrorKind::Other,
            _,
        ) => Finding::ServerSaid { sqlstate: said.sqlstate.clone(), message: told(said), at: None },
    }
}

/// The message, with what a compute node added. Its place in Redshift's source and its process are left out.
fn told(said: &ServerError) -> String {
    let Some(block) = said.block() else { return said.message.clone() };
    let mut parts = vec![said.message.clone()];
    parts.extend([block.error, block.context].into_iter().flatten().filter(|part| *part != said.message));
    parts.extend(block.query.map(|query| format!("query {query}")));
    parts.join(" · ")
}
