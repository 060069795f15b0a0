//! A question becomes one SELECT.
//!
//! Every measure is cast, what goes into it or what comes out, so that no engine's own rule shows in the answer: the
//! same question has the same answer at the source and in a snapshot. Columns of the answer are named by place in
//! GROUP BY and ORDER BY, and ties are broken by the groups, so that a limit cuts at the same row everywhere.

use crate::object_name::ObjectName;
use crate::query::Column;

use super::codes::Function;
use super::condition::Condition;
use super::dialect::{Dialect, Type};
use super::fault::{ExploreFault, Part, row};
use super::kind::Kind;
use super::writer::{Writer, quoted};
use super::{By, Explore, Group, MAX_FILTERS, MAX_GROUPS, MAX_LIMIT, MAX_MEASURES, Measure};

/// PostgreSQL cuts names at 63 bytes, Redshift at 127; a number may still come behind.
const MAX_NAME: usize = 60;

/// A question as a statement, and the values that go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// With `$1` and on in the place of values.
    pub sql: String,
    /// In order; each is sent as VARCHAR.
    pub values: Vec<String>,
    /// The answer's columns, groups first.
    pub columns: Vec<Output>,
    shown: String,
}

impl Compiled {
    /// The same statement with its values in it, to be read, copied and opened as SQL.
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

/// A column of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The group, or the one of [`Explore::measured`].
    pub of: By,
    /// Its name, unlike all others.
    pub name: String,
}

impl Explore {
    /// Holds the question against the dataset's columns and writes it as SQL.
    pub fn compile(&self, table: &ObjectName, columns: &[Column], dialect: Dialect) -> Result<Compiled, ExploreFault> {
        self.check_size()?;
        let source = Source { columns, dialect };
        if table.schema.contains('\0') || table.name.contains('\0') {
            return Err(ExploreFault::NameInvalid { part: Part::Table, row: 0 });
        }
        let mut writer = Writer::new(dialect);
        let outputs = self.select(&source, &mut writer)?;
        writer.push(&format!("\nfrom {table}"));
        for (at, filter) in self.filters.iter().enumerate() {
            let (column, kind) = source.column(&filter.column, Part::Filter, at)?;
            writer.push(if at == 0 { "\nwhere " } else { "\n  and " });
            Condition { filter, at, column: &column, kind, dialect }.write(&mut writer)?;
        }
        let order = self.order(&source)?;
        if !self.groups.is_empty() {
            let places = |from: &str, of: &[String]| format!("\n{from} by {}", of.join(", "));
            let groups: Vec<String> = (1..=self.groups.len()).map(|place| place.to_string()).collect();
            writer.push(&places("group", &groups));
            writer.push(&places("order", &order));
            writer.push(&format!("\nlimit {}", self.limit));
        }
        Ok(Compiled { sql: writer.sql, values: writer.values, columns: outputs, shown: writer.shown })
    }

    /// A column that the question needs the values of, and of which a snapshot has only text; or one that it compares, and
    /// that the source may compare otherwise.
    pub fn source_alone<'a>(&self, columns: &'a [Column]) -> Option<&'a Column> {
        let find =
            |name: &str, is: fn(&Column) -> bool| columns.iter().find(|column| column.name == name && is(column));
        let compared = self.filters.iter().filter(|filter| filter.operator.compares());
        let mut compared = compared.map(|filter| filter.column.as_str());
        let measured = self.measures.iter().filter(|measure| measure.function != Function::Count);
        let measured = measured.filter_map(|measure| measure.column.as_deref());
        let grouped = self.groups.iter().map(|group| group.column.as_str());
        let filtered = self.filters.iter().filter(|filter| filter.operator.takes_value());
        let filtered = filtered.map(|filter| filter.column.as_str());
        let mut needed = measured.chain(grouped).chain(filtered);
        needed
            .find_map(|name| find(name, Kind::is_text_in_snapshot))
            .or_else(|| compared.find_map(|name| find(name, |column| Kind::of(column).compares_otherwise())))
    }

    fn check_size(&self) -> Result<(), ExploreFault> {
        if self.is_empty() {
            return Err(ExploreFault::Nothing);
        }
        for (part, count, limit) in [
            (Part::Measure, self.measures.len(), MAX_MEASURES),
            (Part::Group, self.groups.len(), MAX_GROUPS),
            (Part::Filter, self.filters.len(), MAX_FILTERS),
        ] {
            if count > limit {
                return Err(ExploreFault::TooMany { part, limit: row(limit) });
            }
        }
        if self.limit == 0 || self.limit > MAX_LIMIT { Err(ExploreFault::LimitInvalid) } else { Ok(()) }
    }

    /// Writes the list of what is selected.
    fn select(&self, source: &Source<'_>, writer: &mut Writer) -> Result<Vec<Output>, ExploreFault> {
        let mut outputs: Vec<Output> = Vec::new();
        let mut add = |of: By, expression: String, name: String| {
            let name = unlike(&outputs, name);
            writer.push(if outputs.is_empty() { "select\n  " } else { ",\n  " });
            writer.push(&expression);
            let alias = format!("\"{}\"", name.replace('"', "\"\""));
            if alias != expression {
                writer.push(&format!(" as {alias}"));
            }
            outputs.push(Output { of, name });
        };
        for (at, group) in self.groups.iter().enumerate() {
            let name = match group.bucket {
                // Where days end is a matter of zones.
                Some(bucket) if source.kind(&group.column) == Some(Kind::TimestampTz) => {
                    format!("{} by {} in UTC", group.column, bucket.as_str())
                }
                Some(bucket) => format!("{} by {}", group.column, bucket.as_str()),
                None => group.column.clone(),
            };
            add(By::Group(row(at)), source.group(group, at)?, name);
        }
        for (at, measure) in self.measured().iter().enumerate() {
            let function = measure.function.as_str();
            let name = match (&measure.column, measure.function) {
                (None, _) => function.to_owned(),
                (Some(column), Function::Distinct) => format!("{function} {column}"),
                (Some(column), _) => format!("{function} of {column}"),
            };
            add(By::Measure(row(at)), source.measure(measure, at)?, name);
        }
        Ok(outputs)
    }

    /// What the rows are sorted by, as places. NULLs come last whichever way, as engines differ in where they belong.
    fn order(&self, source: &Source<'_>) -> Result<Vec<String>, ExploreFault> {
        let groups = self.groups.len();
        let measure = |at: usize| groups + at + 1;
        let (first, is_descending) = match self.sort {
            Some(sort) => {
                let (place, is_there) = match sort.by {
                    By::Group(at) => (usize::from(at) + 1, usize::from(at) < groups),
                    By::Measure(at) => (measure(usize::from(at)), usize::from(at) < self.measured().len()),
                };
                if !is_there {
                    return Err(ExploreFault::SortUnknown);
                }
                (place, sort.is_descending)
            }
            None => {
                let is_time = |group: &Group| source.kind(&group.column).is_some_and(Kind::is_time);
                match self.groups.iter().position(is_time) {
                    Some(at) => (at + 1, false),
                    None => (measure(0), true),
                }
            }
        };
        let direction = if is_descending { " desc" } else { "" };
        let mut order = vec![format!("{first}{direction} nulls last")];
        order.extend((1..=groups).filter(|place| *place != first).map(|place| format!("{place} nulls last")));
        Ok(order)
    }
}

/// The dataset's columns as SQL.
struct Source<'a> {
    columns: &'a [Column],
    dialect: Dialect,
}

impl Source<'_> {
    fn kind(&self, name: &str) -> Option<Kind> {
        self.columns.iter().find(|column| column.name == name).map(Kind::of)
    }

    /// The quoted name and the kind.
    fn column(&self, name: &str, part: Part, at: usize) -> Result<(String, Kind), ExploreFault> {
        let kind = self.kind(name).ok_or(ExploreFault::ColumnUnknown { part, row: row(at) })?;
        let quoted = quoted(name).ok_or(ExploreFault::NameInvalid { part, row: row(at) })?;
        Ok((quoted, kind))
    }

    fn group(&self, group: &Group, at: usize) -> Result<String, ExploreFault> {
        let (column, kind) = self.column(&group.column, Part::Group, at)?;
        let unfit = ExploreFault::Unfit { part: Part::Group, row: row(at) };
        match group.bucket {
            Some(bucket) if kind.buckets().contains(&bucket) => Ok(self.dialect.bucket(&column, kind, bucket)),
            Some(_) => Err(unfit),
            None if !kind.is_groupable() => Err(unfit),
            None => Ok(self.dialect.whole(&column, kind)),
        }
    }

    fn measure(&self, measure: &Measure, at: usize) -> Result<String, ExploreFault> {
        let cast = |expression: &str, to| self.dialect.cast(expression, to);
        let Some(name) = &measure.column else {
            return match measure.function {
                Function::Count => Ok(cast("count(*)", Type::Bigint)),
                _ => Err(ExploreFault::ColumnMissing { row: row(at) }),
            };
        };
        let (column, kind) = self.column(name, Part::Measure, at)?;
        if !kind.functions().contains(&measure.function) {
            return Err(ExploreFault::Unfit { part: Part::Measure, row: row(at) });
        }
        Ok(match (measure.function, kind) {
            // COUNT is not promised for each of these types.
            (Function::Count, Kind::Other) => {
                cast(&format!("count(case when {column} is not null then 1 end)"), Type::Bigint)
            }
            (Function::Count, _) => cast(&format!("count({column})"), Type::Bigint),
            (Function::Distinct, _) => {
                cast(&format!("count(distinct {})", self.dialect.distinct(&column, kind)), Type::Bigint)
            }
            // A decimal can hold neither NaN nor 1e300, so floating point stays what it is.
            (Function::Sum, Kind::Real | Kind::Double) => self.dialect.float("sum", &column),
            (Function::Sum, Kind::Decimal { scale, is_wide }) => self.dialect.decimal_sum(&column, scale, is_wide),
            (Function::Sum, _) => cast(&self.dialect.integer_sum(&column), Type::Decimal(0)),
            // Of decimals it would have as many digits as the engine likes.
            (Function::Average, Kind::Decimal { scale, is_wide }) => {
                self.dialect.decimal_average(&column, scale, is_wide)
            }
            (Function::Average, Kind::Integer) => self.dialect.integer_average(&column),
            (Function::Average, _) => self.dialect.float("avg", &column),
            (Function::Min, _) => self.dialect.min(&column, kind),
            (Function::Max, _) => self.dialect.max(&column, kind),
        })
    }
}

/// The name, cut to what engines keep, and with a number where another column has it: Redshift takes names that differ
/// only in case for the same.
fn unlike(others: &[Output], mut name: String) -> String {
    name.truncate(name.floor_char_boundary(MAX_NAME));
    let is_taken = |name: &str| others.iter().any(|other| other.name.eq_ignore_ascii_case(name));
    if !is_taken(&name) {
        return name;
    }
    let numbered = |number: usize| format!("{name} {number}");
    // One of so many is free.
    (2..=others.len() + 2).map(numbered).find(|name| !is_taken(name)).unwrap_or(name)
}
