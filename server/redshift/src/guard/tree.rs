//! The walk through a statement's syntax tree: every node has to be one of reading.

use std::ops::ControlFlow;

use sqlparser::ast::{
    AccessExpr, Expr, ObjectName, Query, Select, SetExpr, Statement, TableFactor, UtilityOption, Visit, Visitor,
};

use super::functions::may_do_more_than_read;
use super::{Kind, Refused};

pub(super) fn walk(statement: &Statement) -> Result<Kind, Refused> {
    let (kind, query) = match statement {
        Statement::Query(query) => (Kind::Query, query),
        Statement::Explain { analyze: false, query_plan: false, estimate: false, statement, options, .. } => {
            options.iter().flatten().try_for_each(harmless_option)?;
            match statement.as_ref() {
                Statement::Query(query) => (Kind::Explain, query),
                _ => return Err(Refused::Clause { clause: "EXPLAIN of anything but a query" }),
            }
        }
        Statement::Explain { .. } => return Err(Refused::Clause { clause: "EXPLAIN ANALYZE" }),
        _ => return Err(Refused::NotReading { word: "this".to_owned() }),
    };
    match query.visit(&mut Walker) {
        ControlFlow::Continue(()) => Ok(kind),
        ControlFlow::Break(refused) => Err(refused),
    }
}

fn harmless_option(option: &UtilityOption) -> Result<(), Refused> {
    match option.name.value.to_ascii_lowercase().as_str() {
        "verbose" | "costs" | "format" | "summary" | "settings" => Ok(()),
        _ => Err(Refused::Clause { clause: "EXPLAIN with options that run the statement" }),
    }
}

struct Walker;

type Step = ControlFlow<Refused>;

fn refuse(clause: &'static str) -> Step {
    ControlFlow::Break(Refused::Clause { clause })
}

fn function(name: &ObjectName) -> Step {
    let last = name.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.as_str());
    last.map_or_else(|| refuse("a function whose name is computed"), called)
}

fn called(name: &str) -> Step {
    if may_do_more_than_read(name) {
        return ControlFlow::Break(Refused::Function { name: crate::clean::clean(name.as_bytes(), 100) });
    }
    ControlFlow::Continue(())
}

/// `(value).name` is `name(value)` to PostgreSQL where the value has no such field (Functional Notation on Composite
/// Types in its manual).
fn field(access: &AccessExpr) -> Step {
    match access {
        AccessExpr::Dot(Expr::Identifier(name)) => called(&name.value),
        AccessExpr::Dot(Expr::Function(call)) => function(&call.name),
        AccessExpr::Dot(Expr::Value(_) | Expr::Wildcard(_)) | AccessExpr::Subscript(_) => ControlFlow::Continue(()),
        AccessExpr::Dot(_) => refuse("a field that is no name"),
    }
}

impl Visitor for Walker {
    type Break = Refused;

    /// Statements in a tree are those of data-changing CTEs.
    fn pre_visit_statement(&mut self, _: &Statement) -> Step {
        refuse("a statement inside the query")
    }

    fn pre_visit_query(&mut self, query: &Query) -> Step {
        if !query.locks.is_empty() {
            return refuse("FOR UPDATE or FOR SHARE");
        }
        if query.for_clause.is_some()
            || query.settings.is_some()
            || query.format_clause.is_some()
            || !query.pipe_operators.is_empty()
        {
            return refuse("a clause of another database");
        }
        set_operations(&query.body)
    }

    fn pre_visit_select(&mut self, select: &Select) -> Step {
        match select.into {
            Some(_) => refuse("SELECT … INTO"),
            None => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> Step {
        match factor {
            TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } => function(name),
            TableFactor::Table { .. }
            | TableFactor::Derived { .. }
            | TableFactor::TableFunction { .. }
            | TableFactor::UNNEST { .. }
            | TableFactor::NestedJoin { .. }
            | TableFactor::Pivot { .. }
            | TableFactor::Unpivot { .. } => ControlFlow::Continue(()),
            _ => refuse("a table of another database's kind"),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Step {
        match expr {
            Expr::Function(call) => function(&call.name),
            Expr::CompoundFieldAccess { access_chain, .. } => access_chain.iter().try_for_each(field),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// The operands of UNION and its kin. Left operands nest as deep as the chain is long, so they are followed in a loop.
fn set_operations(mut body: &SetExpr) -> Step {
    loop {
        match body {
            SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => return ControlFlow::Continue(()),
            SetExpr::SetOperation { left, right, .. } => {
                set_operations(right)?;
                body = left;
            }
            SetExpr::Insert(_) => return refuse("INSERT"),
            SetExpr::Update(_) => return refuse("UPDATE"),
            SetExpr::Delete(_) => return refuse("DELETE"),
            SetExpr::Merge(_) => return refuse("MERGE"),
            SetExpr::Table(_) => return refuse("TABLE"),
        }
    }
}
