//! Encryption: our own SSLRequest, then the TLS handshake, before anything about the user is sent.
//!
//! No text that a peer sends before its certificate was verified is ever shown (CVE-2024-10977).

mod certificate;
mod connector;

use native_tls::Certificate;
use postgres_native_tls::TlsConnector as PostgresTls;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_postgres::tls::TlsConnect;

use crate::address::PinnedAddr;
use crate::deadlines::{Deadlines, milliseconds};
use crate::dial::Dialer;
use crate::error::{Error, Phase};

use connector::connector;

pub use certificate::CertificateFault;

/// How much of the server's identity is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsMode {
    VerifyFull,
    VerifyCa,
    Unverified,
    /// No encryption at all: samples on loopback, behind the operator's switch.
    Disable,
}

#[derive(Clone, Debug)]
pub struct TlsPolicy {
    pub mode: TlsMode,
    /// The name the certificate must carry; the host, unless a tunnel or a CNAME is in between.
    pub server_name: String,
    /// An own certificate authority, in PEM. It replaces the system's.
    pub ca_pem: Option<String>,
    /// Authorities that the operator added for every connection (development).
    pub extra_ca_pem: Option<String>,
}

/// A stream ready for the protocol: encrypted, or plain where that was allowed.
pub trait Secured: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Secured for T {}

/// Length 8 and the request code 80877103.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Encrypts the stream. On a certificate that does not fit, dials the same address again to learn why.
pub async fn secure(
    stream: TcpStream,
    address: PinnedAddr,
    policy: &TlsPolicy,
    dialer: &dyn Dialer,
    deadlines: &Deadlines,
) -> Result<Box<dyn Secured>, Error> {
    if policy.mode == TlsMode::Disable {
        return Ok(Box::new(stream));
    }
    let connector = connector(policy, policy.mode).await?;
    let handshake = async {
        let stream = request(stream).await?;
        PostgresTls::new(connector, &policy.server_name).connect(stream).await.map_err(|_| Error::TlsFailed)
    };
    match within(deadlines, handshake).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(Error::TlsFailed) => Err(certificate::explain(address, policy, dialer, deadlines).await),
        Err(error) => Err(error),
    }
}

/// Asks for encryption and reads the one byte of answer.
async fn request(mut stream: TcpStream) -> Result<TcpStream, Error> {
    let lost = |_| Error::Lost { phase: Phase::Tls };
    stream.write_all(&SSL_REQUEST).await.map_err(lost)?;
    match stream.read_u8().await.map_err(lost)? {
        b'S' => Ok(stream),
        // `E` is an error message in clear text; it is not read.
        b'N' | b'E' => Err(Error::TlsRefused),
        _ => Err(Error::NotAServer),
    }
}

async fn within<T>(deadlines: &Deadlines, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(deadlines.tls, work)
        .await
        .unwrap_or_else(|_| Err(Error::TimedOut { phase: Phase::Tls, after_ms: milliseconds(deadlines.tls) }))
}

/// Whether this text holds at least one certificate in PEM.
pub fn is_certificate_pem(pem: &str) -> bool {
    Certificate::stack_from_pem(pem.as_bytes()).is_ok_and(|stack| !stack.is_empty())
}
