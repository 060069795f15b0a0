//! Drawing takes a processor for some milliseconds. It is done aside of the threads that answer everybody, for each
//! person one thing after the other, and a few at a time in all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use contract::fault::Fault;
use tokio::sync::{Mutex as Turns, OwnedMutexGuard, Semaphore};

static PEOPLE: Mutex<Option<HashMap<String, Arc<Turns<()>>>>> = Mutex::new(None);
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// A person's own. It begins before the rows are fetched that are drawn.
pub struct Turn {
    _own: OwnedMutexGuard<()>,
}

impl Turn {
    pub async fn of(member_id: &str) -> Self {
        let own = {
            let mut people = PEOPLE.lock().unwrap_or_else(PoisonError::into_inner);
            let people = people.get_or_insert_default();
            // Whoever draws nothing now is not remembered.
            people.retain(|_, turns| Arc::strong_count(turns) > 1);
            Arc::clone(people.entry(member_id.to_owned()).or_default())
        };
        Self { _own: own.lock_owned().await }
    }

    pub async fn draw<T: Send + 'static>(self, draw: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let _place = AT_ONCE.acquire().await.map_err(|_| Fault::NoAnswer)?;
        // A panic of it was printed by the thread that it ended.
        tokio::task::spawn_blocking(draw).await.map_err(|_| Fault::NoAnswer)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_person_draws_one_thing_at_a_time_and_all_of_them_a_few() {
        static OWN: AtomicUsize = AtomicUsize::new(0);
        static ALL: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let draw = |id: &'static str| async move {
            let turn = Turn::of(id).await;
            let drawn = turn.draw(move || {
                let is_ann = id == "ann";
                assert!(!is_ann || OWN.fetch_add(1, Ordering::SeqCst) == 0, "two of one person at once");
                MOST.fetch_max(ALL.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(5));
                ALL.fetch_sub(1, Ordering::SeqCst);
                OWN.fetch_sub(usize::from(is_ann), Ordering::SeqCst);
            });
            drawn.await.unwrap();
        };
        let people = ["ann", "ann", "bob", "ann", "cat", "dan", "ann", "bob"];
        futures_util::future::join_all(people.map(draw)).await;
        assert_eq!(MOST.load(Ordering::SeqCst), 2);
        drop(Turn::of("eve").await);
        Turn::of("fay").await;
        assert!(!PEOPLE.lock().unwrap().as_ref().unwrap().contains_key("ann"), "nobody is remembered");
    }
}
