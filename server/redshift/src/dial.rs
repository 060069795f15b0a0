//! Opens the TCP connection, to a pinned address and to nothing else.

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

use crate::address::PinnedAddr;
use crate::deadlines::Deadlines;
use crate::error::Error;

/// Opens sockets. Injected, so that a test can prove what was dialled and what was not.
#[async_trait]
pub trait Dialer: Send + Sync {
    async fn dial(&self, address: PinnedAddr) -> io::Result<TcpStream>;
}

/// A statement may say nothing for many minutes, and what lies between forgets a silent connection without telling anybody
/// (Redshift's management guide, "connecting-firewall-guidance"). So the system asks whether the
/// other end is there, and ends the connection when it is not: after less than two minutes.
const QUIET: Duration = Duration::from_secs(60);
const BETWEEN: Duration = Duration::from_secs(10);
const TRIES: u32 = 5;

#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDialer;

#[async_trait]
impl Dialer for SystemDialer {
    async fn dial(&self, address: PinnedAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(address.socket_addr()).await?;
        stream.set_nodelay(true)?;
        let keepalive = TcpKeepalive::new().with_time(QUIET).with_interval(BETWEEN).with_retries(TRIES);
        SockRef::from(&stream).set_tcp_keepalive(&keepalive)?;
        Ok(stream)
    }
}

/// Tries the addresses in turn inside one deadline; returns the socket and the address it leads to, for a later
/// cancel. The last address's error is the one reported.
pub async fn dial(
    addresses: &[PinnedAddr],
    dialer: &dyn Dialer,
    deadlines: &Deadlines,
) -> Result<(TcpStream, PinnedAddr), Error> {
    let attempt = async {
        let mut last = Error::DialTimedOut;
        for address in addresses {
            match dialer.dial(*address).await {
                Ok(stream) => return Ok((stream, *address)),
                Err(error) => last = classify(&error),
            }
        }
        Err(last)
    };
    tokio::time::timeout(deadlines.dial, attempt).await.unwrap_or(Err(Error::DialTimedOut))
}

fn classify(error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Error::DialRefused,
        io::ErrorKind::TimedOut => Error::DialTimedOut,
        _ => Error::DialUnreachable,
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;
    use crate::Endpoint;
    use crate::address::{Policy, SystemResolver, resolve};

    #[tokio::test]
    async fn the_system_asks_whether_the_other_end_is_there() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Endpoint { host: "127.0.0.1".into(), port: listener.local_addr().unwrap().port() };
        let policy = Policy { is_loopback_allowed: true, ..Policy::default() };
        let found = resolve(&endpoint, &policy, &SystemResolver, &Deadlines::default()).await.unwrap();
        let stream = SystemDialer.dial(found[0]).await.unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        assert_eq!((socket.tcp_keepalive_time().unwrap(), socket.tcp_keepalive_interval().unwrap()), (QUIET, BETWEEN));
    }
}
