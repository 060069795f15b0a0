//! Handing things on at the pace of whoever takes them.

use std::task::{Context, Poll, ready};

use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

use crate::stream::WireFault;

/// The sending end. Room for one is taken before what fills it is read, so that no more is read than is taken.
pub(crate) struct Paced<T> {
    out: PollSender<T>,
    has_room: bool,
}

impl<T: Send> Paced<T> {
    /// As many as the channel holds, and one more, are in memory at most.
    pub fn new(waiting: usize) -> (Self, mpsc::Receiver<T>) {
        let (out, taken) = mpsc::channel(waiting);
        (Self { out: PollSender::new(out), has_room: false }, taken)
    }

    pub fn has_room(&self) -> bool {
        self.has_room
    }

    pub fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), WireFault>> {
        if !self.has_room {
            ready!(self.out.poll_reserve(cx)).map_err(|_| WireFault::Abandoned)?;
            self.has_room = true;
        }
        Poll::Ready(Ok(()))
    }

    pub fn send(&mut self, item: T) -> Result<(), WireFault> {
        self.has_room = false;
        self.out.send_item(item).map_err(|_| WireFault::Abandoned)
    }
}
