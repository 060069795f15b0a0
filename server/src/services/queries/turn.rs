//! Fair use: so many statements at once per connection and per team, and among people whoever has least under way goes
//! first. Files, which last as long as their readers are slow, never take all the turns there are.

use std::collections::HashMap;
use std::time::Duration;

use contract::finding::Finding;
use contract::query::Purpose;
use store::{LiveQuery, QueryRow};

use super::super::{Shared, log_failure, now};
use super::job::Cancel;
use super::run::LEASE;

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
        let claimed = shared.store.query_claim(&row.team_id, row.run(), now(), now() + LEASE, admits).await;
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
    let mut under_way = UnderWay::default();
    let (mut waiting, running): (Vec<_>, Vec<_>) = live.iter().partition(|query| query.state == "waiting");
    running.into_iter().for_each(|query| under_way.add(query));
    loop {
        let next = waiting.iter().enumerate().filter(|(_, query)| under_way.has_room(query, fair));
        let Some((at, _)) = next.min_by_key(|(at, query)| (under_way.of(query), *at)) else { return false };
        let next = waiting.remove(at);
        if next.id == id {
            return true;
        }
        under_way.add(next);
    }
}

/// What runs in a team.
#[derive(Default)]
struct UnderWay<'a> {
    all: usize,
    files: usize,
    of_person: HashMap<&'a str, usize>,
    of_connection: HashMap<&'a str, usize>,
    files_of_connection: HashMap<&'a str, usize>,
}

impl<'a> UnderWay<'a> {
    fn add(&mut self, query: &'a LiveQuery) {
        self.all += 1;
        *self.of_person.entry(&query.member_id).or_default() += 1;
        *self.of_connection.entry(&query.connection_id).or_default() += 1;
        if is_file(query) {
            self.files += 1;
            *self.files_of_connection.entry(&query.connection_id).or_default() += 1;
        }
    }

    /// How much its author has under way.
    fn of(&self, query: &LiveQuery) -> usize {
        self.of_person.get(query.member_id.as_str()).copied().unwrap_or_default()
    }

    fn has_room(&self, query: &LiveQuery, fair: FairUse) -> bool {
        let at = |counts: &HashMap<&str, usize>| counts.get(query.connection_id.as_str()).copied().unwrap_or_default();
        // One turn is left for a look, unless there is only one.
        let for_files = |turns: usize| turns.saturating_sub(1).max(1);
        let is_free = self.all < fair.per_team && at(&self.of_connection) < fair.per_connection;
        let is_free_for_files =
            self.files < for_files(fair.per_team) && at(&self.files_of_connection) < for_files(fair.per_connection);
        is_free && (is_free_for_files || !is_file(query))
    }
}

fn is_file(query: &LiveQuery) -> bool {
    query.purpose == Purpose::Export.as_str()
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

    /// `ann@a!` runs at connection a for ann; `bob@b` waits; a capital is a file.
    fn live(text: &str) -> Vec<LiveQuery> {
        let one = |(at, word): (usize, &str)| {
            let (member, connection) = word.trim_end_matches('!').split_once('@').unwrap();
            LiveQuery {
                id: at.to_string(),
                member_id: member.into(),
                connection_id: connection.to_lowercase(),
                state: if word.ends_with('!') { "running" } else { "waiting" }.into(),
                purpose: if connection.chars().all(char::is_uppercase) { "export" } else { "sql" }.into(),
                queued_at: 0,
                beginning: String::new(),
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
        assert_eq!(next("ann@A! bob@A cat@a"), ["2"], "a file leaves a turn at its connection");
        assert_eq!(next("ann@A! bob@B! cat@C cat@c"), ["3"], "and one in its team");
        assert_eq!(next("ann@a! bob@A"), ["1"]);
        assert_eq!(ahead(&live("ann@a! bob@a cat@a ann@a"), "3"), 2);
    }
}
