//! Prepared statements and portals: Parse, Bind, Describe and Close.

use std::collections::HashMap;

use datafusion::scalar::ScalarValue;
use pgwire::messages::data::{NoData, ParameterDescription, RowDescription};
use pgwire::messages::extendedquery::{Bind, BindComplete, Close, CloseComplete, Parse, ParseComplete};

use super::session::Session;
use super::statement::{Step, Transaction};
use super::{encode, parameter};
use crate::engine::Refusal;
use crate::lexer::{split, words};

pub(super) struct Statement {
    sql: String,
    parameters: Vec<u32>,
}

#[derive(Clone)]
pub(super) struct Portal {
    pub sql: String,
    pub values: Vec<ScalarValue>,
    pub formats: Vec<i16>,
}

impl Portal {
    /// A statement of a simple query.
    pub fn simple(sql: &str) -> Self {
        Self { sql: sql.to_owned(), values: Vec::new(), formats: Vec::new() }
    }
}

#[derive(Default)]
pub(super) struct Prepared {
    statements: HashMap<String, Statement>,
    portals: HashMap<String, Portal>,
}

impl Prepared {
    pub fn portal(&self, name: &str) -> Result<Portal, Refusal> {
        let portal = self.portals.get(name).cloned();
        portal.ok_or_else(|| Refusal::new("34000", format!("portal \"{name}\" does not exist")))
    }

    fn statement(&self, name: &str) -> Result<&Statement, Refusal> {
        let statement = self.statements.get(name);
        statement.ok_or_else(|| Refusal::new("26000", format!("prepared statement \"{name}\" does not exist")))
    }
}

impl Session<'_> {
    pub(super) fn parse(&mut self, parse: Parse) -> Result<(), Refusal> {
        if split(&parse.query).len() > 1 {
            return Err(Refusal::new("42601", "cannot insert multiple commands into a prepared statement"));
        }
        let statement = Statement { sql: parse.query, parameters: parse.type_oids };
        self.prepared.statements.insert(parse.name.unwrap_or_default(), statement);
        self.link.put(&ParseComplete::new()).map_err(Refusal::internal)
    }

    pub(super) fn bind(&mut self, bind: Bind) -> Result<(), Refusal> {
        let statement = self.prepared.statement(bind.statement_name.as_deref().unwrap_or_default())?;
        let values = parameter::values(&bind.parameters, &bind.parameter_format_codes, &statement.parameters)?;
        let portal = Portal { sql: statement.sql.clone(), values, formats: bind.result_column_format_codes };
        self.prepared.portals.insert(bind.portal_name.unwrap_or_default(), portal);
        self.link.put(&BindComplete::new()).map_err(Refusal::internal)
    }

    pub(super) fn close(&mut self, close: Close) -> Result<(), Refusal> {
        let name = close.name.unwrap_or_default();
        match close.target_type {
            b'S' => drop(self.prepared.statements.remove(&name)),
            _ => drop(self.prepared.portals.remove(&name)),
        }
        self.link.put(&CloseComplete::new()).map_err(Refusal::internal)
    }

    pub(super) async fn describe(&mut self, target: u8, name: &str) -> Result<(), Refusal> {
        let (sql, values, formats) = if target == b'S' {
            let statement = self.prepared.statement(name)?;
            let (sql, parameters) = (statement.sql.clone(), statement.parameters.clone());
            self.link.put(&ParameterDescription::new(parameters)).map_err(Refusal::internal)?;
            (sql, Vec::new(), Vec::new())
        } else {
            let portal = self.prepared.portal(name)?;
            (portal.sql, portal.values, portal.formats)
        };
        match self.shape(&sql, &values, &formats).await? {
            Some(described) => self.link.put(&described),
            None => self.link.put(&NoData::new()),
        }
        .map_err(Refusal::internal)
    }

    /// The columns a statement will have, without running it.
    async fn shape(
        &mut self,
        sql: &str,
        values: &[ScalarValue],
        formats: &[i16],
    ) -> Result<Option<RowDescription>, Refusal> {
        let first = words(sql, 1);
        match first.first().map_or("", String::as_str) {
            "select" | "with" | "(" | "explain" | "values" | "table"
                if self.state.transaction != Transaction::Failed =>
            {
                let (plan, _) = self.engine.plan(sql).await?;
                Ok(Some(encode::describe(plan.schema().as_arrow(), formats)))
            }
            "show" => match self.state.step(sql, values, &self.engine, &self.database)? {
                Step::Rows(batch) => Ok(Some(encode::describe(&batch.schema(), formats))),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }
}
