//! Fair use: so many statements at once per connection and per team, and among people whoever has least under way goes
//! first.

use std::collections::HashMap;
use std::time::Duration;

use contract::finding::Finding;
use store::{LiveQuery, QueryRow};

use super::super::{Shared, log_failure, now};
use super::run::{Cancel, LEASE};

/// How many statements run at once.
#[derive(Clone, Copy, Debug)]
pub struct FairUse {
    pub per_connection: usize,
    pub per_team: usize,
}

/// Another server's statement may have ended; this one's own are heard of at once.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Waits until the query may run. Says who ended the wait where somebody did.
pub(super) async fn wait(shared: &Shared, row: &QueryRow, cancel: &Cancel) -> Result<(), Finding> {
    loop {
        // Listened for before the look, so that nothing falls between the two.
        let ended = shared.ended.notified();
        tokio::pin!(ended);
        ended.as_mut().enable();
        let fair = shared.fair_use;
        let admits = |live: &Vec<LiveQuery>| goes_next(live, &row.id, fair);
        let claimed = shared.store.query_claim(&row.team_id, &row.id, now(), now() + LEASE, admits).await;
        match claimed {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) => {
                log_failure("a query's turn could not be looked up", &error);
            }
        }
        tokio::select! {
            () = ended => {}
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = cancel.asked() => return Err(Finding::Cancelled { after_ms: 0 }),
        }
    }
}

/// Whether this one is among those that may run now. `live` is in the order in which they came.
pub(super) fn goes_next(live: &[LiveQuery], id: &str, fair: FairUse) -> bool {
    let is_running = |query: &&LiveQuery| query.state != "waiting";
    let mut of_person: HashMap<&str, usize> = HashMap::new();
    let mut of_connection: HashMap<&str, usize> = HashMap::new();
    let mut running = 0;
    for query in live.iter().filter(is_running) {
        *of_person.entry(&query.member_id).or_default() += 1;
        *of_connection.entry(&query.connection_id).or_default() += 1;
        running += 1;
    }
    let mut waiting: Vec<&LiveQuery> = live.iter().filter(|query| query.state == "waiting").collect();
    while running < fair.per_team {
        let has_room = |query: &LiveQuery| {
            of_connection.get(query.connection_id.as_str()).copied().unwrap_or_default() < fair.per_connection
        };
        let under_way = |query: &LiveQuery| of_person.get(query.member_id.as_str()).copied().unwrap_or_default();
        let next = waiting.iter().enumerate().filter(|(_, query)| has_room(query));
        let Some((at, _)) = next.min_by_key(|(at, query)| (under_way(query), *at)) else { return false };
        let next = waiting.remove(at);
        if next.id == id {
            return true;
        }
        *of_person.entry(&next.member_id).or_default() += 1;
        *of_connection.entry(&next.connection_id).or_default() += 1;
        running += 1;
    }
    false
}

/// How many go before this one, if it came now and nothing ended.
pub(super) fn ahead(live: &[LiveQuery], id: &str) -> u32 {
    let before = live.iter().take_while(|query| query.id != id).filter(|query| query.state == "waiting").count();
    u32::try_from(before).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAIR: FairUse = FairUse { per_connection: 2, per_team: 3 };

    /// `ann@a!` runs at connection a for ann; `bob@b` waits.
    fn live(text: &str) -> Vec<LiveQuery> {
        let one = |(at, word): (usize, &str)| {
            let (member, connection) = word.trim_end_matches('!').split_once('@').unwrap();
            LiveQuery {
                id: at.to_string(),
                member_id: member.into(),
                connection_id: connection.into(),
                state: if word.ends_with('!') { "running" } else { "waiting" }.into(),
                purpose: "sql".into(),
                queued_at: 0,
            }
        };
        text.split(' ').enumerate().map(one).collect()
    }

    fn next(text: &str) -> Vec<String> {
        let live = live(text);
        live.iter()
            .filter(|query| query.state == "waiting" && goes_next(&live, &query.id, FAIR))
            .map(|query| query.id.clone())
            .collect()
    }

    #[test]
    fn limits_hold_and_whoever_has_least_under_way_goes_first() {
        assert_eq!(next("ann@a"), ["0"]);
        assert_eq!(next("ann@a! ann@a! bob@a"), [""; 0], "the connection is full");
        assert_eq!(next("ann@a! ann@a! bob@b"), ["2"], "another one is not");
        assert_eq!(next("ann@a! ann@b! bob@c! bob@d"), [""; 0], "the team is full");
        assert_eq!(next("ann@a! ann@b ann@b bob@b"), ["1", "3"], "one of each person before a second one");
        assert_eq!(next("ann@a ann@a ann@a bob@a"), ["0", "3"]);
        assert_eq!(next("ann@a! bob@a! ann@a cat@b"), ["3"], "nobody waits for what has no room");
        assert_eq!(ahead(&live("ann@a! bob@a cat@a ann@a"), "3"), 2);
    }
}
