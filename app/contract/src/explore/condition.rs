//! One filter as one condition.

use super::calendar::Day;
use super::codes::Operator;
use super::dialect::Dialect;
use super::fault::{Expected, ExploreFault, Part, row};
use super::kind::Kind;
use super::value::{self, Value};
use super::writer::Writer;
use super::{Filter, MAX_LISTED, MAX_VALUE, list};

pub(super) struct Condition<'a> {
    pub filter: &'a Filter,
    /// The filter's place among the filters.
    pub at: usize,
    /// The quoted name.
    pub column: &'a str,
    pub kind: Kind,
    pub dialect: Dialect,
}

impl Condition<'_> {
    pub fn write(&self, to: &mut Writer) -> Result<(), ExploreFault> {
        let row = row(self.at);
        let Filter { operator, value, .. } = self.filter;
        if !self.kind.operators().contains(operator) {
            return Err(ExploreFault::Unfit { part: Part::Filter, row });
        }
        if value.len() > MAX_VALUE {
            return Err(ExploreFault::ValueTooLong { row });
        }
        let invalid = |expected| ExploreFault::ValueInvalid { row, expected };
        match operator {
            Operator::IsNull => self.is(to, "null"),
            Operator::IsNotNull => self.is(to, "not null"),
            Operator::IsTrue => self.is(to, "true"),
            Operator::IsFalse => self.is(to, "false"),
            Operator::OneOf => return self.one_of(to),
            Operator::Contains | Operator::StartsWith if value.is_empty() => {
                return Err(ExploreFault::ValueMissing { row });
            }
            // No text is different from no value: an empty one is looked for as it is.
            _ if !matches!(self.kind, Kind::Text { .. }) && value.trim().is_empty() => {
                return Err(ExploreFault::ValueMissing { row });
            }
            Operator::Contains => self.found(to, value, "> 0").map_err(invalid)?,
            Operator::StartsWith => self.found(to, value, "= 1").map_err(invalid)?,
            _ => match self.day() {
                Some(day) => self.compare_day(to, day),
                None => self.compare(to, sign(*operator), value).map_err(invalid)?,
            },
        }
        Ok(())
    }

    fn is(&self, to: &mut Writer, what: &str) {
        to.push(self.column);
        to.push(" is ");
        to.push(what);
    }

    /// What the column's values are compared as.
    fn comparable(&self) -> String {
        self.dialect.value(self.column, self.kind)
    }

    fn compare(&self, to: &mut Writer, sign: &str, typed: &str) -> Result<(), Expected> {
        self.compare_with(to, sign, value::compared(self.kind, typed)?);
        Ok(())
    }

    fn compare_with(&self, to: &mut Writer, sign: &str, value: Value) {
        to.push(&format!("{} {sign} ", self.comparable()));
        to.value(value);
    }

    fn found(&self, to: &mut Writer, typed: &str, test: &str) -> Result<(), Expected> {
        let value = value::read(self.kind, typed)?;
        let (before, after) = self.dialect.position(&self.comparable());
        to.push(&before);
        to.value(value);
        to.push(&format!("{after} {test}"));
        Ok(())
    }

    fn one_of(&self, to: &mut Writer) -> Result<(), ExploreFault> {
        let row = row(self.at);
        let values = list::split(&self.filter.value);
        if values.is_empty() {
            return Err(ExploreFault::ValueMissing { row });
        }
        if values.len() > MAX_LISTED {
            return Err(ExploreFault::ListTooLong { row, limit: MAX_LISTED as u8 });
        }
        to.push(&self.comparable());
        for (at, typed) in values.iter().enumerate() {
            let value = value::compared(self.kind, typed);
            to.push(if at == 0 { " in (" } else { ", " });
            to.value(value.map_err(|expected| ExploreFault::ValueInvalid { row, expected })?);
        }
        to.push(")");
        Ok(())
    }

    /// The whole day that a moment is compared with.
    fn day(&self) -> Option<Day> {
        let is_moment = matches!(self.kind, Kind::Timestamp | Kind::TimestampTz);
        if is_moment { Day::parse(self.filter.value.trim()) } else { None }
    }

    /// A moment is on a day, before or after it. Told by the day's two ends rather than by a cast of the column, so
    /// that Redshift can leave out blocks by their least and greatest value.
    fn compare_day(&self, to: &mut Writer, day: Day) {
        let start = |to: &mut Writer, sign| self.compare_with(to, sign, value::start(self.kind, day));
        // Until the next day begins, or after it has.
        let end = |to: &mut Writer, is_until: bool| match day.next() {
            Some(next) => self.compare_with(to, if is_until { "<" } else { ">=" }, value::start(self.kind, next)),
            None => self.compare_with(to, if is_until { "<=" } else { ">" }, value::last(self.kind)),
        };
        match self.filter.operator {
            Operator::Lt => start(to, "<"),
            Operator::Le => end(to, true),
            Operator::Gt => end(to, false),
            Operator::Ge => start(to, ">="),
            Operator::Ne => {
                to.push("(");
                start(to, "<");
                to.push(" or ");
                end(to, false);
                to.push(")");
            }
            _ => {
                start(to, ">=");
                to.push(" and ");
                end(to, true);
            }
        }
    }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Ne => "<>",
        Operator::Lt => "<",
        Operator::Le => "<=",
        Operator::Gt => ">",
        Operator::Ge => ">=",
        _ => "=",
    }
}
