//! Spellings that differ between engines, and nothing else.
//!
//! Where DataFusion, which answers from snapshots, sees things another way than PostgreSQL does, the spelling makes up for
//! it: there -0 and 0 are two numbers, the least and greatest of a column may be read from statistics that know no NaN,
//! and a TIMESTAMP has nanoseconds unless something else is said, which end in 2262.

use std::borrow::Cow;

use super::codes::Bucket;
use super::kind::Kind;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL reads it too.
    #[default]
    Redshift,
    DataFusion,
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
            Type::Timestamp if self == Self::DataFusion => "timestamp(6)",
            Type::TimestampTz if self == Self::DataFusion => "timestamp(6) with time zone",
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
        match (self, to) {
            // Its SQL has no name for a TIME of microseconds.
            (Self::DataFusion, Type::Time) => format!("arrow_cast({expression}, 'Time64(Microsecond)')"),
            _ => format!("cast({expression} as {})", self.type_name(to)),
        }
    }

    /// The n-th value beside the statement, from 1.
    pub(super) fn placeholder(self, n: usize) -> String {
        format!("${n}")
    }

    /// The start of the stretch of time that a value lies in: a date, or a timestamp where hours count.
    pub(super) fn bucket(self, column: &str, kind: Kind, bucket: Bucket) -> String {
        let moment = match kind {
            // Without the zone spelled out, the session's would say where a day ends.
            Kind::TimestampTz => self.in_utc(column),
            // PostgreSQL would truncate a date as a TIMESTAMPTZ.
            Kind::Date => self.cast(column, Type::Timestamp),
            _ => column.to_owned(),
        };
        if self == Self::DataFusion {
            // Its own DATE_TRUNC knows no year before 1678 and none after 2262.
            return format!("start_of_{}({moment})", bucket.as_str());
        }
        let to = if bucket == Bucket::Hour { Type::Timestamp } else { Type::Date };
        self.cast(&format!("date_trunc('{}', {moment})", bucket.as_str()), to)
    }

    /// A TIMESTAMPTZ as the TIMESTAMP that it is in UTC.
    pub(super) fn in_utc(self, column: &str) -> String {
        match self {
            Self::Redshift => format!("{column} at time zone 'UTC'"),
            Self::DataFusion => self.cast(column, Type::Timestamp),
        }
    }

    /// A column's value as it is compared and searched: text without the blanks that CHAR is filled up with.
    pub(super) fn value(self, column: &str, kind: Kind) -> String {
        match (self, kind) {
            (Self::Redshift, Kind::Text { is_varying: false, .. }) => self.cast(column, Type::Varchar),
            (Self::DataFusion, Kind::Text { is_varying: false, .. }) => trimmed(column),
            (Self::DataFusion, Kind::Real) => format!("({column} + cast(0 as real))"),
            (Self::DataFusion, Kind::Double) => format!("({column} + cast(0 as double))"),
            _ => column.to_owned(),
        }
    }

    /// A column's value as it is put together and measured: without the blanks that VARCHAR ends in too, as engines do not
    /// agree on whether these tell two values apart. What has none in a snapshot is read as it is.
    pub(super) fn whole(self, column: &str, kind: Kind) -> String {
        match (self, kind) {
            (Self::Redshift, Kind::Text { is_varying: true, .. })
            | (Self::DataFusion, Kind::Text { is_varying: true, ends_in_blanks: true }) => trimmed(column),
            _ => self.value(column, kind),
        }
    }

    /// A value that is about to be cast to text. DataFusion's cast fails for a TIME of 24:00:00.
    pub(super) fn text(self, value: &str, kind: Kind) -> String {
        match (self, kind) {
            (Self::DataFusion, Kind::Time) => format!("time_text({value})"),
            _ => value.to_owned(),
        }
    }

    /// What is counted where values that differ are.
    pub(super) fn distinct(self, column: &str, kind: Kind) -> String {
        match (self, kind) {
            // CHAR knows by itself which of its values are equal.
            (Self::Redshift, Kind::Text { is_varying: false, .. }) => column.to_owned(),
            _ => self.whole(column, kind),
        }
    }

    /// A sum or an average in floating point.
    pub(super) fn float(self, function: &str, column: &str) -> String {
        let of = format!("{function}({})", self.cast(column, Type::Double));
        match self {
            Self::Redshift => of,
            // Infinity less infinity is a NaN below zero there, and would be sorted first.
            Self::DataFusion => format!("nanvl({of}, cast('NaN' as double))"),
        }
    }

    pub(super) fn decimal_sum(self, column: &str, scale: u8, is_wide: bool) -> String {
        let to = Type::Decimal(scale);
        match self {
            Self::Redshift => self.cast(&format!("sum({})", self.cast(column, to)), to),
            Self::DataFusion => self.cast(&summed(column, scale, is_wide), to),
        }
    }

    pub(super) fn integer_sum(self, column: &str) -> String {
        // Cast before: the sum of a narrow type would overflow, or be of another one, by the engine's rules.
        format!("sum({})", self.cast(column, Type::Decimal(0)))
    }

    pub(super) fn integer_average(self, column: &str) -> String {
        self.average(&self.integer_sum(column), column)
    }

    pub(super) fn decimal_average(self, column: &str, scale: u8, is_wide: bool) -> String {
        match self {
            // So few digits are left before the point that a sum may need more than Redshift's 38.
            Self::Redshift if scale > MOST_SUMMED => self.float("avg", column),
            Self::Redshift => self.average(&format!("sum({column})"), column),
            Self::DataFusion => self.average(&summed(column, scale, is_wide), column),
        }
    }

    /// In floating point, of the exact sum: added up one by one, the last digit would depend on the order of the rows.
    fn average(self, sum: &str, column: &str) -> String {
        match self {
            Self::Redshift => format!("{} / nullif(count({column}), 0)", self.cast(sum, Type::Double)),
            // By way of text, which is read as the nearest number there is.
            Self::DataFusion => {
                format!("{} / count({column})", self.cast(&self.cast(sum, Type::Varchar), Type::Double))
            }
        }
    }

    /// The least of a column. NaN is more than every number.
    pub(super) fn min(self, column: &str, kind: Kind) -> String {
        self.extreme("min", column, kind)
    }

    /// The greatest of a column.
    pub(super) fn max(self, column: &str, kind: Kind) -> String {
        self.extreme("max", column, kind)
    }

    fn extreme(self, function: &str, column: &str, kind: Kind) -> String {
        // Integers that stand in the order of the floating-point numbers: nothing of DataFusion's own orders those so.
        let of = |column: &str| format!("number_at({function}(place_of({column})))");
        match (self, kind) {
            (Self::DataFusion, Kind::Real) => self.cast(&of(&self.cast(column, Type::Double)), Type::Real),
            (Self::DataFusion, Kind::Double) => of(column),
            _ => format!("{function}({})", self.whole(column, kind)),
        }
    }

    /// Where a value first stands in a text, from 1, or 0: what is written before the value and after it. LIKE would
    /// need its wildcards escaped, and engines differ in how.
    pub(super) fn position(self, text: &str) -> (String, &'static str) {
        (format!("strpos({text}, "), ")")
    }
}

fn trimmed(text: &str) -> String {
    format!("rtrim({text}, ' ')")
}

/// Digits after the point up to which a decimal's sum surely fits: twenty are left before it.
const MOST_SUMMED: u8 = 18;

/// DataFusion sums a decimal in 128 bits, and begins anew below zero where they are too few: what may need more of them is
/// widened first, which takes as long again.
fn summed(column: &str, scale: u8, is_wide: bool) -> String {
    if is_wide { format!("sum(cast({column} as decimal(76, {scale})))") } else { format!("sum({column})") }
}
