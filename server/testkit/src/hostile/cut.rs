//! O-FAULT-10: a network that is cut at some phase, in one of three ways. An id is `O-FAULT-10 PHASE WAY`, in the words of
//! the two types here.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpStream;

use super::wire::{described, message, row};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    SslRequest,
    Tls,
    SignIn,
    Parse,
    FirstRow,
    LaterRow,
    CommandComplete,
    ReadyForQuery,
}

impl Phase {
    pub const ALL: [Self; 8] = [
        Self::SslRequest,
        Self::Tls,
        Self::SignIn,
        Self::Parse,
        Self::FirstRow,
        Self::LaterRow,
        Self::CommandComplete,
        Self::ReadyForQuery,
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// RST.
    Reset,
    /// FIN.
    Close,
    /// Nothing comes any more.
    Silence,
}

impl Way {
    pub const ALL: [Self; 3] = [Self::Reset, Self::Close, Self::Silence];
}

pub fn id(phase: Phase, way: Way) -> String {
    format!("O-FAULT-10 {phase:?} {way:?}")
}

pub(super) fn is_at(id: &str, phase: Phase) -> bool {
    Way::ALL.iter().any(|way| self::id(phase, *way) == id)
}

fn is_by(id: &str, way: Way) -> bool {
    Phase::ALL.iter().any(|phase| self::id(*phase, way) == id)
}

/// With a reset, closing sends one.
pub(super) fn prepare(id: &str, stream: &TcpStream) -> std::io::Result<()> {
    if is_by(id, Way::Reset) { stream.set_zero_linger() } else { Ok(()) }
}

/// What comes before the cut, where it is one in the middle of an answer.
pub(super) fn answer(id: &str) -> Option<Vec<u8>> {
    let (columns, rows) = (described(b"x", 25, 1), row(b"one").repeat(3));
    let half = row(b"never whole")[..9].to_vec();
    let complete = message(b'C', b"SELECT\0");
    let parts = match Phase::ALL.into_iter().find(|phase| is_at(id, *phase))? {
        Phase::FirstRow => vec![columns],
        Phase::LaterRow => vec![columns, rows, half],
        Phase::CommandComplete => vec![columns, rows],
        Phase::ReadyForQuery => vec![columns, rows, complete],
        Phase::SslRequest | Phase::Tls | Phase::SignIn | Phase::Parse => return None,
    };
    Some(parts.concat())
}

/// The cut.
pub(super) async fn end(id: &str, stream: &mut (impl AsyncRead + Unpin)) -> anyhow::Result<()> {
    if is_by(id, Way::Silence) {
        let mut ignored = [0; 4096];
        while stream.read(&mut ignored).await? > 0 {}
    } else {
        // What was sent arrives before a reset would overtake it.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("cut")
}
