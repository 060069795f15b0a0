//! Arrow values as the server writes them: what [`super::values`] reads, the other way round. So an answer that comes from a
//! snapshot looks as if the source had given it.

use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time64MicrosecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};

use crate::stream::RowShape;
use crate::text::TextBatch;

const BYTEA: u32 = 17;
const VARBYTE: u32 = 6551;

/// Rows of text, with these columns. None where a column has a type that is never in an answer.
pub fn print(batch: &RecordBatch, columns: &std::sync::Arc<[RowShape]>) -> Option<TextBatch> {
    let mut text = TextBatch::new(std::sync::Arc::clone(columns));
    let mut cell = Vec::new();
    for row in 0..batch.num_rows() {
        for (array, shape) in batch.columns().iter().zip(columns.iter()) {
            if array.is_null(row) {
                text.push(None);
                continue;
            }
            cell.clear();
            value(&mut cell, array.as_ref(), row, shape.oid)?;
            text.push(Some(&cell));
        }
    }
    Some(text)
}

/// The columns of an answer that is no table's: each by its Arrow type, as PostgreSQL numbers its types.
pub fn shapes(schema: &arrow_schema::Schema) -> Vec<RowShape> {
    let shape = |field: &arrow_schema::FieldRef| {
        let (oid, type_modifier) = match field.data_type() {
            DataType::Boolean => (16, -1),
            DataType::Int8 | DataType::Int16 => (21, -1),
            DataType::Int32 => (23, -1),
            DataType::Int64 | DataType::UInt64 => (20, -1),
            DataType::Float32 => (700, -1),
            DataType::Float64 => (701, -1),
            DataType::Date32 => (1082, -1),
            DataType::Time64(_) => (1083, -1),
            DataType::Timestamp(_, None) => (1114, -1),
            DataType::Timestamp(_, Some(_)) => (1184, -1),
            DataType::Decimal128(precision, scale) => (1700, (i32::from(*precision) << 16 | i32::from(*scale)) + 4),
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => (VARBYTE, -1),
            _ => (1043, -1),
        };
        RowShape { name: field.name().clone(), oid, type_modifier }
    };
    schema.fields().iter().map(shape).collect()
}

fn value(out: &mut Vec<u8>, array: &dyn Array, row: usize, oid: u32) -> Option<()> {
    macro_rules! number {
        ($kind:ty) => {
            write!(out, "{}", array.as_primitive::<$kind>().value(row)).ok()?
        };
    }
    match array.data_type() {
        DataType::Boolean => out.push(if array.as_boolean().value(row) { b't' } else { b'f' }),
        DataType::Int8 => number!(Int8Type),
        DataType::Int16 => number!(Int16Type),
        DataType::Int32 => number!(Int32Type),
        DataType::Int64 => number!(Int64Type),
        DataType::UInt64 => number!(UInt64Type),
        DataType::Float32 => {
            let value = array.as_primitive::<Float32Type>().value(row);
            float(out, f64::from(value), format!("{value:e}"), 6)?;
        }
        DataType::Float64 => {
            let value = array.as_primitive::<Float64Type>().value(row);
            float(out, value, format!("{value:e}"), 15)?;
        }
        DataType::Decimal128(_, scale) => decimal(out, array.as_primitive::<Decimal128Type>().value(row), *scale)?,
        DataType::Date32 => date(out, i64::from(array.as_primitive::<Date32Type>().value(row)), b"")?,
        DataType::Time64(TimeUnit::Microsecond) => {
            clock(out, array.as_primitive::<Time64MicrosecondType>().value(row))?
        }
        DataType::Timestamp(unit, zone) => {
            let moment = match unit {
                TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().value(row),
                TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().value(row).div_euclid(1000),
                TimeUnit::Millisecond => {
                    array.as_primitive::<TimestampMillisecondType>().value(row).checked_mul(1000)?
                }
                TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row).checked_mul(1_000_000)?,
            };
            let mut time = vec![b' '];
            clock(&mut time, moment.rem_euclid(DAY))?;
            if zone.is_some() {
                time.extend_from_slice(b"+00");
            }
            date(out, moment.div_euclid(DAY), &time)?;
        }
        DataType::Utf8 => out.extend_from_slice(array.as_string::<i32>().value(row).as_bytes()),
        DataType::LargeUtf8 => out.extend_from_slice(array.as_string::<i64>().value(row).as_bytes()),
        DataType::Utf8View => out.extend_from_slice(array.as_string_view().value(row).as_bytes()),
        DataType::Binary => bytes(out, array.as_binary::<i32>().value(row), oid)?,
        DataType::LargeBinary => bytes(out, array.as_binary::<i64>().value(row), oid)?,
        DataType::BinaryView => bytes(out, array.as_binary_view().value(row), oid)?,
        DataType::Null => {}
        _ => return None,
    }
    Some(())
}

const DAY: i64 = 86_400_000_000;

/// As PostgreSQL 12 and later write the shortest digits that are read back as the same number: with an exponent where the
/// point would be far away.
fn float(out: &mut Vec<u8>, value: f64, scientific: String, digits: i32) -> Option<()> {
    if value.is_nan() {
        out.extend_from_slice(b"NaN");
        return Some(());
    }
    if value.is_infinite() {
        out.extend_from_slice(if value > 0.0 { b"Infinity" } else { b"-Infinity" });
        return Some(());
    }
    let (mantissa, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    if (-4..digits).contains(&exponent) {
        // The same digits, with the point in its place.
        let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
        let all: String = mantissa.chars().filter(|c| *c != '.').collect();
        out.extend_from_slice(sign.as_bytes());
        match usize::try_from(exponent) {
            Ok(before) if all.len() > before + 1 => write!(out, "{}.{}", &all[..=before], &all[before + 1..]).ok()?,
            Ok(before) => write!(out, "{all:0<width$}", width = before + 1).ok()?,
            Err(_) => {
                let zeros = usize::try_from(-exponent - 1).ok()?;
                write!(out, "0.{}{all}", "0".repeat(zeros)).ok()?;
            }
        }
        return Some(());
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    write!(out, "{mantissa}e{sign}{:02}", exponent.abs()).ok()
}

fn decimal(out: &mut Vec<u8>, value: i128, scale: i8) -> Option<()> {
    if value < 0 {
        out.push(b'-');
    }
    let digits = value.unsigned_abs().to_string();
    match usize::try_from(scale) {
        Ok(0) => out.extend_from_slice(digits.as_bytes()),
        Ok(scale) => {
            let padded = format!("{digits:0>width$}", width = scale + 1);
            let (before, after) = padded.split_at(padded.len() - scale);
            write!(out, "{before}.{after}").ok()?;
        }
        Err(_) => write!(out, "{digits}{}", "0".repeat(usize::from(scale.unsigned_abs()))).ok()?,
    }
    Some(())
}

/// A day since 1970, and what comes behind it, before the era.
fn date(out: &mut Vec<u8>, days: i64, time: &[u8]) -> Option<()> {
    let (year, month, day) = civil_from_days(days);
    // There is no year 0: 1 BC stands there.
    let (year, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    write!(out, "{year:04}-{month:02}-{day:02}").ok()?;
    out.extend_from_slice(time);
    out.extend_from_slice(era.as_bytes());
    Some(())
}

/// Howard Hinnant's "chrono-compatible low-level date algorithms", `civil_from_days`.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// Microseconds since midnight, without digits that say nothing.
fn clock(out: &mut Vec<u8>, time: i64) -> Option<()> {
    let (seconds, fraction) = (time.div_euclid(1_000_000), time.rem_euclid(1_000_000));
    write!(out, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60).ok()?;
    if fraction > 0 {
        let digits = format!("{fraction:06}");
        write!(out, ".{}", digits.trim_end_matches('0')).ok()?;
    }
    Some(())
}

fn bytes(out: &mut Vec<u8>, value: &[u8], oid: u32) -> Option<()> {
    if oid == BYTEA {
        out.extend_from_slice(b"\\x");
    }
    value.iter().try_for_each(|byte| write!(out, "{byte:02x}").ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::arrow::BatchBuilder;

    /// Text of a type through Arrow and back.
    fn again(oid: u32, type_modifier: i32, text: &str) -> String {
        let shape = RowShape { name: "x".into(), oid, type_modifier };
        let mut builder = BatchBuilder::new(std::slice::from_ref(&shape));
        builder.push(0, Some(text.as_bytes())).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        builder.end_row();
        let text = print(&builder.take().unwrap(), &std::sync::Arc::from([shape])).unwrap();
        String::from_utf8(text.cell(0, 0).unwrap().to_vec()).unwrap()
    }

    #[test]
    fn what_the_server_wrote_is_written_again() {
        let numeric = |precision: i32, scale: i32| (precision << 16 | scale) + 4;
        for (oid, modifier, texts) in [
            (16, -1, &["t", "f"][..]),
            (21, -1, &["-32768"]),
            (20, -1, &["9223372036854775807", "-9223372036854775808"]),
            (1700, numeric(38, 10), &["-9999999999999999999999999999.9999999999", "0.0000000001", "-0.5000000000"]),
            (1700, numeric(5, 0), &["-12", "0"]),
            (
                701,
                -1,
                &["1", "-0", "0.1", "0.0001", "1e-05", "123456789012345", "1.5e+15", "1e+300", "NaN", "-Infinity"],
            ),
            (700, -1, &["123456", "1e+06", "0.1", "3.4028235e+38"]),
            (1082, -1, &["0044-03-15 BC", "0001-01-01", "9999-12-31", "10000-01-01", "2024-02-29"]),
            (1083, -1, &["23:59:59.999999", "00:00:00", "24:00:00", "04:05:06.5"]),
            (1114, -1, &["0001-12-31 23:59:59.5 BC", "1969-12-31 23:59:59.999999", "294246-12-31 23:59:59"]),
            (1184, -1, &["2026-11-23 13:04:05+00", "1890-01-01 00:00:00.25+00"]),
            (17, -1, &["\\x00ff", "\\x"]),
            (6551, -1, &["616263"]),
            (1043, 20, &["", "Grüße \t"]),
            (1186, -1, &["1 year 2 mons"]),
        ] {
            for text in texts {
                assert_eq!(again(oid, modifier, text), **text, "{oid}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_number_is_read_back_as_itself(double in any::<f64>(), single in any::<f32>(), day in -2_000_000..4_000_000_i32) {
            let text = again(701, -1, &double.to_string());
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), double.to_bits());
            let text = again(700, -1, &single.to_string());
            prop_assert_eq!(text.parse::<f32>().unwrap().to_bits(), single.to_bits());
            let mut text = Vec::new();
            date(&mut text, i64::from(day), b"").unwrap();
            prop_assert_eq!(crate::arrow::date(&text), Some(day));
        }
    }
}
