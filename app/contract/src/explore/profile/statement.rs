//! The statement that asks for a profile.
//!
//! It reads the sample twice, however many columns there are: once for what one row can hold (NULLs, different values,
//! least and greatest), and once, with each row taken as many times as there are columns, for the plots. A branch of a
//! UNION per column would read it a hundred times, and Redshift would compile each of them. Only what Redshift,
//! PostgreSQL and DataFusion all have is used: no `filter`, `lateral`, `generate_series` or `width_bucket`.
//!
//! The two readings may see different rows where an engine takes LIMIT's rows as they come, so a plot's ends are
//! clamped.

use std::fmt::{Arguments, Write};

use crate::object_name::ObjectName;
use crate::query::Column;

use super::super::dialect::Dialect;
use super::super::kind::Kind;
use super::super::writer::quoted;
use super::{BARS, MAX_COLUMNS, STEPS, TEXT, TOP};

/// Text of a column declared wider than this, in bytes, is cut as it is read, to a quarter as many characters (which
/// have four bytes at most): Redshift sets memory aside by declared widths.
const WIDE: usize = 1000;

/// The columns of the answer: a column's place in the dataset, `facts` or `plot`, and what [`super::read`] makes of the
/// rest. None where there is nothing to ask.
pub fn statement(table: &ObjectName, columns: &[Column], rows: u32, dialect: Dialect) -> Option<String> {
    if columns.is_empty() || table.schema.contains('\0') || table.name.contains('\0') {
        return None;
    }
    let mut parts = Parts::default();
    for (at, column) in columns.iter().take(MAX_COLUMNS).enumerate() {
        parts.add(at, quoted(&column.name)?, column, dialect);
    }
    let Parts { drawn, seen, facts, numbers, nulls, distinct, least, greatest, place, label } = &parts;
    let (distinct, least, greatest) = (case(distinct, "bigint"), case(least, "varchar"), case(greatest, "varchar"));
    let (place, label) = (case(place, "double precision"), case(label, "varchar"));
    Some(format!(
        "with drawn as (
  select{drawn}
  from {table}
  limit {rows}
),
seen as (
  select{seen}
  from drawn
),
facts as (
  select count(*) as n{facts}
  from seen
),
numbers as (
  {numbers}
),
told as (
  select i, n,
    case i{nulls} end as nulls,
    {distinct} as kinds,
    {least} as low,
    {greatest} as high
  from facts cross join numbers
),
laid as (
  select i,
    {place} as place,
    {label} as label
  from seen cross join facts cross join numbers
),
counted as (
  select i, place, label, count(*) as amount
  from laid
  where place is not null or label is not null
  group by i, place, label
),
ranked as (
  select i, place, label, amount, row_number() over (partition by i order by amount desc, label) as nth
  from counted
)
select cast(i as integer) as column_at, cast('facts' as varchar(5)) as kind, cast(n as integer) as place,
  cast(low as varchar(240)) as label, cast(high as varchar(240)) as other, cast(nulls as bigint) as amount,
  cast(kinds as bigint) as kinds
from told
union all
select cast(i as integer), cast('plot' as varchar(5)), cast(coalesce(place, nth - 1) as integer),
  cast(left(label, {TEXT}) as varchar(240)), cast(null as varchar(240)), cast(amount as bigint), cast(null as bigint)
from ranked
where place is not null or nth <= {TOP}"
    ))
}

/// What each column adds to the statement's lists. In them `cN` is the N-th column, `fN` the same as a floating-point
/// number, where it has a place on an axis, and `nN dN aN zN xN yN` are the count, the different values, the least and
/// greatest of `cN` and of `fN`.
#[derive(Default)]
struct Parts {
    drawn: String,
    seen: String,
    facts: String,
    numbers: String,
    nulls: String,
    distinct: String,
    least: String,
    greatest: String,
    place: String,
    label: String,
}

impl Parts {
    fn add(&mut self, at: usize, name: String, column: &Column, dialect: Dialect) {
        let (kind, width) = (Kind::of(column), width(column));
        let comma = if at == 0 { "" } else { "," };
        let drawn = match kind {
            Kind::Text { is_varying: true, .. } if width.is_some_and(|width| width <= WIDE) => {
                dialect.whole(&name, kind)
            }
            Kind::Text { is_varying: true, .. } => {
                // Cut off, it may end in blanks though no value does.
                format!("cast(rtrim(left({name}, {}), ' ') as varchar({WIDE}))", WIDE / 4)
            }
            Kind::Text { is_varying: false, .. } => {
                let text = if dialect == Dialect::DataFusion { dialect.value(&name, kind) } else { name };
                format!("cast({text} as varchar({WIDE}))")
            }
            // Redshift's manual wants booleans compared, and keeps IS TRUE for conditions.
            Kind::Boolean => format!("case when {name} = true then 'true' when {name} = false then 'false' end"),
            Kind::TimestampTz => dialect.in_utc(&name),
            Kind::Real | Kind::Double => dialect.value(&name, kind),
            // Of these only whether they are there is asked.
            Kind::Other => format!("case when {name} is not null then 1 end"),
            _ => name,
        };
        put(&mut self.drawn, format_args!("{comma}\n    {drawn} as c{at}"));
        put(&mut self.seen, format_args!("{comma} c{at}"));
        put(&mut self.facts, format_args!(",\n    count(c{at}) as n{at}"));
        match at {
            0 => self.numbers.push_str("select 0 as i"),
            _ => put(&mut self.numbers, format_args!(" union all select {at}")),
        }
        put(&mut self.nulls, format_args!(" when {at} then n - n{at}"));
        if kind != Kind::Other {
            put(&mut self.facts, format_args!(", count(distinct c{at}) as d{at}"));
            put(&mut self.distinct, format_args!(" when {at} then d{at}"));
        }
        // PostgreSQL's alone: any NUMERIC of Redshift has a precision, and a snapshot's column too.
        let is_unbounded = dialect == Dialect::Redshift && !column.type_name.contains('(');
        let axis = axis(at, kind, is_unbounded);
        if let Some(axis) = &axis {
            put(&mut self.seen, format_args!(", {axis} as f{at}"));
            put(&mut self.facts, format_args!(", min(f{at}) as x{at}, max(f{at}) as y{at}"));
            self.lay(at, kind);
        }
        match kind {
            Kind::Boolean | Kind::Other => {}
            Kind::Text { .. } => {
                put(&mut self.facts, format_args!(", min(c{at}) as a{at}, max(c{at}) as z{at}"));
                self.ends(at, &format!("left(a{at}, {TEXT})"), &format!("left(z{at}, {TEXT})"));
            }
            // Without NaN and infinities, and as short as the type's own digits are.
            Kind::Real => self.ends(at, &format!("cast(x{at} as real)"), &format!("cast(y{at} as real)")),
            Kind::Double => self.ends(at, &format!("x{at}"), &format!("y{at}")),
            _ => {
                put(&mut self.facts, format_args!(", min(c{at}) as a{at}, max(c{at}) as z{at}"));
                let end = |end: &str| dialect.text(&format!("{end}{at}"), kind);
                self.ends(at, &end("a"), &end("z"));
            }
        }
        if matches!(kind, Kind::Text { .. } | Kind::Boolean) {
            // Where each value is another, none is on top, and counting them would cost the most.
            put(
                &mut self.label,
                format_args!("\n      when {at} then case when d{at} < n{at} or d{at} <= {TOP} then c{at} end"),
            );
        }
    }

    fn ends(&mut self, at: usize, least: &str, greatest: &str) {
        put(&mut self.least, format_args!(" when {at} then cast({least} as varchar(240))"));
        put(&mut self.greatest, format_args!(" when {at} then cast({greatest} as varchar(240))"));
    }

    /// The step on the axis, from 0. The width is added to the distance and taken off the quotient again, so that no
    /// quotient is too small for a floating-point number: some engines make that an error.
    fn lay(&mut self, at: usize, kind: Kind) {
        let steps = if kind.is_time() { STEPS } else { BARS };
        let last = steps - 1;
        put(
            &mut self.place,
            format_args!(
                "\n      when {at} then case when f{at} >= y{at} then {last} when f{at} <= x{at} then 0 else \
                 floor((f{at} - x{at} + (y{at} - x{at})) / nullif(y{at} - x{at}, 0) * {steps} - {steps}) end"
            ),
        );
    }
}

/// Where a value lies, as a floating-point number; days are whole. A decimal number without bounds may be NaN, infinite
/// or more than a floating-point number can be, and such a value is nowhere.
fn axis(at: usize, kind: Kind, is_unbounded: bool) -> Option<String> {
    match kind {
        Kind::Decimal { .. } if is_unbounded => Some(format!(
            "case when c{at} between cast('-1e300' as numeric) and cast('1e300' as numeric) \
             then cast(c{at} as double precision) end"
        )),
        Kind::Integer | Kind::Decimal { .. } => Some(format!("cast(c{at} as double precision)")),
        // NaN and infinities are nowhere. The ends are literals of text, as Redshift would read 1e300 as a decimal.
        Kind::Real | Kind::Double => Some(format!(
            "case when c{at} between cast('-1e300' as double precision) and cast('1e300' as double precision) \
             then cast(c{at} as double precision) end"
        )),
        // Redshift's EXTRACT gives an INTEGER, which ends in 2038; its DATE_PART gives a DOUBLE PRECISION. A date is not
        // cast to a timestamp, which in DataFusion ends in 2262.
        Kind::Date => Some(format!("cast(date_part('epoch', c{at}) as double precision) / 86400")),
        Kind::Timestamp | Kind::TimestampTz => Some(format!("cast(date_part('epoch', c{at}) as double precision)")),
        _ => None,
    }
}

/// A `case` over the columns; NULL where none of them takes part.
fn case(branches: &str, type_name: &str) -> String {
    if branches.is_empty() { format!("cast(null as {type_name})") } else { format!("case i{branches} end") }
}

/// The length in brackets.
fn width(column: &Column) -> Option<usize> {
    column.type_name.split_once('(')?.1.strip_suffix(')')?.parse().ok()
}

fn put(to: &mut String, what: Arguments<'_>) {
    // Writing to a String does not fail.
    let _ = to.write_fmt(what);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::ColumnShape;

    fn columns(count: usize, name: &str, types: &[&str]) -> Vec<Column> {
        let column = |at: usize| Column {
            name: name.to_owned(),
            type_name: types[at % types.len()].to_owned(),
            shape: ColumnShape::Text,
            ends_in_blanks: false,
        };
        (0..count).map(column).collect()
    }

    fn sql(columns: &[Column]) -> String {
        statement(&ObjectName::new("public", "sales"), columns, 100_000, Dialect::Redshift).expect("a statement")
    }

    #[test]
    fn text_is_read_no_wider_than_it_has_to_be() {
        let types = ["varchar(80)", "varchar(65535)", "varchar", "char(4)", "boolean", "timestamptz", "super"];
        let sql = sql(&columns(7, "a\"b", &types));
        assert!(
            sql.starts_with(
                r#"with drawn as (
  select
    rtrim("a""b", ' ') as c0,
    cast(rtrim(left("a""b", 250), ' ') as varchar(1000)) as c1,
    cast(rtrim(left("a""b", 250), ' ') as varchar(1000)) as c2,
    cast("a""b" as varchar(1000)) as c3,
    case when "a""b" = true then 'true' when "a""b" = false then 'false' end as c4,
    "a""b" at time zone 'UTC' as c5,
    case when "a""b" is not null then 1 end as c6
  from "public"."sales"
  limit 100000
),"#
            ),
            "{sql}"
        );
        assert!(!sql.contains("count(distinct c6)"), "SUPER has no different values");
    }

    #[test]
    fn a_statement_of_any_columns_can_be_sent() {
        // What the statement guard lets through, and the longest name that Redshift has.
        for types in [["double precision"; 3], ["varchar(65535)"; 3], ["date", "real", "timestamptz"]] {
            let sql = sql(&columns(500, &"\"".repeat(127), &types));
            assert!(sql.len() < 64 * 1024, "{}", sql.len());
            assert_eq!(sql.matches(" as c59\n").count(), 1);
            assert_eq!(sql.matches("c60").count(), 0);
        }
    }

    #[test]
    fn branches_that_no_column_takes_are_null() {
        let sql = sql(&columns(1, "a", &["super"]));
        for empty in ["cast(null as bigint) as kinds", "cast(null as varchar) as low", "cast(null as varchar) as label"]
        {
            assert!(sql.contains(empty), "{sql}");
        }
        assert!(sql.contains("cast(null as double precision) as place"), "{sql}");
    }

    #[test]
    fn what_sql_cannot_say_is_not_asked() {
        let table = ObjectName::new("public", "sales");
        assert_eq!(statement(&table, &[], 10, Dialect::Redshift), None);
        assert_eq!(statement(&table, &columns(1, "a\0", &["date"]), 10, Dialect::Redshift), None);
        assert_eq!(statement(&ObjectName::new("a\0", "b"), &columns(1, "a", &["date"]), 10, Dialect::Redshift), None);
    }
}
