//! Types by OID: their names as Redshift's manual spells them, and how a value of each is shown.
//!
//! OIDs that PostgreSQL does not have (SUPER 4000, VARBYTE 6551, …) are those of AWS's own drivers (`Oid.java`,
//! `utils/oids.py`). An unknown OID is text.

/// How a column is aligned and set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Number,
    Boolean,
    Time,
    Json,
    Binary,
}

/// The name of a type, with length or precision where the modifier holds one.
pub fn type_name(oid: u32, modifier: i32) -> String {
    match oid {
        1042 => with_length("char", modifier),
        1043 => with_length("varchar", modifier),
        1700 => with_precision(modifier),
        _ => match name(oid) {
            Some(name) => name.to_owned(),
            None => format!("type {oid}"),
        },
    }
}

pub fn shape(oid: u32) -> Shape {
    match oid {
        20 | 21 | 23 | 26 | 700 | 701 | 1700 => Shape::Number,
        16 => Shape::Boolean,
        702 | 1082 | 1083 | 1114 | 1184 | 1186 | 1188 | 1190 | 1266 => Shape::Time,
        114 | 3802 | 4000 => Shape::Json,
        17 | 3000 | 3001 | 3999 | 6551 => Shape::Binary,
        _ => Shape::Text,
    }
}

fn name(oid: u32) -> Option<&'static str> {
    Some(match oid {
        16 => "boolean",
        17 => "bytea",
        18 => "\"char\"",
        19 => "name",
        20 => "bigint",
        21 => "smallint",
        23 => "integer",
        25 => "text",
        26 => "oid",
        114 => "json",
        700 => "real",
        701 => "double precision",
        702 => "abstime",
        705 => "unknown",
        1082 => "date",
        1083 => "time",
        1114 => "timestamp",
        1184 => "timestamptz",
        1186 => "interval",
        1188 => "interval year to month",
        1190 => "interval day to second",
        1266 => "timetz",
        2935 => "hllsketch",
        2950 => "uuid",
        3000 | 3999 => "geometry",
        3001 => "geography",
        3802 => "jsonb",
        4000 => "super",
        6551 => "varbyte",
        _ => return None,
    })
}

/// The modifier of a character type is its length and 4.
fn with_length(name: &str, modifier: i32) -> String {
    match modifier.checked_sub(4) {
        Some(length) if length > 0 => format!("{name}({length})"),
        _ => name.to_owned(),
    }
}

/// The modifier of NUMERIC is `(precision << 16 | scale) + 4`.
fn with_precision(modifier: i32) -> String {
    match modifier.checked_sub(4) {
        Some(packed) if packed >= 0 => {
            format!("numeric({},{})", packed >> 16 & 0xffff, packed & 0xffff)
        }
        _ => "numeric".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_length_and_precision() {
        assert_eq!(type_name(1043, 260), "varchar(256)");
        assert_eq!(type_name(1043, -1), "varchar");
        assert_eq!(type_name(1700, ((38 << 16) | 10) + 4), "numeric(38,10)");
        assert_eq!(type_name(1700, -1), "numeric");
        assert_eq!(type_name(4000, -1), "super");
        assert_eq!(type_name(999_999, 7), "type 999999");
        assert_eq!(type_name(1043, i32::MIN), "varchar");
    }
}
