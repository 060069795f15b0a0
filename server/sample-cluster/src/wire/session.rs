//! One session's loop: simple queries, and the extended protocol with its skipping after an error.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::common::ParamValues;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::scalar::ScalarValue;
use futures_util::{FutureExt, StreamExt};
use pgwire::messages::PgWireFrontendMessage as Front;
use pgwire::messages::data::{NoData, ParameterDescription};
use pgwire::messages::extendedquery::{Bind, BindComplete, CloseComplete, ParseComplete};
use pgwire::messages::response::{CommandComplete, EmptyQueryResponse};
use pgwire::messages::startup::{BackendKeyData, SecretKey};
use tokio::sync::Notify;

use super::auth::SignedIn;
use super::encode;
use super::link::Link;
use super::parameter;
use super::settings::Settings;
use super::statement::{State, Step, Transaction};
use crate::cluster::Shared;
use crate::engine::{EngineSession, Refusal};
use crate::lexer::{split, words};

struct Prepared {
    sql: String,
    parameters: Vec<u32>,
}

#[derive(Clone)]
struct Portal {
    sql: String,
    values: Vec<ScalarValue>,
    formats: Vec<i16>,
}

struct Session<'a> {
    link: &'a mut Link,
    engine: EngineSession,
    database: String,
    state: State,
    cancel: Arc<Notify>,
    is_cold_refused: bool,
    statements: HashMap<String, Prepared>,
    portals: HashMap<String, Portal>,
}

pub(super) async fn run(
    link: &mut Link,
    shared: &Shared,
    signed_in: &SignedIn,
    backend: (i32, i32),
    cancel: Arc<Notify>,
) -> anyhow::Result<()> {
    link.put(&BackendKeyData::new(backend.0, SecretKey::I32(backend.1)))?;
    link.put_ready(Transaction::None.status())?;
    link.flush().await?;
    let mut session = Session {
        link,
        engine: shared.engine.session(signed_in.user, &signed_in.database, shared.quirks.is_redshift),
        database: signed_in.database.clone(),
        state: State {
            transaction: Transaction::None,
            settings: Settings::default(),
            settings_before: Settings::default(),
            ignores_read_only: shared.quirks.ignores_read_only,
            hides_external_tables: shared.quirks.hides_external_tables,
        },
        cancel,
        is_cold_refused: shared.quirks.has_cold_external_tables,
        statements: HashMap::new(),
        portals: HashMap::new(),
    };
    let mut is_skipping = false;
    while let Some(message) = session.link.read().await? {
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
            let portal = Portal { sql: sql.to_owned(), values: Vec::new(), formats: Vec::new() };
            if let Err(refusal) = self.execute(&portal, true).await? {
                self.fail(&refusal)?;
                break;
            }
        }
        self.ready().await
    }

    async fn extended(&mut self, message: Front) -> anyhow::Result<Result<(), Refusal>> {
        let refused = match message {
            Front::Parse(parse) => self.parse(parse.name.unwrap_or_default(), parse.query, parse.type_oids),
            Front::Bind(bind) => self.bind(bind),
            Front::Describe(describe) => {
                return self.describe(describe.target_type, &describe.name.unwrap_or_default()).await;
            }
            Front::Execute(execute) => {
                let name = execute.name.unwrap_or_default();
                match self.portals.get(&name).cloned() {
                    Some(portal) => return self.execute(&portal, false).await,
                    None => Err(Refusal::new("34000", format!("portal \"{name}\" does not exist"))),
                }
            }
            Front::Close(close) => {
                let name = close.name.unwrap_or_default();
                match close.target_type {
                    b'S' => drop(self.statements.remove(&name)),
                    _ => drop(self.portals.remove(&name)),
                }
                self.link.put(&CloseComplete::new())?;
                Ok(())
            }
            _ => Err(Refusal::new("08P01", "unexpected message")),
        };
        match refused {
            Ok(()) => Ok(Ok(())),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    fn parse(&mut self, name: String, sql: String, parameters: Vec<u32>) -> Result<(), Refusal> {
        if split(&sql).len() > 1 {
            return Err(Refusal::new("42601", "cannot insert multiple commands into a prepared statement"));
        }
        self.statements.insert(name, Prepared { sql, parameters });
        self.link.put(&ParseComplete::new()).map_err(internal)
    }

    fn bind(&mut self, bind: Bind) -> Result<(), Refusal> {
        let name = bind.statement_name.unwrap_or_default();
        let Some(prepared) = self.statements.get(&name) else {
            return Err(Refusal::new("26000", format!("prepared statement \"{name}\" does not exist")));
        };
        let values = parameter::values(&bind.parameters, &bind.parameter_format_codes, &prepared.parameters)?;
        let portal = Portal { sql: prepared.sql.clone(), values, formats: bind.result_column_format_codes };
        self.portals.insert(bind.portal_name.unwrap_or_default(), portal);
        self.link.put(&BindComplete::new()).map_err(internal)
    }

    async fn describe(&mut self, target: u8, name: &str) -> anyhow::Result<Result<(), Refusal>> {
        let (sql, formats, parameters) = if target == b'S' {
            let Some(prepared) = self.statements.get(name) else {
                return Ok(Err(Refusal::new("26000", format!("prepared statement \"{name}\" does not exist"))));
            };
            (prepared.sql.clone(), Vec::new(), Some(prepared.parameters.clone()))
        } else {
            let Some(portal) = self.portals.get(name) else {
                return Ok(Err(Refusal::new("34000", format!("portal \"{name}\" does not exist"))));
            };
            (portal.sql.clone(), portal.formats.clone(), None)
        };
        if let Some(parameters) = parameters {
            self.link.put(&ParameterDescription::new(parameters))?;
        }
        match self.shape(&sql, &formats).await {
            Ok(Some(described)) => self.link.put(&described)?,
            Ok(None) => self.link.put(&NoData::new())?,
            Err(refusal) => return Ok(Err(refusal)),
        }
        Ok(Ok(()))
    }

    /// The columns a statement will have, without running it.
    async fn shape(
        &mut self,
        sql: &str,
        formats: &[i16],
    ) -> Result<Option<pgwire::messages::data::RowDescription>, Refusal> {
        let first = words(sql, 1);
        match first.first().map_or("", String::as_str) {
            "select" | "with" | "(" | "explain" | "values" | "table"
                if self.state.transaction != Transaction::Failed =>
            {
                let plan = self.plan(sql).await?;
                Ok(Some(encode::describe(plan.schema().as_arrow(), formats)))
            }
            "show" => match self.state.step(sql, &self.engine, &self.database)? {
                Step::Rows(batch) => Ok(Some(encode::describe(&batch.schema(), formats))),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    async fn plan(&self, sql: &str) -> Result<LogicalPlan, Refusal> {
        let is_cold = self.is_cold_refused && self.state.transaction == Transaction::ReadOnly;
        self.engine.plan(sql, is_cold).await
    }

    async fn execute(&mut self, portal: &Portal, describes: bool) -> anyhow::Result<Result<(), Refusal>> {
        if words(&portal.sql, 1).is_empty() {
            self.link.put(&EmptyQueryResponse::new())?;
            return Ok(Ok(()));
        }
        let started = match self.state.step(&portal.sql, &self.engine, &self.database) {
            Ok(Step::Done(tag)) => {
                self.link.put(&CommandComplete::new(tag.to_owned()))?;
                return Ok(Ok(()));
            }
            Ok(Step::Rows(batch)) => self.engine.stream_of(batch).map(|rows| (rows, "SHOW")),
            Ok(Step::Query) => self.start(portal).await.map(|rows| (rows, "SELECT")),
            Err(refusal) => Err(refusal),
        };
        let (rows, tag) = match started {
            Ok(started) => started,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if describes {
            self.link.put(&encode::describe(&rows.schema(), &portal.formats))?;
        }
        if let Err(refusal) = self.send(rows, &portal.formats).await? {
            return Ok(Err(refusal));
        }
        // Redshift's tag has no row count.
        self.link.put(&CommandComplete::new(tag.to_owned()))?;
        Ok(Ok(()))
    }

    async fn start(&self, portal: &Portal) -> Result<SendableRecordBatchStream, Refusal> {
        let mut plan = self.plan(&portal.sql).await?;
        if !portal.values.is_empty() {
            let values = portal.values.iter().cloned().map(Into::into).collect();
            plan = plan.with_param_values(ParamValues::List(values))?;
        }
        self.engine.execute(plan).await
    }

    /// Sends the rows as they come; a cancel or the time-out ends them with the words Redshift has for both.
    async fn send(
        &mut self,
        mut rows: SendableRecordBatchStream,
        formats: &[i16],
    ) -> anyhow::Result<Result<(), Refusal>> {
        let deadline = self.state.settings.statement_timeout();
        let timer = tokio::time::sleep(deadline.unwrap_or(std::time::Duration::from_secs(86_400)));
        tokio::pin!(timer);
        let cancel = Arc::clone(&self.cancel);
        // A cancel that came while nothing ran is not for this statement.
        let _ = cancel.notified().now_or_never();
        loop {
            // Planning and reading are CPU work of one task; without this a cancel would wait for the last batch.
            tokio::task::yield_now().await;
            let batch = tokio::select! {
                biased;
                () = cancel.notified() => return Ok(Err(cancelled())),
                () = &mut timer => return Ok(Err(cancelled())),
                batch = rows.next() => batch,
            };
            match batch {
                None => return Ok(Ok(())),
                Some(Err(error)) => return Ok(Err(error.into())),
                Some(Ok(batch)) => {
                    encode::rows(&batch, formats, |row| self.link.put(&row))?;
                    self.link.flush_if_full().await?;
                }
            }
        }
    }
}

fn cancelled() -> Refusal {
    Refusal::new("57014", format!("Query ({}) cancelled on user's request", rand::random_range(1_000_000..9_999_999)))
}

fn internal(error: anyhow::Error) -> Refusal {
    Refusal::new("XX000", format!("{error:#}"))
}
