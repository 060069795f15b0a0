//! Running one query: waiting for its turn, signing in, reading in a read-only transaction, and however it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use contract::connection::Target;
use contract::finding::{Finding, Phase};
use contract::query::{KeptReadOnly, Purpose, QueryState};
use redshift::Error;
use redshift::cancel::Canceller;
use redshift::deadlines::milliseconds;
use redshift::rows::Cut;
use redshift::stream::WireFault;
use redshift::text::{Progress, TextBatch, TextSink};
use store::{QueryEnd, QueryRow};
use tokio::sync::mpsc;

use super::super::checks::code;
use super::super::findings::{finding, gib};
use super::super::{SECOND, Shared, entry, log_failure, now, place, to_json};
use super::job::{Cancel, Ended, Enough, Job};
use super::spot::spot;
use super::turn;
use crate::metrics;

/// A query on its way is renewed each second; one that was not for this long was interrupted.
pub(super) const LEASE: i64 = 10 * SECOND;
const RENEW: Duration = Duration::from_secs(1);

/// Minting, looking up, dialling, encrypting, signing in, cancelling and closing, each at its longest.
const ALL_ELSE: Duration = Duration::from_secs(45);

/// Between two wishes for the end of one statement.
const ASK_AGAIN: Duration = Duration::from_millis(300);

/// From the first of them until the connection is dropped: shorter than a server that stops has for its runs.
const GIVE_UP: Duration = Duration::from_secs(6);

/// Batches under way between the source and whoever takes them.
const WAITING: usize = 2;

/// Runs a job, with whatever takes its rows, and writes down how it ended.
pub(crate) async fn perform<Taken>(
    shared: &Arc<Shared>,
    job: Job,
    take: impl FnOnce(mpsc::Receiver<TextBatch>) -> Taken,
) -> Ended
where
    Taken: Future<Output = Result<Enough, Finding>>,
{
    let mut began = Instant::now();
    let cancel = shared.live.enter(&job.row.id);
    let (sink, batches, progress) = TextSink::new(job.limits, WAITING);
    let is_gone = AtomicBool::new(false);
    let mut notices = Vec::new();
    let work = async {
        turn::wait(shared, &job.row, &cancel).await?;
        began = Instant::now();
        let limit = longest(shared, &job);
        let read = read(shared, &job, sink, batches, take, &cancel, &progress, &mut notices);
        let read = tokio::time::timeout(limit, read).await;
        let given_up = match job.is_file() {
            true => job.too_slow(),
            false => Finding::GivenUp { after_ms: milliseconds(limit) },
        };
        read.unwrap_or(Err(given_up))
    };
    let renew = async {
        loop {
            tokio::time::sleep(RENEW).await;
            let (rows, bytes) = (progress.rows() as i64, progress.bytes() as i64);
            match shared.store.query_renew(job.row.run(), now() + LEASE, rows, bytes).await {
                Ok(Some(heard)) if heard.state == "cancelling" => cancel.ask(),
                Ok(Some(_)) => {}
                // The row is gone, with the connection or its author: nobody can see this any more.
                Ok(None) => {
                    is_gone.store(true, Ordering::Relaxed);
                    cancel.ask();
                }
                Err(error) => {
                    log_failure("a query could not be renewed", &error);
                }
            }
        }
    };
    let outcome = tokio::select! {
        outcome = work => outcome,
        never = renew => never,
    };
    shared.live.leave(&job.row.id);
    let outcome = match outcome {
        Err(finding) => Err(named(shared, &job.row, finding).await),
        Ok(()) => Ok(()),
    };
    let mut ended = Ended { outcome, cut: progress.cut(), rows: progress.rows(), took: began.elapsed() };
    ended.outcome = match is_gone.load(Ordering::Relaxed) {
        true => Err(Finding::Cancelled { after_ms: milliseconds(ended.took) }),
        false => write_down(shared, &job, &ended, &progress, &notices).await,
    };
    // Whoever waits looks whether it is their turn.
    shared.ended.notify_waiters();
    ended
}

fn longest(shared: &Shared, job: &Job) -> Duration {
    let deadlines = place::patient(shared.means.clone(), &place::target(&job.connection)).deadlines;
    let wait = if deadlines.is_waking { deadlines.wake } else { Duration::ZERO };
    wait + job.deadline + ALL_ELSE
}

#[expect(clippy::too_many_arguments, reason = "all of one place: it is the body of `perform`")]
async fn read<Taken>(
    shared: &Shared,
    job: &Job,
    sink: TextSink,
    batches: mpsc::Receiver<TextBatch>,
    take: impl FnOnce(mpsc::Receiver<TextBatch>) -> Taken,
    cancel: &Cancel,
    progress: &Progress,
    notices: &mut Vec<String>,
) -> Result<(), Finding>
where
    Taken: Future<Output = Result<Enough, Finding>>,
{
    let started = Instant::now();
    let (mut session, target) = tokio::select! {
        opened = entry::open(shared, &job.connection, &job.row.member_id) => opened?,
        () = cancel.asked() => {
            return Err(Finding::Cancelled { after_ms: milliseconds(started.elapsed()) });
        }
    };
    session.attribute(&attribution(job));
    let statement = format!("/* flitch {} {} */ {}", job.row.purpose, job.row.id, job.sql);
    let values: Vec<&str> = job.values.iter().map(String::as_str).collect();
    let drain = session.drain_bound(&statement, &values, Box::new(sink), job.deadline);
    let heed = heed(shared, cancel, session.canceller());
    let (drained, taken) = tokio::select! {
        both = async { tokio::join!(drain, take(batches)) } => both,
        () = heed => return Err(Finding::Cancelled { after_ms: milliseconds(started.elapsed()) }),
    };
    *notices = session.notices();
    session.close().await;
    // What whoever took the rows could not do goes first: the read ended because of it.
    let Enough(is_enough) = taken?;
    if let (Ok(_), true, Some((schema, table))) = (&drained, progress.is_bare(), &job.table) {
        return Err(Finding::TableBare { schema: schema.clone(), table: table.clone() });
    }
    match drained {
        Err(Error::Wire { fault: WireFault::Abandoned, .. }) if is_enough => Ok(()),
        Ok(_) | Err(Error::Wire { fault: WireFault::OverLimit, .. }) if job.is_file() && progress.cut().is_some() => {
            Err(Finding::FileTooLarge { gib: gib(job.limits.bytes) })
        }
        Ok(_) => Ok(()),
        Err(Error::Wire { fault: WireFault::OverLimit, .. }) if progress.cut().is_some() => Ok(()),
        Err(Error::Wire { fault: WireFault::Abandoned, .. }) => {
            Err(Finding::Cancelled { after_ms: milliseconds(started.elapsed()) })
        }
        Err(error) => Err(ended(&error, &target, job, &statement)),
    }
}

/// Passes the wish for an end on to the server, again and again until the statement has ended: PostgreSQL drops one that
/// comes between two messages of the protocol. Returns when no answer has come for so long that the connection is to be
/// dropped: it may lead nowhere any more.
pub(crate) async fn heed(shared: &Shared, cancel: &Cancel, canceller: Option<Canceller>) {
    cancel.asked().await;
    let asking = async {
        loop {
            if let Some(canceller) = &canceller {
                let _ = canceller.cancel(&*shared.means.dialer, &shared.means.deadlines).await;
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    };
    let _: Result<(), _> = tokio::time::timeout(GIVE_UP, asking).await;
}

fn ended(error: &Error, target: &Target, job: &Job, sent: &str) -> Finding {
    let table = job.table.as_ref().map(|(schema, name)| (schema.as_str(), name.as_str()));
    match finding(error, target, table) {
        Finding::TimedOut { phase: Phase::Statement, .. } if job.is_file() => job.too_slow(),
        Finding::TimedOut { phase: Phase::Statement, .. } => Finding::OverOurLimit { seconds: job.seconds() },
        Finding::ServerSaid { sqlstate, message, .. } => {
            let position = if let Error::Server(said) = error { said.position } else { None };
            // Only a typed statement has a text in which somebody can look.
            let at = position.filter(|_| job.is_guarded).and_then(|at| spot(at, sent, &job.sql, job.row.whole_text()));
            Finding::ServerSaid { sqlstate, message, at }
        }
        finding => finding,
    }
}

/// Who it is for, in the cluster's records: ids, the person's address, what for. Ids are no secret, and link to here.
fn attribution(job: &Job) -> String {
    format!("flitch:{} {} query={} team={}", job.row.purpose, job.on_behalf_of, job.row.id, job.row.team_id)
}

/// A cancel, with the name of whoever asked for it where it was not the author. Where nobody did, a file's reader left it, or
/// took nothing for so long.
pub(crate) async fn named(shared: &Shared, query: &QueryRow, finding: Finding) -> Finding {
    let Finding::Cancelled { after_ms } = finding else { return finding };
    let row = shared.store.query_fetch(&query.team_id, &query.member_id, &query.id).await;
    let by = row.ok().flatten().map(|row| (row.state, row.cancelled_by));
    match by {
        Some((state, _)) if state != "cancelling" && query.purpose == Purpose::Export.as_str() => {
            Finding::FileLeft { after_ms }
        }
        Some((state, by)) if state == "cancelling" && by != query.member_id => {
            let members = shared.store.member_list(&query.team_id).await.unwrap_or_default();
            let who = members.into_iter().find(|member| member.id == by).map(|member| member.email);
            // A change of the connection ends what runs through it, in nobody's name.
            let who = who.unwrap_or_else(|| "whoever changed the connection".to_owned());
            Finding::CancelledByAnother { who, after_ms }
        }
        _ => Finding::Cancelled { after_ms },
    }
}

/// Answers how it ended by what stands there: whoever asked for its end in the last moment got it, and what could not be
/// kept did not end well.
async fn write_down(
    shared: &Shared,
    job: &Job,
    ended: &Ended,
    progress: &Progress,
    notices: &[String],
) -> Result<(), Finding> {
    let (finding, took) = (ended.outcome.as_ref().err(), ended.took);
    tracing::info!(
        query.id = job.row.id,
        purpose = job.row.purpose,
        duration_ms = took.as_millis() as u64,
        rows = ended.rows,
        finding = finding.map_or("", Finding::code),
        "query ended"
    );
    metrics::query_ended(finding.map_or("", Finding::code), took);
    // What failed may never have come as far as a transaction.
    let kept = finding
        .is_none()
        .then(|| to_json(&KeptReadOnly { by_guard: job.is_guarded, by_transaction: true, can_user_write: None }));
    let end = QueryEnd {
        state: &code(if finding.is_some() { &QueryState::Failed } else { &QueryState::Done }),
        duration_us: took.as_micros() as i64,
        row_count: ended.rows as i64,
        byte_count: progress.bytes() as i64,
        cut: match ended.cut.filter(|_| finding.is_none()) {
            None => "",
            Some(Cut::Rows) => "rows",
            Some(Cut::Bytes) => "bytes",
        },
        finding: &finding.map(to_json).unwrap_or_default(),
        notices: &if notices.is_empty() { String::new() } else { to_json(&notices) },
        kept_read_only: &kept.unwrap_or_default(),
    };
    match shared.store.query_finish(job.row.run(), end).await {
        // Somebody asked for its end when it had come already: then it was cancelled.
        Ok(false) if finding.is_none() => {
            let finding = named(shared, &job.row, Finding::Cancelled { after_ms: milliseconds(took) }).await;
            let end = QueryEnd { state: &code(&QueryState::Failed), finding: &to_json(&finding), cut: "", ..end };
            if let Err(error) = shared.store.query_finish(job.row.run(), end).await {
                log_failure("a query's end could not be kept", &error);
            }
            return Err(finding);
        }
        Ok(_) => {}
        Err(error) => {
            let reference = log_failure("a query's end could not be kept", &error);
            return ended.outcome.clone().and(Err(Finding::Internal { reference }));
        }
    }
    ended.outcome.clone()
}
