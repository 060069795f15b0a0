//! The sessions there are, and how one is interrupted from another.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Process id and key.
pub(crate) type Backend = (i32, i32);

/// What wakes a session's running statement.
#[derive(Default)]
pub(crate) struct Interrupt {
    pub notify: Notify,
    /// The session is to end, not only its statement.
    pub is_final: AtomicBool,
}

pub(crate) struct Backends {
    next_pid: AtomicI32,
    sessions: Mutex<HashMap<Backend, Arc<Interrupt>>>,
}

impl Default for Backends {
    fn default() -> Self {
        Self { next_pid: AtomicI32::new(1_073_741_824), sessions: Mutex::default() }
    }
}

impl Backends {
    fn sessions(&self) -> MutexGuard<'_, HashMap<Backend, Arc<Interrupt>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` when there are as many as may be.
    pub fn enter(&self, most: usize) -> Option<(Backend, Arc<Interrupt>)> {
        let mut sessions = self.sessions();
        if sessions.len() >= most {
            return None;
        }
        let backend = (self.next_pid.fetch_add(1, Ordering::Relaxed), rand::random());
        let interrupt = Arc::new(Interrupt::default());
        sessions.insert(backend, Arc::clone(&interrupt));
        Some((backend, interrupt))
    }

    pub fn leave(&self, backend: Backend) {
        self.sessions().remove(&backend);
    }

    /// By the protocol's request, which must know the key.
    pub fn cancel(&self, backend: Backend) {
        if let Some(interrupt) = self.sessions().get(&backend) {
            // Kept until somebody looks: the session may be busy sending.
            interrupt.notify.notify_one();
        }
    }

    /// By a statement of another session, which knows the process id. False when there is none.
    pub fn cancel_by_pid(&self, pid: i32, is_final: bool) -> bool {
        let sessions = self.sessions();
        let Some((_, interrupt)) = sessions.iter().find(|((known, _), _)| *known == pid) else {
            return false;
        };
        interrupt.is_final.store(is_final, Ordering::Relaxed);
        interrupt.notify.notify_one();
        true
    }

    pub fn count(&self) -> usize {
        self.sessions().len()
    }
}
