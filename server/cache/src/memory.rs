//! The memory of questions: a limit for all together, of which each gets a share when it begins. Within its share a question
//! uses memory where it needs it. DataFusion's pool that is fair to everybody gives each step of each question the same
//! instead, which is a quarter of what one question alone could have.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryPool, TrackConsumersPool};

/// What every question gets, beside what is shared where others have taken all of that.
const LEAST: usize = 16 * 1024 * 1024;

pub struct Memory {
    free: Mutex<usize>,
    least: usize,
}

/// Gives its memory back when it is dropped.
pub struct Share {
    memory: Arc<Memory>,
    bytes: usize,
}

impl Drop for Share {
    fn drop(&mut self) {
        *self.memory.free.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
    }
}

impl Memory {
    pub fn new(bytes: usize) -> Arc<Self> {
        Arc::new(Self { free: Mutex::new(bytes), least: LEAST.min(bytes) })
    }

    /// Three quarters of what is free: most of it for somebody who is alone, and something for whoever comes next.
    pub fn take(self: &Arc<Self>) -> (Arc<dyn MemoryPool>, Share) {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = (*free / 4 * 3).max(self.least.min(*free));
        *free -= bytes;
        let pool = TrackConsumersPool::new(GreedyMemoryPool::new(bytes.max(self.least)), NonZeroUsize::MIN);
        (Arc::new(pool), Share { memory: Arc::clone(self), bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1024 * 1024;

    #[test]
    fn those_that_come_at_once_share_and_give_back() {
        let memory = Memory::new(512 * MIB);
        let free = || *memory.free.lock().unwrap() / MIB;
        let (_, first) = memory.take();
        assert_eq!((first.bytes / MIB, free()), (384, 128));
        let more: Vec<_> = (0..7).map(|_| memory.take()).collect();
        assert_eq!(more.iter().map(|(_, share)| share.bytes / MIB).collect::<Vec<_>>(), [96, 24, 8, 0, 0, 0, 0]);
        assert!(more.iter().all(|(pool, _)| pool.reserved() == 0));
        drop((first, more));
        assert_eq!(free(), 512);
    }
}
