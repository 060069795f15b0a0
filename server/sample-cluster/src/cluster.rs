//! The running cluster: its listener, its options, and what its sessions share.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::cert::{Authority, Validity};
use crate::engine::Engine;
use crate::wire;

/// Ways of real clusters that can be switched.
#[derive(Clone, Debug)]
pub struct Quirks {
    /// Report `padb_version` at sign-in, as Redshift does; without it, this passes for a plain PostgreSQL.
    pub is_redshift: bool,
    /// Refuse sessions without TLS (`require_SSL` in the parameter group).
    pub requires_tls: bool,
    /// Sessions beyond this are refused with 53300.
    pub max_sessions: usize,
    /// An external table refuses its first read inside a read-only transaction.
    pub has_cold_external_tables: bool,
    /// Refuse to list the tables of external schemas, as with a broken IAM role behind them.
    pub hides_external_tables: bool,
    /// Ask for a sign-in that no client of ours knows (request 14, an identity provider's token).
    pub asks_for_token: bool,
    /// Honour writes in a read-only transaction: what a hostile server would do.
    pub ignores_read_only: bool,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            is_redshift: true,
            requires_tls: false,
            max_sessions: 100,
            has_cold_external_tables: false,
            hides_external_tables: false,
            asks_for_token: false,
            ignores_read_only: false,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    /// Names and addresses in the certificate.
    pub names: Vec<String>,
    pub validity: Validity,
    /// Rows of the `sales` table; the other tables follow in proportion.
    pub sales: usize,
    pub quirks: Quirks,
}

/// The sample's own AWS-shaped name, which `make run` resolves to loopback.
pub const SAMPLE_HOST: &str = "sample.abc123xyz789.us-east-1.redshift.amazonaws.com";

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            names: ["localhost", "127.0.0.1", SAMPLE_HOST].map(str::to_owned).to_vec(),
            validity: Validity::Now,
            sales: 172_456,
            quirks: Quirks::default(),
        }
    }
}

/// What the sessions of one cluster share.
pub(crate) struct Shared {
    pub engine: Engine,
    pub quirks: Quirks,
    pub tls: tokio_native_tls::TlsAcceptor,
    next_pid: AtomicI32,
    backends: Mutex<HashMap<(i32, i32), Arc<Notify>>>,
}

impl Shared {
    /// A process id and key for a new session, with what wakes its running statement; `None` when full.
    pub fn enter(&self) -> Option<((i32, i32), Arc<Notify>)> {
        let mut backends = self.backends.lock().unwrap_or_else(PoisonError::into_inner);
        if backends.len() >= self.quirks.max_sessions {
            return None;
        }
        let backend = (self.next_pid.fetch_add(1, Ordering::Relaxed), rand::random());
        let cancel = Arc::new(Notify::new());
        backends.insert(backend, Arc::clone(&cancel));
        Some((backend, cancel))
    }

    pub fn leave(&self, backend: (i32, i32)) {
        self.backends.lock().unwrap_or_else(PoisonError::into_inner).remove(&backend);
    }

    pub fn cancel(&self, backend: (i32, i32)) {
        if let Some(cancel) = self.backends.lock().unwrap_or_else(PoisonError::into_inner).get(&backend) {
            // Kept until somebody looks: the session may be busy sending.
            cancel.notify_one();
        }
    }
}

/// A cluster that runs until it is dropped.
pub struct Cluster {
    address: SocketAddr,
    ca_pem: String,
    accepting: JoinHandle<()>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Cluster {
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let authority = Authority::new("Flitch sample authority")?;
        Self::start_signed_by(options, &authority).await
    }

    pub async fn start_signed_by(options: Options, authority: &Authority) -> anyhow::Result<Self> {
        let identity = authority.identity(&options.names, options.validity)?;
        let tls = native_tls::TlsAcceptor::new(identity).context("reading the certificate")?;
        let shared = Arc::new(Shared {
            engine: Engine::new(options.sales).await.context("making the sample data")?,
            quirks: options.quirks,
            tls: tls.into(),
            next_pid: AtomicI32::new(1_073_741_824),
            backends: Mutex::default(),
        });
        let listener =
            TcpListener::bind(options.listen).await.with_context(|| format!("listening on {}", options.listen))?;
        let address = listener.local_addr().context("reading the own address")?;
        let accepting = tokio::spawn(accept(listener, shared));
        Ok(Self { address, ca_pem: authority.pem().to_owned(), accepting })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The authority that signed the certificate.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Serves until the process ends.
    pub async fn wait(mut self) {
        let _ = (&mut self.accepting).await;
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    if let Err(error) = wire::serve(stream, shared).await {
                        tracing::debug!(%peer, "session ended: {error:#}");
                    }
                });
            }
            Err(error) => {
                tracing::warn!("cannot accept: {error}");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
}
