//! What the driver sends: passed on as it is, but for Bind, whose result format becomes text.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use tokio::io::AsyncWrite;

use super::frame::{self, Body, Frame};
use super::{WireFault, limits};

#[derive(Default)]
pub(super) struct Outgoing {
    /// Bytes of the driver that do not make a whole message yet.
    partial: BytesMut,
    ready: BytesMut,
    has_started: bool,
    is_fresh: bool,
    /// Executes since the last Sync.
    executes: usize,
    /// What was asked and not answered yet, oldest first.
    asked: VecDeque<Asked>,
}

/// How many results a request may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A simple query: one for each statement in it, and those are our own.
    Any,
    Executes(usize),
}

impl Outgoing {
    /// Takes bytes of the driver.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), WireFault> {
        self.partial.extend_from_slice(bytes);
        if !self.has_started && !self.pass_startup()? {
            return Ok(());
        }
        while let Some(Frame { tag, body }) = frame::take(&mut self.partial, limits::MESSAGE)? {
            match tag {
                b'Q' => self.asked.push_back(Asked::Any),
                b'E' => self.executes += 1,
                b'S' => self.asked.push_back(Asked::Executes(std::mem::take(&mut self.executes))),
                _ => {}
            }
            if tag == b'B' {
                let body = with_text_results(&body)?;
                frame::put(&mut self.ready, tag, &body);
            } else {
                frame::put(&mut self.ready, tag, &body);
            }
        }
        Ok(())
    }

    /// The first message has no tag. True once it has passed.
    fn pass_startup(&mut self) -> Result<bool, WireFault> {
        let Some(header) = self.partial.first_chunk::<4>() else {
            return Ok(false);
        };
        let length = usize::try_from(i32::from_be_bytes(*header)).map_err(|_| WireFault::Length)?;
        if !(8..=limits::STARTUP).contains(&length) {
            return Err(WireFault::Length);
        }
        if self.partial.len() < length {
            return Ok(false);
        }
        let startup = self.partial.split_to(length);
        self.ready.extend_from_slice(&startup);
        self.has_started = true;
        Ok(true)
    }

    /// A result ended. False when there was nothing left to answer.
    pub fn count_result(&mut self) -> bool {
        match self.asked.front_mut() {
            Some(Asked::Any) => true,
            Some(Asked::Executes(left)) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    /// The server is ready again: the oldest request is answered.
    pub fn count_ready(&mut self) {
        self.asked.pop_front();
    }

    /// Queues a message of our own.
    pub fn push_own(&mut self, tag: u8, body: &[u8]) {
        frame::put(&mut self.ready, tag, body);
        self.is_fresh = true;
    }

    /// A message of our own was queued since this was last asked.
    pub fn take_fresh(&mut self) -> bool {
        std::mem::take(&mut self.is_fresh)
    }

    pub fn has_pending(&self) -> bool {
        self.ready.has_remaining()
    }

    pub fn is_full(&self) -> bool {
        self.ready.len() > limits::OUTGOING
    }

    pub fn poll_drain<S: AsyncWrite + Unpin>(
        &mut self,
        inner: Pin<&mut S>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        super::poll_write_all(&mut self.ready, inner, cx)
    }
}

/// Bind with its list of result formats replaced by "all text".
fn with_text_results(body: &[u8]) -> Result<Vec<u8>, WireFault> {
    let mut rest = Body(body);
    rest.text()?;
    rest.text()?;
    let formats = rest.u16()?;
    rest.bytes(usize::from(formats) * 2)?;
    for _ in 0..rest.u16()? {
        if let Ok(length) = usize::try_from(rest.i32()?) {
            rest.bytes(length)?;
        }
    }
    let mut bound = body[..body.len() - rest.0.len()].to_vec();
    bound.extend_from_slice(&[0, 1, 0, 0]);
    Ok(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bind_asks_for_text() {
        // Portal, statement, one text parameter "ab" and one NULL, results all binary.
        let body = b"\0\0\0\x01\0\0\0\x02\0\0\0\x02ab\xff\xff\xff\xff\0\x01\0\x01";
        let bound = with_text_results(body).expect("well-formed");
        assert_eq!(bound, b"\0\0\0\x01\0\0\0\x02\0\0\0\x02ab\xff\xff\xff\xff\0\x01\0\0");
    }

    #[test]
    fn a_message_in_pieces_leaves_as_one() {
        let mut outgoing = Outgoing::default();
        outgoing.push(b"\0\0\0\x08\0\x03").expect("part");
        assert!(!outgoing.has_pending());
        outgoing.push(b"\0\0Q\0\0").expect("rest");
        outgoing.push(b"\0\x06;\0").expect("rest");
        assert_eq!(outgoing.ready.as_ref(), b"\0\0\0\x08\0\x03\0\0Q\0\0\0\x06;\0");
    }
}
