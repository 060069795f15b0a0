//! Why a certificate was refused. The TLS library says so in words only, so the peer is asked again: first without
//! the name check (if that passes, the name is the trouble), then without any check, only to read its certificate.
//! Both are closed before a start-up message, and both go to the address that was checked.

use std::fmt;

use tokio_native_tls::TlsConnector;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::time::ASN1Time;

use super::{TlsMode, TlsPolicy, connector, request, within};
use crate::address::PinnedAddr;
use crate::clean::clean;
use crate::deadlines::Deadlines;
use crate::dial::{Dialer, dial};
use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateFault {
    Untrusted {
        issuer: String,
    },
    WrongName {
        names: Vec<String>,
    },
    /// Days as `2026-11-23`.
    Expired {
        since: String,
    },
    NotYetValid {
        from: String,
    },
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Untrusted { .. } => "its issuer is not trusted",
            Self::WrongName { .. } => "it is for another name",
            Self::Expired { .. } => "it has expired",
            Self::NotYetValid { .. } => "it is not valid yet",
        })
    }
}

pub(super) async fn explain(
    address: PinnedAddr,
    policy: &TlsPolicy,
    dialer: &dyn Dialer,
    deadlines: &Deadlines,
) -> Error {
    if policy.mode == TlsMode::Unverified {
        return Error::TlsFailed;
    }
    if policy.mode == TlsMode::VerifyFull
        && let Some(der) = peer_certificate(address, policy, TlsMode::VerifyCa, dialer, deadlines).await
    {
        let names = read(&der).map(|seen| seen.names).unwrap_or_default();
        return Error::Certificate(CertificateFault::WrongName { names });
    }
    match peer_certificate(address, policy, TlsMode::Unverified, dialer, deadlines).await.and_then(|der| read(&der)) {
        Some(seen) => Error::Certificate(seen.fault.unwrap_or(CertificateFault::Untrusted { issuer: seen.issuer })),
        None => Error::TlsFailed,
    }
}

/// Shakes hands with fewer checks and returns the certificate, in DER.
async fn peer_certificate(
    address: PinnedAddr,
    policy: &TlsPolicy,
    mode: TlsMode,
    dialer: &dyn Dialer,
    deadlines: &Deadlines,
) -> Option<Vec<u8>> {
    let handshake = async {
        let (stream, _) = dial(&[address], dialer, deadlines).await?;
        let stream = request(stream).await?;
        let connector = TlsConnector::from(connector(policy, mode).await?);
        connector.connect(&policy.server_name, stream).await.map_err(|_| Error::TlsFailed)
    };
    let stream = within(deadlines, handshake).await.ok()?;
    stream.get_ref().peer_certificate().ok()??.to_der().ok()
}

struct Seen {
    issuer: String,
    names: Vec<String>,
    fault: Option<CertificateFault>,
}

fn read(der: &[u8]) -> Option<Seen> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let validity = certificate.validity();
    let now = ASN1Time::now();
    let fault = if validity.not_after < now {
        Some(CertificateFault::Expired { since: day(validity.not_after) })
    } else if validity.not_before > now {
        Some(CertificateFault::NotYetValid { from: day(validity.not_before) })
    } else {
        None
    };
    let names = certificate
        .subject_alternative_name()
        .ok()
        .flatten()
        .map(|names| names.value.general_names.iter().filter_map(host_name).take(5).collect());
    Some(Seen {
        issuer: clean(certificate.issuer().to_string().as_bytes(), 200),
        names: names.unwrap_or_default(),
        fault,
    })
}

fn host_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some(clean(name.as_bytes(), 253)),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|octets| std::net::Ipv4Addr::from(octets).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|octets| std::net::Ipv6Addr::from(octets).to_string()),
            _ => None,
        },
        _ => None,
    }
}

fn day(time: ASN1Time) -> String {
    let date = time.to_datetime().date();
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}
