//! The running cluster: its listener, its options, and what its sessions share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Instant;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::aws::{Cloud, SERVERLESS_HOST};
use crate::backends::Backends;
use crate::cert::{Authority, Validity};
use crate::engine::Engine;
use crate::quirks::Quirks;
use crate::wire;

#[derive(Clone)]
pub struct Options {
    pub listen: SocketAddr,
    /// Names and addresses in the certificate.
    pub names: Vec<String>,
    pub validity: Validity,
    /// Rows of the `sales` table; the other tables follow in proportion.
    pub sales: usize,
    pub quirks: Quirks,
    /// The pretend AWS whose minted users sign in here.
    pub cloud: Arc<Cloud>,
}

/// The sample's own AWS-shaped name, which `make run` resolves to loopback.
pub const SAMPLE_HOST: &str = "sample.abc123xyz789.us-east-1.redshift.amazonaws.com";

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            names: ["localhost", "127.0.0.1", SAMPLE_HOST, SERVERLESS_HOST].map(str::to_owned).to_vec(),
            validity: Validity::Now,
            sales: 172_456,
            quirks: Quirks::default(),
            cloud: Arc::default(),
        }
    }
}

/// What the sessions of one cluster share.
pub(crate) struct Shared {
    pub engine: Engine,
    pub quirks: Quirks,
    pub cloud: Arc<Cloud>,
    pub tls: tokio_native_tls::TlsAcceptor,
    pub backends: Arc<Backends>,
    pub started: Instant,
    /// Connections, for a workgroup that drops the first ones.
    pub connections: AtomicUsize,
    /// Statements that had trouble.
    pub troubled: AtomicUsize,
}

/// A cluster that runs until it is dropped.
pub struct Cluster {
    address: SocketAddr,
    ca_pem: String,
    accepting: JoinHandle<()>,
    backends: Arc<Backends>,
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
        let backends = Arc::new(Backends::default());
        let shared = Arc::new(Shared {
            engine: Engine::new(options.sales).await.context("making the sample data")?,
            quirks: options.quirks,
            cloud: options.cloud,
            tls: tls.into(),
            backends: Arc::clone(&backends),
            started: Instant::now(),
            connections: AtomicUsize::new(0),
            troubled: AtomicUsize::new(0),
        });
        let listener =
            TcpListener::bind(options.listen).await.with_context(|| format!("listening on {}", options.listen))?;
        let address = listener.local_addr().context("reading the own address")?;
        let accepting = tokio::spawn(accept(listener, shared));
        Ok(Self { address, ca_pem: authority.pem().to_owned(), accepting, backends })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The authority that signed the certificate.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// How many sessions are signed in.
    pub fn session_count(&self) -> usize {
        self.backends.count()
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
