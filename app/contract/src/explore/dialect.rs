//! Spellings that may differ between engines, and nothing else: the seam for a second one (DataFusion, over
//! snapshots).

use std::borrow::Cow;

use super::codes::Bucket;
use super::kind::Kind;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL reads it too.
    #[default]
    Redshift,
}

/// A type to cast to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// As long as what is cast: without a length, an expression's VARCHAR is not cut at 256 bytes as a table's is.
    Varchar,
    Bigint,
    /// Of 38 digits, so many of them after the point.
    Decimal(u8),
    Real,
    Double,
    Date,
    Timestamp,
    TimestampTz,
    Time,
}

impl Dialect {
    pub(super) fn type_name(self, of: Type) -> Cow<'static, str> {
        Cow::Borrowed(match of {
            Type::Decimal(scale) => return Cow::Owned(format!("decimal(38, {scale})")),
            Type::Varchar => "varchar",
            Type::Bigint => "bigint",
            Type::Real => "real",
            Type::Double => "double precision",
            Type::Date => "date",
            Type::Timestamp => "timestamp",
            Type::TimestampTz => "timestamptz",
            Type::Time => "time",
        })
    }

    pub(super) fn cast(self, expression: &str, to: Type) -> String {
        format!("cast({expression} as {})", self.type_name(to))
    }

    /// The n-th value beside the statement, from 1.
    pub(super) fn placeholder(self, n: usize) -> String {
        format!("${n}")
    }

    /// The start of the stretch of time that a value lies in: a date, or a timestamp where hours count.
    pub(super) fn bucket(self, column: &str, kind: Kind, bucket: Bucket) -> String {
        let moment = match kind {
            // Without the zone spelled out, the session's would say where a day ends.
            Kind::TimestampTz => format!("{column} at time zone 'UTC'"),
            // PostgreSQL would truncate a date as a TIMESTAMPTZ.
            Kind::Date => self.cast(column, Type::Timestamp),
            _ => column.to_owned(),
        };
        let to = if bucket == Bucket::Hour { Type::Timestamp } else { Type::Date };
        self.cast(&format!("date_trunc('{}', {moment})", bucket.as_str()), to)
    }

    /// Where a value first stands in a text, from 1, or 0: what is written before the value and after it. LIKE would
    /// need its wildcards escaped, and engines differ in how.
    pub(super) fn position(self, text: &str) -> (String, &'static str) {
        (format!("strpos({text}, "), ")")
    }
}
