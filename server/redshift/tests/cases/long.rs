//! What takes too long for every push: `make test-long`.
//!
//! `FLITCH_LONG_SECONDS` (600) is how long the guard is tried, `FLITCH_LONG_SESSIONS` (1000) how often each peer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use redshift::{Limits, TlsMode, guard};
use testkit::hostile::forms;
use testkit::trial::each;
use testkit::vitals::Vitals;
use tokio::sync::Semaphore;

use crate::peers::Meeting;
use crate::sql::Canary;

pub fn trials() -> Vec<Trial> {
    let mut trials = each(
        "peers",
        "long",
        |_| true,
        |case| async move {
            for id in forms(case.id()) {
                sessions(&id).await;
            }
        },
    );
    trials.push(Trial::test("long::guard_against_postgres", || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(guard_against_postgres());
        Ok(())
    }));
    trials.into_iter().map(|trial| trial.with_ignored_flag(true)).collect()
}

fn setting(name: &str, standard: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(standard)
}

/// Many sessions with one behaviour, some at a time, and nothing left of them.
async fn sessions(id: &str) {
    let meeting = Arc::new(Meeting::new(id, TlsMode::VerifyFull).await);
    let vitals = Vitals::now();
    let at_once = Arc::new(Semaphore::new(16));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..setting("FLITCH_LONG_SESSIONS", 1000) {
        let permit = Arc::clone(&at_once).acquire_owned().await.unwrap();
        let meeting = Arc::clone(&meeting);
        tasks.spawn(async move {
            let _ = meeting.read().await;
            drop(permit);
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    drop(meeting);
    vitals.assert_settled().await;
}

/// Pieces that statements are made of, with those that end, quote and hide.
const PIECES: &[&str] = &[
    "select",
    "1",
    " ",
    "\n",
    "\r",
    "\t",
    ";",
    "'",
    "''",
    "\\",
    "\\'",
    "\"",
    "$$",
    "$q$",
    "$1$",
    "/*",
    "*/",
    "--",
    "E'",
    "U&'",
    "U&\"",
    "commit",
    "drop table canary",
    "insert into canary values (9)",
    "delete from canary",
    "with d as (",
    ")",
    "(",
    "returning x",
    "from",
    "canary",
    "into pwn",
    "nextval('s1')",
    "set_config('a.b','c',false)",
    "union",
    "all",
    "as",
    "x",
    "*",
    ",",
    "where",
    "true",
    "values",
    "explain",
    "analyze",
    "show",
    "search_path",
    "for update",
    "pg_sleep(0)",
    "t",
    "limit",
    "\u{a0}",
    "\u{2003}",
    "[",
    "]",
    "::",
    "int",
    "case when",
    "then",
    "end",
    "a",
    ".",
];

/// Random texts from those pieces. Whatever passes the guard runs as a superuser who owns everything; the canary
/// must not notice.
async fn guard_against_postgres() {
    let canary = Canary::new().await;
    let session = canary.superuser().await;
    let mut state = setting("FLITCH_LONG_SEED", 0x5eed_f11c_4000_0001);
    println!("guard: seed {state}");
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    let until = Instant::now() + Duration::from_secs(setting("FLITCH_LONG_SECONDS", 600));
    let (mut tried, mut passed, mut ran) = (0_u64, 0_u64, 0_u64);
    while Instant::now() < until {
        let mut text = if next(4) > 0 { "select ".to_owned() } else { String::new() };
        for _ in 0..=next(14) {
            text.push_str(PIECES[next(PIECES.len())]);
            if next(3) > 0 {
                text.push(' ');
            }
        }
        tried += 1;
        let Ok(approved) = guard::approve(&text) else { continue };
        passed += 1;
        let outcome = session.read_within(approved.sql(), Limits::PREVIEW, Duration::from_secs(5)).await;
        ran += u64::from(outcome.is_ok());
        if passed.is_multiple_of(500) {
            canary.assert_unharmed().await;
        }
    }
    canary.assert_unharmed().await;
    println!("guard: {tried} texts, {passed} passed, {ran} ran");
    assert!(ran > 0, "texts that run are among those that are tried");
}
