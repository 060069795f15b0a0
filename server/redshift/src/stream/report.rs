//! What the stream saw, for the session above the driver: the driver keeps its own errors vague.

use std::sync::{Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use super::{RowSink, WireFault};

/// How the server asked for the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthRequest {
    ClearText,
    Md5,
    Sha256,
    Scram,
}

/// One column as the server described it: its true type, which the driver never learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowShape {
    pub name: String,
    pub oid: u32,
    pub type_modifier: i32,
}

#[derive(Default)]
struct Seen {
    fault: Option<WireFault>,
    auth: Option<AuthRequest>,
    is_signed_in: bool,
    parameters: Vec<(String, String)>,
    backend: Option<(i32, i32)>,
    shape: Vec<RowShape>,
    notices: Vec<String>,
    is_in_transaction: bool,
}

/// Shared by the stream, which writes, and the session, which reads.
#[derive(Default)]
pub struct Report {
    seen: Mutex<Seen>,
    sink: Mutex<Option<Box<dyn RowSink>>>,
}

impl Report {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// From the next result on, rows go there and no longer to the driver. Given back with `None`.
    pub(crate) fn set_sink(&self, sink: Option<Box<dyn RowSink>>) -> Option<Box<dyn RowSink>> {
        std::mem::replace(&mut *self.sink(), sink)
    }

    pub(super) fn sink(&self) -> MutexGuard<'_, Option<Box<dyn RowSink>>> {
        self.sink.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(super) fn is_sink_full(&self) -> bool {
        self.sink().as_ref().is_some_and(|sink| sink.is_waiting())
    }

    pub(super) fn poll_sink(&self, cx: &mut Context<'_>) -> Poll<Result<(), WireFault>> {
        self.sink().as_mut().map_or(Poll::Ready(Ok(())), |sink| sink.poll_room(cx))
    }

    /// What the server sends waits for whoever takes the rows. Nobody is woken when it no longer does: to be asked of a
    /// session that has come to its end.
    pub(crate) fn is_held_up(&self) -> bool {
        self.poll_sink(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    pub(super) fn set_fault(&self, fault: WireFault) {
        self.seen().fault.get_or_insert(fault);
    }

    pub(super) fn set_auth(&self, auth: AuthRequest) {
        self.seen().auth = Some(auth);
    }

    pub(super) fn set_signed_in(&self) {
        self.seen().is_signed_in = true;
    }

    pub(super) fn set_backend(&self, pid: i32, key: i32) {
        self.seen().backend = Some((pid, key));
    }

    pub(super) fn set_shape(&self, shape: Vec<RowShape>) {
        self.seen().shape = shape;
    }

    pub(super) fn set_in_transaction(&self, is: bool) {
        self.seen().is_in_transaction = is;
    }

    pub(super) fn push_parameter(&self, name: String, value: String) {
        self.seen().parameters.push((name, value));
    }

    pub(super) fn push_notice(&self, text: String, most: usize) {
        let mut seen = self.seen();
        if seen.notices.len() < most {
            seen.notices.push(text);
        }
    }

    /// By the newest ReadyForQuery.
    pub fn is_in_transaction(&self) -> bool {
        self.seen().is_in_transaction
    }

    pub fn fault(&self) -> Option<WireFault> {
        self.seen().fault
    }

    /// `None` when the server asked for no password at all.
    pub fn auth(&self) -> Option<AuthRequest> {
        self.seen().auth
    }

    /// The password was accepted, whatever came after.
    pub fn is_signed_in(&self) -> bool {
        self.seen().is_signed_in
    }

    /// A parameter the server told at sign-in; names are compared without case, as Redshift writes `datestyle`.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let seen = self.seen();
        let found = seen.parameters.iter().rev().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone())
    }

    /// Process id and key for a cancel request.
    pub fn backend(&self) -> Option<(i32, i32)> {
        self.seen().backend
    }

    /// The columns of the newest result.
    pub fn shape(&self) -> Vec<RowShape> {
        self.seen().shape.clone()
    }

    pub fn notices(&self) -> Vec<String> {
        self.seen().notices.clone()
    }
}
