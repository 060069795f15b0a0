//! Concurrent identical needs of one person and one connection share one mint. Nothing outlives the flight: whoever
//! comes after it mints anew.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, WeakShared};
use redshift::iam::{Kind, Minted, Refusal};
use tokio::sync::Mutex as AsyncMutex;

type Flight = BoxFuture<'static, Result<Minted, Refusal>>;

/// Who needs what: two needs that differ in any part never share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FlightKey {
    pub team_id: String,
    pub member_id: String,
    pub connection_id: String,
    /// A digest of region, cluster, user, database and role.
    pub purpose: String,
}

/// Whose calls AWS counts together when it throttles.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Lane {
    /// The role, or empty for the server's own identity.
    pub role: String,
    pub region: String,
    /// Redshift and Redshift Serverless are two services.
    pub kind: Kind,
}

#[derive(Default)]
pub(super) struct Flights {
    flying: Mutex<HashMap<FlightKey, WeakShared<Flight>>>,
    lanes: Mutex<HashMap<Lane, Weak<AsyncMutex<()>>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Flights {
    /// Joins the flight of the same key, or begins one. Mints of one lane go one after the other, so that a throttled
    /// identity is not asked from all sides. Who waits does so within their own time for AWS: one that hangs is left when
    /// its time is over, and then it is the next one's turn.
    pub async fn board(&self, key: FlightKey, lane: Lane, mint: Flight) -> Result<Minted, Refusal> {
        let flight = {
            let mut flying = locked(&self.flying);
            // Those that have landed, or that everybody left, cannot be joined.
            flying.retain(|_, flight| flight.upgrade().is_some());
            let joined = flying.get(&key).and_then(WeakShared::upgrade).filter(|flight| flight.peek().is_none());
            joined.unwrap_or_else(|| {
                let lane = self.lane(lane);
                let flight: Flight = Box::pin(async move {
                    let _turn = lane.lock().await;
                    mint.await
                });
                let flight: Shared<Flight> = flight.shared();
                flying.extend(flight.downgrade().map(|weak| (key, weak)));
                flight
            })
        };
        flight.await
    }

    fn lane(&self, lane: Lane) -> Arc<AsyncMutex<()>> {
        let mut lanes = locked(&self.lanes);
        lanes.retain(|_, lane| lane.strong_count() > 0);
        let known = lanes.get(&lane).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let fresh = Arc::default();
            lanes.insert(lane, Arc::downgrade(&fresh));
            fresh
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::{Duration, SystemTime};

    use super::*;

    fn key(member: &str) -> FlightKey {
        let own = |text: &str| text.to_owned();
        FlightKey { team_id: own("t"), member_id: own(member), connection_id: own("c"), purpose: own("p") }
    }

    fn lane() -> Lane {
        Lane { role: String::new(), region: "us-east-1".into(), kind: Kind::Provisioned }
    }

    /// A mint that counts itself, and how many there are at once.
    fn mint(count: &Arc<AtomicUsize>, at_once: &Arc<AtomicUsize>) -> Flight {
        let (count, at_once) = (Arc::clone(count), Arc::clone(at_once));
        Box::pin(async move {
            let number = count.fetch_add(1, Ordering::Relaxed);
            assert_eq!(at_once.fetch_add(1, Ordering::Relaxed), 0, "one mint at a time in a lane");
            tokio::time::sleep(Duration::from_millis(20)).await;
            at_once.fetch_sub(1, Ordering::Relaxed);
            let password = "x".to_owned().into();
            Ok(Minted { user: format!("IAM:{number}"), password, expires_at: SystemTime::now() })
        })
    }

    #[tokio::test]
    async fn one_persons_needs_of_the_same_moment_share_and_nobody_elses() {
        let (count, at_once) = (Arc::default(), Arc::default());
        let flights = Flights::default();
        let go = |member: &str| flights.board(key(member), lane(), mint(&count, &at_once));
        let (first, second, other) = tokio::join!(go("ann"), go("ann"), go("bob"));
        assert_eq!(first.unwrap().user, second.unwrap().user);
        assert_eq!(other.unwrap().user, "IAM:1");
        assert_eq!(go("ann").await.unwrap().user, "IAM:2", "after the flight there is nothing to share");
        assert_eq!(count.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn a_mint_that_hangs_holds_the_next_one_up_until_it_is_left() {
        let (count, at_once) = (Arc::default(), Arc::default());
        let flights = Flights::default();
        let hangs = flights.board(key("ann"), lane(), Box::pin(std::future::pending()));
        let left = AtomicUsize::new(0);
        let hangs = async {
            assert!(tokio::time::timeout(Duration::from_millis(100), hangs).await.is_err());
            left.fetch_add(1, Ordering::Relaxed);
        };
        let other = async {
            let minted = flights.board(key("bob"), lane(), mint(&count, &at_once)).await;
            assert!(minted.is_ok());
            assert_eq!(left.load(Ordering::Relaxed), 1, "not before the first is left");
        };
        tokio::join!(hangs, other);
    }

    #[tokio::test]
    async fn of_mints_that_take_long_one_at_a_time_is_under_way() {
        let at_once = Arc::new(AtomicUsize::new(0));
        let flights = Flights::default();
        let slow = |member: String| {
            let at_once = Arc::clone(&at_once);
            let mint: Flight = Box::pin(async move {
                assert_eq!(at_once.fetch_add(1, Ordering::Relaxed), 0);
                // As with a throttled identity, whose every call is tried again and again.
                tokio::time::sleep(Duration::from_millis(60)).await;
                at_once.fetch_sub(1, Ordering::Relaxed);
                Err(Refusal::Throttled)
            });
            flights.board(key(&member), lane(), mint)
        };
        let all = futures_util::future::join_all((0..5).map(|n| slow(format!("member {n}")))).await;
        assert!(all.into_iter().all(|minted| matches!(minted, Err(Refusal::Throttled))));
    }

    #[tokio::test]
    async fn a_flight_that_everybody_left_is_not_joined() {
        let (count, at_once) = (Arc::default(), Arc::default());
        let flights = Flights::default();
        let left = flights.board(key("ann"), lane(), Box::pin(std::future::pending()));
        assert!(tokio::time::timeout(Duration::from_millis(5), left).await.is_err());
        let minted = flights.board(key("ann"), lane(), mint(&count, &at_once)).await;
        assert_eq!(minted.unwrap().user, "IAM:0");
    }
}
