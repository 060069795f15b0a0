//! The bounded stream: everything that passes between the driver and the peer passes here, framed and capped.
//!
//! It exists because the driver trusts its server. It would buffer a message of 2 GB, collect notices without end,
//! look up an unknown type by asking the peer (who can answer with another unknown type, for ever), and it asks for
//! binary results, which Redshift encodes in its own way. Below it is TLS; above it `Config::connect_raw`.

mod digest;
mod frame;
mod incoming;
mod limits;
mod outgoing;
mod report;
mod sink;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use secrecy::SecretString;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::io::poll_read_buf;

use incoming::Incoming;
use outgoing::Outgoing;

pub use report::{AuthRequest, Report, RowShape};
pub use sink::RowSink;

/// What the peer did that ends the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WireFault {
    #[error("a message of an impossible length")]
    Length,
    #[error("a message over the size limit")]
    TooLarge,
    #[error("too much before the session was ready")]
    StartupTooLarge,
    #[error("a message that does not hold what it says")]
    Malformed,
    #[error("a message that has no place here")]
    Unexpected,
    #[error("{count} columns, more than any table has")]
    TooManyColumns { count: u16 },
    #[error("a sign-in request that is not supported")]
    SignInUnsupported { request: u32 },
    #[error("a sign-in request with senseless values")]
    SignInMalformed,
    #[error("a request for the password in clear text from a server that was not verified")]
    ClearTextUnverified,
    #[error("too many messages that hold no rows")]
    TooManyNotices,
    #[error("a value that is none of its column's type")]
    BadValue { column: u16 },
    #[error("more rows or bytes than were asked for")]
    OverLimit,
    #[error("whoever took the rows is gone")]
    Abandoned,
}

/// The stream. `S` is the encrypted stream below.
pub struct Bounded<S> {
    inner: S,
    /// Bytes from the peer that do not make a whole message yet.
    inbox: BytesMut,
    incoming: Incoming,
    outgoing: Outgoing,
    report: Arc<Report>,
}

/// One read from below.
const CHUNK: usize = 64 * 1024;

impl<S> Bounded<S> {
    pub fn new(inner: S, password: SecretString, may_send_clear: bool) -> (Self, Arc<Report>) {
        let report = Arc::new(Report::default());
        let stream = Self {
            inner,
            inbox: BytesMut::with_capacity(CHUNK),
            incoming: Incoming::new(password, may_send_clear),
            outgoing: Outgoing::default(),
            report: Arc::clone(&report),
        };
        (stream, report)
    }

    fn fail(&self, fault: WireFault) -> io::Error {
        self.report.set_fault(fault);
        io::Error::new(io::ErrorKind::InvalidData, fault)
    }
}

impl<S: AsyncRead + Unpin> Bounded<S> {
    /// Reads once from below into the inbox; 0 is the end of the stream.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.inbox.reserve(CHUNK);
        poll_read_buf(Pin::new(&mut self.inner), cx, &mut self.inbox)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Bounded<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            // An answer of our own (the digest) must leave even while the driver only reads.
            if this.outgoing.has_pending() {
                let _ = this.outgoing.poll_drain(Pin::new(&mut this.inner), cx)?;
            }
            if this.incoming.has_clean() {
                this.incoming.read_clean(out);
                return Poll::Ready(Ok(()));
            }
            if let Some(fault) = this.report.fault() {
                return Poll::Ready(Err(this.fail(fault)));
            }
            // Where rows are taken here, nothing is read while there is no room for them.
            if let Err(fault) = ready!(this.report.poll_sink(cx)) {
                return Poll::Ready(Err(this.fail(fault)));
            }
            if let Err(fault) = this.incoming.take(&mut this.inbox, &mut this.outgoing, &this.report) {
                return Poll::Ready(Err(this.fail(fault)));
            }
            // A sink that got full left messages in the inbox, and perhaps nothing more comes after them.
            if this.incoming.has_clean() || this.outgoing.take_fresh() || this.report.is_sink_full() {
                continue;
            }
            if ready!(this.poll_fill(cx))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Bounded<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.outgoing.is_full() {
            ready!(this.outgoing.poll_drain(Pin::new(&mut this.inner), cx))?;
        }
        if let Err(fault) = this.outgoing.push(bytes) {
            return Poll::Ready(Err(this.fail(fault)));
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.outgoing.poll_drain(Pin::new(&mut this.inner), cx))?;
        Pin::new(&mut this.inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.outgoing.poll_drain(Pin::new(&mut this.inner), cx))?;
        Pin::new(&mut this.inner).poll_shutdown(cx)
    }
}

/// Writes all of `bytes` that the stream below takes, then flushes it.
fn poll_write_all<S: AsyncWrite + Unpin>(
    bytes: &mut BytesMut,
    mut inner: Pin<&mut S>,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    while !bytes.is_empty() {
        let written = ready!(inner.as_mut().poll_write(cx, bytes))?;
        if written == 0 {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        bytes.advance(written);
    }
    inner.poll_flush(cx)
}
