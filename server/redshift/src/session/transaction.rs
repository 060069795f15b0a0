//! One statement in a transaction of its own: begun read-only, bounded, rolled back whatever happens.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, pin_mut};
use tokio_postgres::types::Type;

use super::Session;
use super::ended::EndedBy;
use crate::deadlines::milliseconds;
use crate::error::{Error, Phase};
use crate::rows::{Cut, Limits, RawText, Rows, cell_text};
use crate::stream::{RowSink, WireFault};

pub(super) struct Statement<'a> {
    pub sql: &'a str,
    pub values: &'a [&'a str],
    pub limits: Limits,
    pub deadline: Duration,
    /// How many columns an answer of ours must have; anything else is no answer to what was asked.
    pub columns: Option<usize>,
}

/// Floating-point numbers come whole (Redshift's default rounds them; JDBC sends 2 as well), and dates in one way,
/// whatever the user's own settings are.
const BEGIN: &str = "begin read only; set local extra_float_digits to 2; set local datestyle to iso";

/// Our own questions mean the system's functions and views, not what somebody put before them in the user's path.
const OF_OUR_OWN: &str = "; set local search_path to pg_catalog";

/// The server's own time-out goes first; this much later the connection is given up.
const GRACE: Duration = Duration::from_secs(1);

impl Session {
    /// Runs a statement, and once more where Redshift asks for it: another transaction was in the way, and nothing
    /// was delivered yet.
    pub(super) async fn transact(&self, statement: Statement<'_>) -> Result<Rows, Error> {
        let started = Instant::now();
        if let Some(canceller) = &self.canceller {
            canceller.was_asked.store(false, Ordering::Relaxed);
        }
        match self.attempt(&statement, started).await {
            Err(Error::Server(said)) if said.is_worth_another_try() => self.attempt(&statement, started).await,
            outcome => outcome,
        }
    }

    async fn attempt(&self, statement: &Statement<'_>, started: Instant) -> Result<Rows, Error> {
        if statement.sql.contains('\0') {
            return Err(Error::BadStatement);
        }
        if self.is_broken.load(Ordering::Relaxed) {
            return Err(Error::Lost { phase: Phase::Statement });
        }
        let left = statement.deadline.saturating_sub(started.elapsed());
        let work = async {
            let settings = if statement.columns.is_some() { OF_OUR_OWN } else { "" };
            let group = self.group();
            let left = left.as_millis().max(1);
            self.command(&format!("{BEGIN}; set statement_timeout to {left}{group}{settings}")).await?;
            self.collect(statement).await
        };
        let mut work = pin!(work);
        let Ok(outcome) = tokio::time::timeout(left + GRACE, &mut work).await else {
            // Where rows wait on this side, so does the server's word of its end: it says nothing of the server.
            let is_gone = self.stop(work).await || self.report().is_held_up();
            self.is_broken.store(true, Ordering::Relaxed);
            let after_ms = milliseconds(started.elapsed());
            return Err(match is_gone {
                true => Error::Ended { by: EndedBy::TimeOut, after_ms },
                false => Error::TimedOut { phase: Phase::Statement, after_ms },
            });
        };
        match outcome {
            // Whatever ran had no business ending the transaction; what it read may have been outside one.
            Ok(rows) if rows.cut.is_none() && !self.report().is_in_transaction() => Err(Error::TransactionEnded),
            Ok(rows) if rows.cut.is_none() => {
                self.roll_back().await?;
                Ok(rows)
            }
            Ok(rows) => {
                // More rows are on their way; without a cancel the rollback would wait behind all of them.
                self.cancel().await;
                if self.roll_back().await.is_err() {
                    self.is_broken.store(true, Ordering::Relaxed);
                }
                Ok(rows)
            }
            Err(error) => {
                if matches!(error, Error::Wire { .. }) {
                    // The server may be at work for minutes on what nobody reads any more.
                    self.cancel().await;
                }
                if self.roll_back().await.is_err() {
                    self.is_broken.store(true, Ordering::Relaxed);
                }
                Err(self.told_apart(error, statement.deadline, started.elapsed()))
            }
        }
    }

    /// Runs a statement whose rows go to the sink as they arrive. Answers how many there were.
    pub async fn drain(&self, sql: &str, sink: Box<dyn RowSink>, deadline: Duration) -> Result<u64, Error> {
        self.drain_bound(sql, &[], sink, deadline).await
    }

    /// The same with values, which travel beside the text.
    pub async fn drain_bound(
        &self,
        sql: &str,
        values: &[&str],
        sink: Box<dyn RowSink>,
        deadline: Duration,
    ) -> Result<u64, Error> {
        let limits = Limits { rows: 0, bytes: 0, cell_bytes: 0 };
        let statement = Statement { sql, values, limits, deadline, columns: None };
        self.report().set_sink(Some(sink));
        let outcome = self.attempt(&statement, Instant::now()).await;
        let sink = self.report().set_sink(None);
        outcome?;
        let Some(mut sink) = sink else { return Err(Error::Lost { phase: Phase::Statement }) };
        let wire = |fault| Error::Wire { phase: Phase::Statement, fault };
        poll_fn(|cx| sink.poll_room(cx)).await.map_err(wire)?;
        sink.finish().map_err(wire)
    }

    /// Ends a statement that outlived its time: by the protocol's cancel, and where that does nothing by
    /// `pg_cancel_backend`. True when the server said that it is over.
    async fn stop(&self, mut work: std::pin::Pin<&mut impl Future<Output = Result<Rows, Error>>>) -> bool {
        let has_ended = |outcome: Result<Result<Rows, Error>, _>| matches!(outcome, Ok(Ok(_) | Err(Error::Server(_))));
        self.cancel().await;
        if has_ended(tokio::time::timeout(GRACE, &mut work).await) {
            return true;
        }
        if let Some(canceller) = &self.canceller {
            let by_statement = canceller.cancel_by_statement(&*self.dialer, &self.deadlines);
            let _ = tokio::time::timeout(self.deadlines.close, by_statement).await;
        }
        has_ended(tokio::time::timeout(GRACE, &mut work).await)
    }

    async fn cancel(&self) {
        if let Some(canceller) = &self.canceller {
            let send = canceller.send(&*self.dialer, &self.deadlines);
            let _ = tokio::time::timeout(self.deadlines.close, send).await;
        }
    }

    async fn roll_back(&self) -> Result<(), Error> {
        let rolled_back = tokio::time::timeout(self.deadlines.close, self.command("rollback")).await;
        rolled_back.unwrap_or(Err(Error::Lost { phase: Phase::Statement }))
    }

    async fn collect(&self, statement: &Statement<'_>) -> Result<Rows, Error> {
        let limits = statement.limits;
        let parameters = statement.values.iter().map(|value| (*value, Type::VARCHAR));
        let stream = self.signed_in.client.query_typed_raw(statement.sql, parameters);
        let stream = stream.await.map_err(|error| self.explain(&error))?;
        pin_mut!(stream);
        let mut result = Rows { columns: self.report().shape(), ..Rows::default() };
        if statement.columns.is_some_and(|columns| columns != result.columns.len()) {
            return Err(Error::Wire { phase: Phase::Statement, fault: WireFault::Unexpected });
        }
        let mut bytes = 0;
        while let Some(row) = stream.next().await {
            let row = row.map_err(|error| self.explain(&error))?;
            if result.rows.len() == limits.rows {
                result.cut = Some(Cut::Rows);
                break;
            }
            bytes += row.raw_size_bytes();
            if bytes > limits.bytes {
                result.cut = Some(Cut::Bytes);
                break;
            }
            let cells = (0..row.len()).map(|index| {
                let raw: Option<RawText<'_>> = row.try_get(index).ok().flatten();
                raw.map(|raw| cell_text(raw.0, limits.cell_bytes))
            });
            result.rows.push(cells.collect());
        }
        Ok(result)
    }
}
