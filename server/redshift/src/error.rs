//! Every way a connection or a statement can fail, named by what was being done.

use std::io::ErrorKind;

use thiserror::Error as ThisError;

use crate::server_error::ServerError;
use crate::session::EndedBy;
use crate::stream::WireFault;
use crate::tls::CertificateFault;

/// The phase that a deadline or a break belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Tls,
    SignIn,
    Statement,
}

#[derive(Debug, ThisError)]
pub enum Error {
    #[error("there is no such host")]
    HostUnknown,
    #[error("the host could not be looked up")]
    LookupFailed,
    #[error("the address is not allowed")]
    AddressForbidden,
    #[error("the port is not allowed")]
    PortForbidden,
    #[error("no answer to the TCP connection")]
    DialTimedOut,
    #[error("the TCP connection was refused")]
    DialRefused,
    #[error("the host cannot be reached")]
    DialUnreachable,
    #[error("the server refused to encrypt")]
    TlsRefused,
    #[error("the server's answer is not that of a database")]
    NotAServer,
    #[error("the TLS handshake failed")]
    TlsFailed,
    #[error("the server's certificate was refused: {0}")]
    Certificate(CertificateFault),
    #[error("the own certificate authority cannot be read")]
    CaUnreadable,
    #[error("a deadline passed")]
    TimedOut { phase: Phase, after_ms: u32 },
    #[error("the connection was lost")]
    Lost { phase: Phase },
    #[error("the server broke the protocol: {fault}")]
    Wire { phase: Phase, fault: WireFault },
    #[error("the server asked for a sign-in that is not supported")]
    SignInUnsupported { request: u32 },
    #[error("the server asked for the password in clear text and was not verified")]
    PasswordWithheld,
    #[error("the statement was ended after {after_ms} ms")]
    Ended { by: EndedBy, after_ms: u32 },
    #[error("the server said: {0}")]
    Server(Box<ServerError>),
    #[error("the transaction is not read-only")]
    NotReadOnly,
    #[error("the statement ended the transaction it ran in")]
    TransactionEnded,
    #[error("the statement has a NUL in it")]
    BadStatement,
}

impl Error {
    /// The connection is gone, so that nothing more can be read over it.
    pub fn is_of_connection(&self) -> bool {
        matches!(self, Self::Lost { .. } | Self::Wire { .. } | Self::TimedOut { .. })
    }

    /// What the driver's error means. What the stream below it saw is more exact and goes first.
    pub(crate) fn from_driver(error: &tokio_postgres::Error, fault: Option<WireFault>, phase: Phase) -> Self {
        match fault {
            Some(WireFault::SignInUnsupported { request }) => {
                return Self::SignInUnsupported { request };
            }
            Some(WireFault::ClearTextUnverified) => return Self::PasswordWithheld,
            Some(fault) => return Self::Wire { phase, fault },
            None => {}
        }
        if let Some(said) = error.as_db_error() {
            return Self::Server(Box::new(ServerError::from_driver(said)));
        }
        // A closed socket; whatever the driver cannot read, SCRAM's answers among it, is the peer breaking the protocol.
        let io = std::error::Error::source(error).and_then(|source| source.downcast_ref::<std::io::Error>());
        let is_nonsense = |io: &std::io::Error| {
            matches!(io.kind(), ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::Other)
        };
        if error.is_closed() || io.is_some_and(|io| !is_nonsense(io)) {
            Self::Lost { phase }
        } else {
            Self::Wire { phase, fault: WireFault::Unexpected }
        }
    }
}
