//! The one door for addresses: a name goes in, and only addresses that the policy allows come out, pinned.
//!
//! Checking a name and then letting a driver resolve it again would be open to DNS rebinding, so what was checked is
//! what is dialled: [`PinnedAddr`] has no public constructor, and [`crate::dial`] takes nothing else.

mod policy;
mod resolver;

use std::net::SocketAddr;

use crate::deadlines::Deadlines;
use crate::error::Error;

pub use policy::Policy;
pub use resolver::{DevResolver, LookupError, Resolver, SystemResolver};

/// Where somebody wants to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub host: String,
    pub port: u16,
}

/// An address that the policy allowed. Made by [`resolve`] only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinnedAddr(SocketAddr);

impl PinnedAddr {
    pub fn socket_addr(self) -> SocketAddr {
        self.0
    }
}

/// More answers than this are not looked at.
const MAX_ANSWERS: usize = 16;

/// Looks the host up and judges every answer. One forbidden answer refuses the name: a mixed answer is how a name
/// is made to pass a check and then lead elsewhere.
pub async fn resolve(
    endpoint: &Endpoint,
    policy: &Policy,
    resolver: &dyn Resolver,
    deadlines: &Deadlines,
) -> Result<Vec<PinnedAddr>, Error> {
    if !policy.allows_port(endpoint.port) {
        return Err(Error::PortForbidden);
    }
    let lookup = resolver.lookup(&endpoint.host, endpoint.port);
    let answers =
        tokio::time::timeout(deadlines.resolve, lookup).await.map_err(|_| Error::LookupFailed)?.map_err(|error| {
            match error {
                LookupError::Unknown => Error::HostUnknown,
                LookupError::Failed => Error::LookupFailed,
            }
        })?;
    if answers.is_empty() {
        return Err(Error::HostUnknown);
    }
    if answers.len() > MAX_ANSWERS || answers.iter().any(|addr| !policy.allows(addr.ip())) {
        return Err(Error::AddressForbidden);
    }
    Ok(answers.into_iter().map(PinnedAddr).collect())
}
