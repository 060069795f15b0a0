//! Statements that are not queries: transactions, settings, and all that is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use datafusion::arrow::array::RecordBatch;
use datafusion::scalar::ScalarValue;
use pgwire::messages::response::TransactionStatus;

use super::settings::Settings;
use crate::engine::{Asked, EngineSession, Refusal, ShowLimits, table};
use crate::lexer::words;
use crate::quirks::Quirks;

/// Where the session stands between statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transaction {
    None,
    ReadWrite,
    ReadOnly,
    Failed,
}

impl Transaction {
    pub fn status(self) -> TransactionStatus {
        match self {
            Self::None => TransactionStatus::Idle,
            Self::ReadWrite | Self::ReadOnly => TransactionStatus::Transaction,
            Self::Failed => TransactionStatus::Error,
        }
    }
}

/// What a statement comes to before it runs.
pub(super) enum Step {
    /// Done; the command's tag.
    Done(&'static str),
    Rows(RecordBatch),
    /// A query for the engine.
    Query,
}

pub(super) struct State {
    pub transaction: Transaction,
    pub settings: Settings,
    /// The settings as they were before the transaction, which a rollback brings back.
    pub settings_before: Settings,
    ignores_read_only: bool,
    hides_external_tables: Arc<AtomicBool>,
    show: ShowLimits,
}

impl State {
    pub fn new(settings: Settings, quirks: &Quirks) -> Self {
        Self {
            transaction: Transaction::None,
            settings_before: settings.clone(),
            settings,
            ignores_read_only: quirks.ignores_read_only,
            hides_external_tables: Arc::clone(&quirks.hides_external_tables),
            show: ShowLimits { most: quirks.show_limit, is_wide: quirks.has_wide_show },
        }
    }

    pub fn step(
        &mut self,
        sql: &str,
        values: &[ScalarValue],
        engine: &EngineSession,
        database: &str,
    ) -> Result<Step, Refusal> {
        let words = words(sql, 4);
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        let ends = matches!(word(0), "rollback" | "abort" | "commit" | "end");
        if self.transaction == Transaction::Failed && !ends {
            let refusal = "current transaction is aborted, commands ignored until end of transaction block";
            return Err(Refusal::new("25P02", refusal));
        }
        match word(0) {
            "begin" | "start" => {
                if self.transaction == Transaction::None {
                    self.settings_before = self.settings.clone();
                }
                let is_read_only = words.windows(2).any(|pair| pair == ["read", "only"]);
                self.transaction = if is_read_only { Transaction::ReadOnly } else { Transaction::ReadWrite };
                Ok(Step::Done("BEGIN"))
            }
            "commit" | "end" => {
                let has_failed = self.transaction == Transaction::Failed;
                self.transaction = Transaction::None;
                Ok(Step::Done(if has_failed { "ROLLBACK" } else { "COMMIT" }))
            }
            "rollback" | "abort" if word(1) != "to" => {
                if self.transaction != Transaction::None {
                    self.settings = self.settings_before.clone();
                }
                self.transaction = Transaction::None;
                Ok(Step::Done("ROLLBACK"))
            }
            "set" => self.set(sql).map(|()| Step::Done("SET")),
            "reset" => self.settings.reset(word(1)).map(|()| Step::Done("RESET")),
            "cancel" => self.cancel(word(1), engine).map(|()| Step::Done("CANCEL")),
            "show" => self.show(&words, sql, values, engine, database).map(Step::Rows),
            "select" | "with" | "(" | "explain" | "values" | "table" => Ok(Step::Query),
            "create" | "insert" | "update" | "delete" | "drop" | "alter" | "truncate" | "merge" | "grant"
            | "revoke" | "analyze" | "vacuum" | "comment" | "unload" | "call" | "lock" => self.write(&words, engine),
            other => Err(Refusal::new("42601", format!("syntax error at or near \"{}\"", other.to_uppercase()))),
        }
    }

    /// `SET [SESSION|LOCAL] name {TO|=} value`.
    fn set(&mut self, sql: &str) -> Result<(), Refusal> {
        let rest = sql.trim()[3..].trim_start();
        let rest = ["session ", "local ", "SESSION ", "LOCAL "]
            .iter()
            .find_map(|word| rest.strip_prefix(word))
            .unwrap_or(rest);
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, value) = rest.split_at(end);
        let value = value.trim_start();
        let value = value
            .strip_prefix('=')
            .or_else(|| value.get(..3).filter(|to| to.eq_ignore_ascii_case("to ")).map(|_| &value[3..]));
        let value = value.ok_or_else(|| Refusal::new("42601", "syntax error at or near \"SET\""))?;
        self.settings.set(name, value)
    }

    /// `CANCEL pid`, of a statement of anybody's with the same name.
    fn cancel(&self, pid: &str, engine: &EngineSession) -> Result<(), Refusal> {
        let pid = pid.parse().map_err(|_| Refusal::new("42601", "syntax error at or near \"CANCEL\""))?;
        engine.cancel(pid)
    }

    fn show(
        &self,
        words: &[String],
        sql: &str,
        values: &[ScalarValue],
        engine: &EngineSession,
        database: &str,
    ) -> Result<RecordBatch, Refusal> {
        if self.hides_external_tables.load(Ordering::Relaxed) && words.get(1).is_some_and(|what| what == "tables") {
            return Err(Refusal::new("XX000", "Access denied to the external catalog"));
        }
        if let Some(asked) = Asked::read(sql, values, database) {
            return asked.answer(engine, self.show);
        }
        let name = words.get(1).map_or("", String::as_str);
        let value = match (name, self.transaction) {
            ("transaction_read_only", Transaction::ReadOnly) if !self.ignores_read_only => "on".to_owned(),
            _ => self.settings.show(name)?,
        };
        table(&[(name, vec![value.as_str()])])
    }

    /// Writes are refused in Redshift's words where Redshift would refuse them, and for the sample's own sake
    /// elsewhere.
    fn write(&self, words: &[String], engine: &EngineSession) -> Result<Step, Refusal> {
        if self.ignores_read_only {
            return Ok(Step::Done("CREATE TABLE"));
        }
        if self.transaction == Transaction::ReadOnly {
            return Err(Refusal::new("25006", "transaction is read-only"));
        }
        if !engine.user().may_write("public") {
            return Err(Refusal::new("42501", "permission denied for schema public"));
        }
        let what = words.first().map_or("", String::as_str).to_uppercase();
        Err(Refusal::new("0A000", format!("{what} is not supported: the sample cluster keeps no writes")))
    }
}
