//! TLS connectors, made once and kept for a while: reading the system's authorities takes OpenSSL 60 ms, which is more
//! than everything else about a query.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use native_tls::{Certificate, Protocol, TlsConnector};

use super::{TlsMode, TlsPolicy};
use crate::error::Error;

/// A renewed bundle of the system's is noticed after this long.
const KEPT: Duration = Duration::from_secs(600);
/// Own authorities are typed by people; the oldest gives way.
const MOST: usize = 64;

#[derive(PartialEq, Eq)]
struct Key {
    mode: TlsMode,
    ca_pem: Option<String>,
    extra_ca_pem: Option<String>,
}

struct Known {
    key: Key,
    made: Instant,
    connector: TlsConnector,
}

static CONNECTORS: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// The connector for a policy, in a mode that may differ from the policy's own.
pub(super) async fn connector(policy: &TlsPolicy, mode: TlsMode) -> Result<TlsConnector, Error> {
    let key = Key { mode, ca_pem: policy.ca_pem.clone(), extra_ca_pem: policy.extra_ca_pem.clone() };
    let known = || {
        let mut known = CONNECTORS.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known| known.made.elapsed() < KEPT);
        known.iter().find(|known| known.key == key).map(|known| known.connector.clone())
    };
    if let Some(connector) = known() {
        return Ok(connector);
    }
    let policy = policy.clone();
    let made = tokio::task::spawn_blocking(move || make(&policy, mode)).await;
    let connector = made.unwrap_or(Err(Error::CaUnreadable))?;
    let mut known = CONNECTORS.lock().unwrap_or_else(PoisonError::into_inner);
    if known.len() == MOST {
        known.remove(0);
    }
    known.push(Known { key, made: Instant::now(), connector: connector.clone() });
    Ok(connector)
}

fn make(policy: &TlsPolicy, mode: TlsMode) -> Result<TlsConnector, Error> {
    let mut builder = TlsConnector::builder();
    // Redshift itself has refused older versions since January 2026.
    builder.min_protocol_version(Some(Protocol::Tlsv12));
    let pems = match (&policy.ca_pem, &policy.extra_ca_pem) {
        (Some(own), _) => {
            builder.disable_built_in_roots(true);
            Some(own)
        }
        (None, extra) => extra.as_ref(),
    };
    for certificate in pems
        .map(|pem| Certificate::stack_from_pem(pem.as_bytes()))
        .transpose()
        .map_err(|_| Error::CaUnreadable)?
        .unwrap_or_default()
    {
        builder.add_root_certificate(certificate);
    }
    match mode {
        TlsMode::VerifyFull | TlsMode::Disable => {}
        TlsMode::VerifyCa => {
            builder.danger_accept_invalid_hostnames(true);
        }
        TlsMode::Unverified => {
            builder.danger_accept_invalid_certs(true);
            builder.danger_accept_invalid_hostnames(true);
        }
    }
    builder.build().map_err(|_| Error::CaUnreadable)
}
