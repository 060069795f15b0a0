//! The queries that this process runs, so that a wish for an end reaches them without a look at the store.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::job::Cancel;

#[derive(Default)]
pub struct Live {
    running: Mutex<HashMap<String, Cancel>>,
}

impl Live {
    fn running(&self) -> MutexGuard<'_, HashMap<String, Cancel>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn enter(&self, id: &str) -> Cancel {
        self.running().entry(id.to_owned()).or_default().clone()
    }

    pub(crate) fn leave(&self, id: &str) {
        self.running().remove(id);
    }

    pub(crate) fn is_here(&self, id: &str) -> bool {
        self.running().contains_key(id)
    }

    /// Asks for the end of a query, if it runs here.
    pub(crate) fn cancel(&self, id: &str) {
        if let Some(cancel) = self.running().get(id) {
            cancel.ask();
        }
    }
}
