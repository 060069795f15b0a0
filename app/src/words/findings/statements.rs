//! Findings about a statement that ran and did not end well, and about answers that no database gives.

use contract::finding::{Breach, Phase};

use super::Hint;
use super::failures::doing;
use crate::words::numbers;

fn after(ms: u32) -> String {
    numbers::duration(u64::from(ms) * 1_000)
}

pub(super) fn cancelled(after_ms: u32) -> Hint {
    Hint::plain(format!("Cancelled here, after {}; the cluster ended it too.", after(after_ms))).step("Run it again.")
}

pub(super) fn cancelled_by_another(who: &str, after_ms: u32) -> Hint {
    Hint::plain(format!("Cancelled by {who} after {}; the cluster ended it too.", after(after_ms)))
        .step("Ask them why before you run it again.")
}

pub(super) fn over_our_limit(seconds: u32) -> Hint {
    Hint::plain(format!(
        "Flitch ended the statement: it may take {} and took longer.",
        numbers::count(seconds, "second", "seconds")
    ))
    .step("Ask for less: fewer columns, a filter on the sort key, a smaller stretch of time.")
    .step("The operator sets the limit: FLITCH_QUERY_SECONDS.")
}

pub(super) fn by_server_limit(after_ms: u32) -> Hint {
    Hint::plain(format!(
        "Redshift ended the statement after {}, by a limit of its own that is shorter than Flitch's.",
        after(after_ms)
    ))
    .step("It is the user's or the queue's statement_timeout. An admin of the cluster sees it with:")
    .copy("SQL", "SHOW statement_timeout;")
}

pub(super) fn by_rule(rule: &str, after_ms: u32) -> Hint {
    Hint::plain(format!("The cluster's workload rule “{rule}” ended the statement after {}.", after(after_ms)))
        .step("Ask for less: fewer rows, fewer columns, a filter on the sort key.")
        .step("An admin of the cluster finds the rule in its WLM configuration, under query monitoring rules.")
}

pub(super) fn by_administrator(after_ms: u32) -> Hint {
    let when = if after_ms == 0 { String::new() } else { format!(" after {}", after(after_ms)) };
    Hint::plain(format!("The statement was ended at the cluster{when}, not by Flitch.")).step(
        "Somebody cancelled it, the cluster restarted, or its queue has a time limit. Try again; an admin of the \
         cluster sees the reason in stl_query or sys_query_history.",
    )
}

pub(super) fn read_refused(schema: &str, table: &str) -> Hint {
    Hint::plain(format!("The cluster refuses to read {schema}.{table} in a read-only transaction."))
        .step(
            "This happens with external and shared tables that were not touched before, with views on a stale \
             materialized view, and with queries that need temporary tables. Flitch reads in no other way.",
        )
        .step("Newer cluster versions read them. For a materialized view, let an admin of the database run:")
        .copy("SQL", format!("REFRESH MATERIALIZED VIEW {};", super::sql::name(schema, table)))
}

pub(super) fn conflict() -> Hint {
    Hint::plain("Another transaction was in the way twice (a serializable conflict).")
        .step("Try again when the load or the refresh that writes these tables has ended.")
}

pub(super) fn disk_full() -> Hint {
    Hint::plain("The cluster's disks are full, so it could not work out the answer.")
        .step("Ask for less. An admin of the cluster frees space, or makes it larger.")
}

pub(super) fn external(message: &str) -> Hint {
    Hint::plain(format!("Redshift Spectrum could not read the files behind the external table: {message}."))
        .step("Check that the external schema's IAM role may read the bucket, and that the files are as declared.")
}

pub(super) fn broken(phase: Phase, breach: Breach) -> Hint {
    let what = match breach {
        Breach::Malformed => "a message that does not hold what it says".to_owned(),
        Breach::OutOfPlace => "a message that has no place there".to_owned(),
        Breach::MessageTooLarge => "a message over 32 MiB".to_owned(),
        Breach::StartupTooLarge => "more than any server has to say before it is ready".to_owned(),
        Breach::TooManyNotices => "notices without end".to_owned(),
        Breach::TooManyColumns { count } => format!("a result of {count} columns, where 1,664 are the most"),
        Breach::SignIn => "a request for the password that makes no sense".to_owned(),
    };
    Hint::plain(format!("The server sent {what} while {}; Flitch hung up.", doing(phase)))
        .step("Check that host and port are the cluster's own. If they are, tell your operator.")
}

pub(super) fn withheld() -> Hint {
    Hint::plain("The server asked for the password in clear text, and nobody proved who it is. Nothing was sent.").step(
        "Let its certificate be verified: leave sslmode out, and paste the issuer's certificate if it has its own.",
    )
}

pub(super) fn waking_up(waited_ms: u32) -> Hint {
    Hint::plain(format!("No answer yet after {}.", after(waited_ms)))
        .step("A Serverless workgroup that sleeps takes up to a minute and a half to wake up. Flitch keeps trying.")
}

pub(super) fn paused(by: &str, reason: &str) -> Hint {
    let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
    Hint::plain(format!("The connection is paused by {by}{why}."))
        .step("Nothing new is read through it. Whoever may resume it does so on the connection's page.")
}

pub(super) fn given_up(after_ms: u32) -> Hint {
    let after = after(after_ms);
    Hint::plain(format!(
        "Flitch gave the statement up after {after}. It asked for its end, and the server did not answer."
    ))
    .step("It may still run there: an admin of the cluster sees it in SYS_QUERY_HISTORY, by the user's name.")
    .step("Try again. If the cluster is busy, its queue (WLM) may be full.")
}

pub(super) fn check_too_long(after_ms: u32) -> Hint {
    let after = after(after_ms);
    Hint::plain(format!("The check as a whole took longer than its {after}, and was ended here.")).step(
        "Each stage's time stands beside it: the slow one is where to look. Check again when the cluster is less busy.",
    )
}
