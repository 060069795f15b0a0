//! One session's loop: simple queries, and the extended protocol with its skipping after an error.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use datafusion::common::ParamValues;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::SendableRecordBatchStream;
use futures_util::{FutureExt, StreamExt};
use pgwire::messages::PgWireFrontendMessage as Front;
use pgwire::messages::response::{CommandComplete, EmptyQueryResponse, NoticeResponse};
use pgwire::messages::startup::{BackendKeyData, SecretKey};
use tokio::time::Instant;

use super::auth::SignedIn;
use super::encode;
use super::link::Link;
use super::prepared::{Portal, Prepared};
use super::settings::Settings;
use super::statement::{State, Step, Transaction};
use super::trouble::{Touched, query_number};
use crate::backends::{Backend, Interrupt};
use crate::cluster::Shared;
use crate::engine::{EngineSession, Refusal};
use crate::lexer::{split, words};

pub(super) struct Session<'a> {
    pub link: &'a mut Link,
    pub engine: EngineSession,
    pub database: String,
    pub state: State,
    pub prepared: Prepared,
    pub shared: &'a Shared,
    interrupt: Arc<Interrupt>,
}

/// A failure of the statement, inside one of the connection.
type Outcome = anyhow::Result<Result<(), Refusal>>;

pub(super) async fn run(
    link: &mut Link,
    shared: &Shared,
    signed_in: &SignedIn,
    backend: Backend,
    interrupt: Arc<Interrupt>,
) -> anyhow::Result<()> {
    link.put(&BackendKeyData::new(backend.0, SecretKey::I32(backend.1)))?;
    link.put_ready(Transaction::None.status())?;
    link.flush().await?;
    let engine = shared.engine.session(signed_in.user, &signed_in.database, shared, backend.0);
    let mut session = Session {
        link,
        engine,
        database: signed_in.database.clone(),
        state: State::new(Settings::default(), &shared.quirks),
        prepared: Prepared::default(),
        shared,
        interrupt,
    };
    let mut is_skipping = false;
    while let Some(message) = session.link.read().await? {
        if session.is_terminated() {
            return session.link.fatal("57P01", "terminating connection due to administrator command").await;
        }
        match message {
            Front::Terminate(_) => return Ok(()),
            Front::Query(query) => session.simple(&query.query).await?,
            Front::Sync(_) => {
                is_skipping = false;
                session.ready().await?;
            }
            Front::Flush(_) => session.link.flush().await?,
            _ if is_skipping => {}
            message => {
                if let Err(refusal) = session.extended(message).await? {
                    session.fail(&refusal)?;
                    is_skipping = true;
                }
            }
        }
    }
    Ok(())
}

impl Session<'_> {
    fn is_terminated(&self) -> bool {
        self.interrupt.is_final.load(Ordering::Relaxed)
    }

    async fn ready(&mut self) -> anyhow::Result<()> {
        self.link.put_ready(self.state.transaction.status())?;
        self.link.flush().await
    }

    fn fail(&mut self, refusal: &Refusal) -> anyhow::Result<()> {
        if self.state.transaction != Transaction::None {
            self.state.transaction = Transaction::Failed;
        }
        self.link.put_error("ERROR", refusal)
    }

    /// All statements of a simple query, in order; the first error ends it.
    async fn simple(&mut self, text: &str) -> anyhow::Result<()> {
        let statements = split(text);
        if statements.is_empty() {
            self.link.put(&EmptyQueryResponse::new())?;
        }
        for sql in statements {
            if let Err(refusal) = self.execute(&Portal::simple(sql), true).await? {
                self.fail(&refusal)?;
                break;
            }
        }
        self.ready().await
    }

    async fn extended(&mut self, message: Front) -> Outcome {
        Ok(match message {
            Front::Parse(parse) => self.parse(parse),
            Front::Bind(bind) => self.bind(bind),
            Front::Describe(describe) => self.describe(describe.target_type, &describe.name.unwrap_or_default()).await,
            Front::Close(close) => self.close(close),
            Front::Execute(execute) => match self.prepared.portal(&execute.name.unwrap_or_default()) {
                Ok(portal) => return self.execute(&portal, false).await,
                Err(refusal) => Err(refusal),
            },
            _ => Err(Refusal::new("08P01", "unexpected message")),
        })
    }

    async fn execute(&mut self, portal: &Portal, describes: bool) -> Outcome {
        if words(&portal.sql, 1).is_empty() {
            self.link.put(&EmptyQueryResponse::new())?;
            return Ok(Ok(()));
        }
        let started = Instant::now();
        let (rows, tag, touched) = match self.state.step(&portal.sql, &portal.values, &self.engine, &self.database) {
            Ok(Step::Done(tag)) => {
                self.link.put(&CommandComplete::new(tag.to_owned()))?;
                return Ok(Ok(()));
            }
            Ok(Step::Rows(batch)) => (self.engine.stream_of(batch), "SHOW", Touched::new()),
            Ok(Step::Query) => match self.start(portal).await {
                Ok((rows, touched)) => (rows, "SELECT", touched),
                Err(refusal) => return Ok(Err(refusal)),
            },
            Err(refusal) => return Ok(Err(refusal)),
        };
        if self.shared.quirks.closes_on_binary && encode::asks_binary_of_text(&rows.schema(), &portal.formats) {
            anyhow::bail!("binary was asked for of a type that has none");
        }
        if self.shared.quirks.sends_info {
            let said = [(b'S', "INFO"), (b'C', "00000"), (b'M', "the sample has something to say")];
            self.link.put(&NoticeResponse::new(said.map(|(kind, text)| (kind, text.to_owned())).to_vec()))?;
        }
        if describes {
            self.link.put(&encode::describe(&rows.schema(), &portal.formats))?;
        }
        if let Err(refusal) = self.send(rows, &portal.formats, &touched, started).await? {
            return Ok(Err(refusal));
        }
        // Redshift's tag has no row count.
        self.link.put(&CommandComplete::new(tag.to_owned()))?;
        Ok(Ok(()))
    }

    async fn start(&self, portal: &Portal) -> Result<(SendableRecordBatchStream, Touched), Refusal> {
        let (mut plan, touched): (LogicalPlan, Touched) = self.engine.plan(&portal.sql).await?;
        self.refuse(&touched)?;
        if !portal.values.is_empty() {
            let values = portal.values.iter().cloned().map(Into::into).collect();
            plan = plan.with_param_values(ParamValues::List(values))?;
        }
        Ok((self.engine.execute(plan).await?, touched))
    }

    /// Sends the rows as they come; a cancel or the time-out ends them with the words Redshift has for both.
    async fn send(
        &mut self,
        mut rows: SendableRecordBatchStream,
        formats: &[i16],
        touched: &Touched,
        started: Instant,
    ) -> Outcome {
        let limit = self.state.settings.statement_timeout().filter(|_| !self.shared.quirks.ignores_timeout);
        let limit = limit.unwrap_or(Duration::from_secs(86_400));
        let timer = tokio::time::sleep_until(started + limit);
        let delay = tokio::time::sleep_until(started + self.delay(touched));
        tokio::pin!(timer, delay);
        let (mut has_waited, rule, cut) = (false, self.rule(touched), self.cut(touched));
        let mut sent = 0;
        let interrupt = Arc::clone(&self.interrupt);
        // A cancel that came while nothing ran is not for this statement.
        let _ = interrupt.notify.notified().now_or_never();
        loop {
            // Planning and reading are CPU work of one task; without this a cancel would wait for the last batch.
            tokio::task::yield_now().await;
            let batch = tokio::select! {
                biased;
                () = interrupt.notify.notified() => return Ok(Err(self.cancelled())),
                () = &mut timer => return Ok(Err(self.cancelled())),
                () = &mut delay, if !has_waited => {
                    has_waited = true;
                    match &rule {
                        Some(refusal) => return Ok(Err(refusal.clone())),
                        None => continue,
                    }
                }
                batch = rows.next(), if has_waited => batch,
            };
            match batch {
                None => return Ok(Ok(())),
                Some(Err(error)) => return Ok(Err(error.into())),
                Some(Ok(batch)) => {
                    let batch = cut.map_or(batch.clone(), |cut| batch.slice(0, batch.num_rows().min(cut - sent)));
                    sent += batch.num_rows();
                    encode::rows(&batch, formats, |row| self.link.put(&row))?;
                    if cut.is_some_and(|cut| sent >= cut) {
                        self.link.flush().await?;
                        anyhow::bail!("cut between rows, as asked");
                    }
                    self.link.flush_if_full().await?;
                }
            }
        }
    }

    fn cancelled(&self) -> Refusal {
        if self.is_terminated() {
            return Refusal::new("57P01", "terminating connection due to administrator command");
        }
        Refusal::new("57014", format!("Query ({}) cancelled on user's request", query_number()))
    }
}
