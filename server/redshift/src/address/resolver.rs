//! Who answers for a name. Injected, so that tests look nothing up.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use async_trait::async_trait;

/// Why a look-up gave no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupError {
    /// There is no such name.
    Unknown,
    /// The name server did not say.
    Failed,
}

#[async_trait]
pub trait Resolver: Send + Sync {
    async fn lookup(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, LookupError>;
}

/// The system's resolver. An address written as such is not looked up.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn lookup(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, LookupError> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        match tokio::net::lookup_host((host, port)).await {
            Ok(answers) => Ok(answers.collect()),
            Err(error) => Err(classify(&error)),
        }
    }
}

/// The standard library tells the reasons of `getaddrinfo` apart in words only (EAI_NONAME, EAI_NODATA).
fn classify(error: &std::io::Error) -> LookupError {
    let text = error.to_string();
    if text.contains("Name or service not known") || text.contains("No address associated") {
        LookupError::Unknown
    } else {
        LookupError::Failed
    }
}

/// Answers some names by hand and asks another resolver for the rest: AWS-shaped names on a developer's machine.
pub struct DevResolver<R> {
    names: HashMap<String, SocketAddr>,
    inner: R,
}

impl<R> DevResolver<R> {
    pub fn new(names: impl IntoIterator<Item = (String, SocketAddr)>, inner: R) -> Self {
        Self { names: names.into_iter().collect(), inner }
    }
}

#[async_trait]
impl<R: Resolver> Resolver for DevResolver<R> {
    async fn lookup(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, LookupError> {
        match self.names.get(host) {
            Some(address) => Ok(vec![*address]),
            None => self.inner.lookup(host, port).await,
        }
    }
}
