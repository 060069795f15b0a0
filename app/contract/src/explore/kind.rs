//! Kinds of columns: what may be asked of each.

use crate::query::Column;

use super::codes::{Bucket, Function, Operator};

/// Digits after the point where a decimal's type does not say how many.
const ASSUMED_SCALE: u8 = 10;
/// Redshift's largest.
const MAX_SCALE: u8 = 37;
/// A sum of a million million values of so many digits has no more than 38.
const WIDE: u16 = 26;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Integer,
    Decimal {
        scale: u8,
        /// A sum of it may have more than 38 digits.
        is_wide: bool,
    },
    Real,
    Double,
    /// `is_varying` where the type is VARCHAR already. Other text is read as VARCHAR, because CHAR carries blanks that
    /// some functions see and others do not.
    Text {
        is_varying: bool,
        /// In a snapshot: see [`Column::ends_in_blanks`].
        ends_in_blanks: bool,
    },
    Boolean,
    Date,
    Timestamp,
    TimestampTz,
    Time,
    TimeTz,
    /// SUPER, VARBYTE, GEOMETRY, HLLSKETCH, the numbers of a catalog (OID) and whatever else there is: it can be there or not.
    Other,
}

use Operator::{Contains, Eq, Ge, Gt, IsFalse, IsNotNull, IsNull, IsTrue, Le, Lt, Ne, OneOf, StartsWith};

const NUMBERS: &[Function] =
    &[Function::Count, Function::Sum, Function::Average, Function::Min, Function::Max, Function::Distinct];
const ORDERED: &[Function] = &[Function::Count, Function::Min, Function::Max, Function::Distinct];
const HOURS: &[Bucket] = Bucket::ALL;
const DAYS: &[Bucket] = &[Bucket::Year, Bucket::Quarter, Bucket::Month, Bucket::Week, Bucket::Day];

impl Kind {
    pub fn of(column: &Column) -> Self {
        let (name, arguments) = column.type_name.split_once('(').unwrap_or((&column.type_name, ""));
        let text = |is_varying| Self::Text { is_varying, ends_in_blanks: column.ends_in_blanks };
        match name.trim_end() {
            "smallint" | "integer" | "bigint" => Self::Integer,
            "numeric" | "decimal" => {
                let (precision, scale) = declared(arguments).unwrap_or((u16::MAX, ASSUMED_SCALE));
                Self::Decimal { scale: scale.min(MAX_SCALE), is_wide: precision > WIDE }
            }
            "real" => Self::Real,
            "double precision" => Self::Double,
            "varchar" | "character varying" | "text" => text(true),
            "char" | "character" | "bpchar" | "name" | "\"char\"" | "unknown" => text(false),
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "timestamp" | "timestamp without time zone" => Self::Timestamp,
            "timestamptz" | "timestamp with time zone" => Self::TimestampTz,
            "time" | "time without time zone" => Self::Time,
            "timetz" | "time with time zone" => Self::TimeTz,
            _ => Self::Other,
        }
    }

    /// What can be measured.
    pub fn functions(self) -> &'static [Function] {
        match self {
            Self::Integer | Self::Decimal { .. } | Self::Real | Self::Double => NUMBERS,
            // Redshift has no MIN and MAX of booleans.
            Self::Boolean => &[Function::Count, Function::Distinct],
            Self::Other => &[Function::Count],
            _ => ORDERED,
        }
    }

    /// The stretches of time that rows can be put together by.
    pub fn buckets(self) -> &'static [Bucket] {
        match self {
            Self::Timestamp | Self::TimestampTz => HOURS,
            Self::Date => DAYS,
            _ => &[],
        }
    }

    pub fn operators(self) -> &'static [Operator] {
        match self {
            Self::Integer | Self::Decimal { .. } | Self::Date => &[Eq, Ne, Lt, Le, Gt, Ge, OneOf, IsNull, IsNotNull],
            Self::Real | Self::Double | Self::Timestamp | Self::TimestampTz | Self::Time => {
                &[Eq, Ne, Lt, Le, Gt, Ge, IsNull, IsNotNull]
            }
            Self::Text { .. } => &[Eq, Ne, Contains, StartsWith, OneOf, Lt, Le, Gt, Ge, IsNull, IsNotNull],
            Self::Boolean => &[IsTrue, IsFalse, IsNull, IsNotNull],
            Self::TimeTz | Self::Other => &[IsNull, IsNotNull],
        }
    }

    /// Rows can be put together by its values.
    pub fn is_groupable(self) -> bool {
        self != Self::Other
    }

    /// A snapshot has the column only as text, which has another order and other equals than its values: TIMETZ, and a
    /// decimal of no precision or of more than Redshift's 38 digits, which are PostgreSQL's.
    pub fn is_text_in_snapshot(column: &Column) -> bool {
        match Self::of(column) {
            Self::TimeTz => true,
            Self::Decimal { .. } => {
                let arguments = column.type_name.split_once('(').map_or("", |(_, arguments)| arguments);
                declared(arguments).is_none_or(|(precision, scale)| precision > 38 || u16::from(scale) > precision)
            }
            _ => false,
        }
    }

    /// Redshift takes blanks at the end of a VARCHAR for nothing where it compares (developer guide, "Examples with
    /// character types"); PostgreSQL and DataFusion do not.
    pub fn compares_otherwise(self) -> bool {
        matches!(self, Self::Text { is_varying: true, ends_in_blanks: true })
    }

    /// Sorting by it gives the source's order in a snapshot too. What is neither number, time nor text (JSON, enumerated
    /// types, money, SUPER) has an order of its own there, and is text here.
    pub fn sorts_in_snapshot(column: &Column) -> bool {
        Self::of(column) != Self::Other && !Self::is_text_in_snapshot(column)
    }

    /// It runs along the calendar.
    pub fn is_time(self) -> bool {
        !self.buckets().is_empty()
    }
}

/// Precision and scale, of `38,10)`; of `18)` the scale is 0.
fn declared(arguments: &str) -> Option<(u16, u8)> {
    let inner = arguments.strip_suffix(')')?;
    let (precision, scale) = inner.split_once(',').unwrap_or((inner, "0"));
    Some((precision.trim().parse().ok()?, scale.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::ColumnShape;

    fn column(type_name: &str) -> Column {
        Column { name: String::new(), type_name: type_name.to_owned(), shape: ColumnShape::Text, ends_in_blanks: false }
    }

    fn kind(type_name: &str) -> Kind {
        Kind::of(&column(type_name))
    }

    #[test]
    fn what_a_snapshot_has_as_text_is_known() {
        for type_name in ["numeric", "decimal", "numeric(50,2)", "numeric(5,-2)", "numeric(3,5)", "timetz"] {
            assert!(Kind::is_text_in_snapshot(&column(type_name)), "{type_name}");
            assert!(!Kind::sorts_in_snapshot(&column(type_name)), "{type_name}");
        }
        for type_name in ["numeric(38,10)", "numeric(18,0)", "decimal(18)", "varchar(10)", "char(3)", "date", "time"] {
            assert!(Kind::sorts_in_snapshot(&column(type_name)), "{type_name}");
        }
        for type_name in ["jsonb", "money", "super", "integer[]"] {
            assert!(!Kind::sorts_in_snapshot(&column(type_name)), "{type_name}");
        }
    }

    #[test]
    fn kinds_come_from_the_manual_s_spelling() {
        assert_eq!(kind("numeric(38,10)"), Kind::Decimal { scale: 10, is_wide: true });
        assert_eq!(kind("numeric(18,0)"), Kind::Decimal { scale: 0, is_wide: false });
        assert_eq!(kind("decimal(27)"), Kind::Decimal { scale: 0, is_wide: true });
        assert_eq!(kind("numeric"), Kind::Decimal { scale: 10, is_wide: true });
        assert_eq!(kind("numeric(1000,999)"), Kind::Decimal { scale: 10, is_wide: true });
        assert_eq!(kind("varchar(256)"), Kind::Text { is_varying: true, ends_in_blanks: false });
        assert_eq!(kind("char(4)"), Kind::Text { is_varying: false, ends_in_blanks: false });
        let padded = Column { ends_in_blanks: true, ..column("varchar(256)") };
        assert!(Kind::of(&padded).compares_otherwise() && !kind("varchar(256)").compares_otherwise());
        assert_eq!(kind("double precision"), Kind::Double);
        assert_eq!(kind("timestamptz"), Kind::TimestampTz);
        for other in ["super", "varbyte", "geometry", "hllsketch", "interval day to second", "type 999999", "", "("] {
            assert_eq!(kind(other), Kind::Other, "{other}");
        }
    }

    #[test]
    fn every_kind_can_be_counted_and_looked_for_nulls() {
        for name in ["bigint", "real", "char", "boolean", "date", "timestamp", "time", "timetz", "super"] {
            assert_eq!(kind(name).functions().first(), Some(&Function::Count), "{name}");
            assert!(kind(name).operators().ends_with(&[Operator::IsNull, Operator::IsNotNull]), "{name}");
        }
    }
}
