//! A pretend AWS for one account: STS, Redshift and Redshift Serverless, as far as signing in needs them. What it mints
//! signs in at the cluster beside it, until it expires.
//!
//! Requests are told apart by the service in their signature's scope. The signature itself is not verified: who holds
//! an access key is who it names.

mod answer;
mod identities;
mod minted;
mod operations;
mod request;
mod roles;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use identities::{ACCOUNT, KEY, KEY_OF_NOBODY, SECRET};
pub(crate) use minted::Presented;
pub use minted::{Ledger, Mint};
pub use roles::ROLE;

/// The one region where there is anything.
pub const REGION: &str = "us-east-1";
/// The cluster that is there; `CLUSTERS` has others, in every state.
pub const CLUSTER: &str = "sample";
pub const WORKGROUP: &str = "sample-wg";
pub const SERVERLESS_HOST: &str = "sample-wg.123456789012.us-east-1.redshift-serverless.amazonaws.com";

/// An error that comes in the place of an answer.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// The operation, as AWS names it.
    pub operation: String,
    pub status: u16,
    pub code: String,
    pub message: String,
    pub times: usize,
    /// AWS's own time, where the clocks differ.
    pub date: Option<&'static str>,
    /// Nothing comes at all.
    pub is_silent: bool,
}

impl Trouble {
    pub fn new(operation: &str, status: u16, code: &str, message: &str) -> Self {
        let own = |text: &str| text.to_owned();
        let (operation, code, message) = (own(operation), own(code), own(message));
        Self { operation, status, code, message, times: usize::MAX, date: None, is_silent: false }
    }
}

/// A request as it arrived: what was asked, and with which parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// `sts`, `redshift` or `redshift-serverless`, as botocore names the services.
    pub service: &'static str,
    pub operation: String,
    pub parameters: BTreeMap<String, String>,
    /// From 1: AWS's SDKs try again by themselves, and say so (`amz-sdk-request`). 0 where nothing is said.
    pub attempt: u32,
    pub at: Instant,
}

/// What the pretend AWS remembers.
pub struct Cloud {
    pub ledger: Ledger,
    asked: Mutex<Vec<Asked>>,
    roles: Mutex<roles::Roles>,
    troubles: Mutex<Vec<Trouble>>,
    lifetime: Mutex<Vec<Duration>>,
    password: Mutex<Option<String>>,
    port: Mutex<u16>,
}

impl Default for Cloud {
    fn default() -> Self {
        Self {
            ledger: Ledger::default(),
            asked: Mutex::default(),
            roles: Mutex::default(),
            troubles: Mutex::default(),
            lifetime: Mutex::default(),
            password: Mutex::default(),
            port: Mutex::new(5439),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cloud {
    pub fn make_trouble(&self, trouble: Trouble) {
        locked(&self.troubles).push(trouble);
    }

    pub fn end_trouble(&self) {
        locked(&self.troubles).clear();
    }

    /// Every request there was.
    pub fn asked(&self) -> Vec<Asked> {
        locked(&self.asked).clone()
    }

    /// Sets a role's trust policy, as a person would in the console.
    pub fn trust(&self, role: &str, policy: &str) -> anyhow::Result<()> {
        locked(&self.roles).trust(role, policy)
    }

    /// The next mints live this long, one after the other; those after them a quarter of an hour.
    pub fn shorten(&self, lifetimes: &[Duration]) {
        locked(&self.lifetime).extend(lifetimes);
    }

    /// Every mint has this password: one that a test looks for where it must not be.
    pub fn mint_with(&self, password: &str) {
        *locked(&self.password) = Some(password.to_owned());
    }

    fn trouble(&self, operation: &str) -> Option<Trouble> {
        let mut troubles = locked(&self.troubles);
        let trouble = troubles.iter_mut().find(|trouble| trouble.operation == operation && trouble.times > 0)?;
        trouble.times -= 1;
        Some(trouble.clone())
    }

    fn next_lifetime(&self) -> Option<Duration> {
        let mut lifetimes = locked(&self.lifetime);
        (!lifetimes.is_empty()).then(|| lifetimes.remove(0))
    }

    fn set_port(&self, port: u16) {
        *locked(&self.port) = port;
    }

    fn port(&self) -> u16 {
        *locked(&self.port)
    }
}

/// Serves until it is dropped.
pub struct AwsServer {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for AwsServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl AwsServer {
    /// `port` is what it tells as the port of its clusters.
    pub async fn start(listen: SocketAddr, cloud: Arc<Cloud>, port: u16) -> anyhow::Result<Self> {
        cloud.set_port(port);
        let router = Router::new()
            .route("/", post(operations::serve))
            .route("/ledger", get(|State(cloud): State<Arc<Cloud>>| async move { cloud.ledger.lines() }))
            .route("/asked", get(asked))
            .route("/roles/{name}", put(set_trust))
            .with_state(cloud);
        let listener = TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
        let address = listener.local_addr().context("reading the own address")?;
        let serving = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, serving })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// For checks against AWS's own models of its services.
async fn asked(State(cloud): State<Arc<Cloud>>) -> Json<serde_json::Value> {
    let line = |Asked { service, operation, parameters, .. }: &Asked| serde_json::json!({ "service": service, "operation": operation, "parameters": parameters });
    Json(cloud.asked().iter().map(line).collect())
}

async fn set_trust(State(cloud): State<Arc<Cloud>>, Path(name): Path<String>, policy: String) -> (StatusCode, String) {
    match cloud.trust(&name, &policy) {
        Ok(()) => (StatusCode::OK, "trusted\n".to_owned()),
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error:#}\n")),
    }
}
