//! Opens the TCP connection, to a pinned address and to nothing else.

use std::io;

use async_trait::async_trait;
use tokio::net::TcpStream;

use crate::address::PinnedAddr;
use crate::deadlines::Deadlines;
use crate::error::Error;

/// Opens sockets. Injected, so that a test can prove what was dialled and what was not.
#[async_trait]
pub trait Dialer: Send + Sync {
    async fn dial(&self, address: PinnedAddr) -> io::Result<TcpStream>;
}

#[derive(Clone, Copy, Debug, Default)]
pub struct SystemDialer;

#[async_trait]
impl Dialer for SystemDialer {
    async fn dial(&self, address: PinnedAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(address.socket_addr()).await?;
        stream.set_nodelay(true)?;
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
