//! Rows on the wire: types by OID, values as text or, where a client asks for it, in Redshift's binary form.

use bytes::{BufMut, BytesMut};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Schema, TimeUnit, TimestampMicrosecondType, UInt64Type,
};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use pgwire::messages::data::{DataRow, FieldDescription, RowDescription};

use crate::engine::{MODIFIER, OID, Refusal};

/// Microseconds and days from 1970 to 2000, where Postgres's time begins.
const EPOCH_US: i64 = 946_684_800_000_000;
const EPOCH_DAYS: i32 = 10_957;

pub(super) fn describe(schema: &Schema, formats: &[i16]) -> RowDescription {
    let fields = schema.fields().iter().enumerate().map(|(at, field)| {
        let (oid, modifier) = oid_of(field);
        FieldDescription::new(field.name().clone(), 0, 0, oid, size_of(oid), modifier, format_of(formats, at))
    });
    RowDescription::new(fields.collect())
}

/// Formats are given for none, for all at once, or one by one.
pub(super) fn format_of(formats: &[i16], at: usize) -> i16 {
    match formats {
        [] => 0,
        [all] => *all,
        each => each.get(at).copied().unwrap_or(0),
    }
}

fn oid_of(field: &Field) -> (u32, i32) {
    let said = |key: &str| field.metadata().get(key);
    if let (Some(oid), Some(modifier)) = (said(OID), said(MODIFIER))
        && let (Ok(oid), Ok(modifier)) = (oid.parse(), modifier.parse())
    {
        return (oid, modifier);
    }
    match field.data_type() {
        DataType::Boolean => (16, -1),
        DataType::Int8 | DataType::Int16 | DataType::UInt8 => (21, -1),
        DataType::Int32 | DataType::UInt16 => (23, -1),
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => (20, -1),
        DataType::Float32 => (700, -1),
        DataType::Float64 => (701, -1),
        DataType::Decimal128(precision, scale) => (1700, ((i32::from(*precision) << 16) | i32::from(*scale)) + 4),
        DataType::Date32 => (1082, -1),
        DataType::Timestamp(_, None) => (1114, -1),
        DataType::Timestamp(_, Some(_)) => (1184, -1),
        _ => (1043, 65_539),
    }
}

fn size_of(oid: u32) -> i16 {
    match oid {
        16 => 1,
        21 => 2,
        23 | 700 | 1082 => 4,
        20 | 701 | 1114 | 1184 => 8,
        _ => -1,
    }
}

/// SUPER and VARBYTE have no binary form.
pub(super) fn asks_binary_of_text(schema: &Schema, formats: &[i16]) -> bool {
    let is_text_only = |field: &Field| matches!(oid_of(field).0, 4000 | 6551);
    schema.fields().iter().enumerate().any(|(at, field)| format_of(formats, at) == 1 && is_text_only(field))
}

/// Calls `put` with each row of the batch.
pub(super) fn rows(
    batch: &RecordBatch,
    formats: &[i16],
    mut put: impl FnMut(DataRow) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let columns: Vec<ArrayRef> = batch.columns().iter().map(normal).collect::<Result<_, _>>()?;
    let options = FormatOptions::default()
        .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S%.f"))
        .with_timestamp_tz_format(Some("%Y-%m-%d %H:%M:%S%.f%:::z"));
    let texts: Vec<ArrayFormatter<'_>> =
        columns.iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options)).collect::<Result<_, _>>()?;
    let oids: Vec<u32> = batch.schema().fields().iter().map(|field| oid_of(field).0).collect();
    for row in 0..batch.num_rows() {
        let mut data = BytesMut::new();
        for (at, column) in columns.iter().enumerate() {
            if column.is_null(row) {
                data.put_i32(-1);
                continue;
            }
            let start = data.len();
            data.put_i32(0);
            if format_of(formats, at) == 1 {
                put_binary(&mut data, column, row, oids[at]);
            } else {
                put_text(&mut data, column, row, &texts[at]);
            }
            let length = (data.len() - start - 4) as i32;
            data[start..start + 4].copy_from_slice(&length.to_be_bytes());
        }
        put(DataRow::new(data, columns.len() as i16))?;
    }
    Ok(())
}

/// Brings the less usual Arrow types down to those that have an OID.
fn normal(array: &ArrayRef) -> Result<ArrayRef, Refusal> {
    let target = match array.data_type() {
        DataType::Utf8View | DataType::LargeUtf8 | DataType::Dictionary(..) => DataType::Utf8,
        DataType::Int8 | DataType::UInt8 => DataType::Int16,
        DataType::UInt16 => DataType::Int32,
        DataType::UInt32 | DataType::UInt64 => DataType::Int64,
        DataType::Timestamp(unit, zone) if *unit != TimeUnit::Microsecond => {
            DataType::Timestamp(TimeUnit::Microsecond, zone.clone())
        }
        _ => return Ok(std::sync::Arc::clone(array)),
    };
    cast(array, &target).map_err(|error| Refusal::new("22000", error.to_string()))
}

fn put_text(out: &mut BytesMut, column: &ArrayRef, row: usize, formatter: &ArrayFormatter<'_>) {
    match column.data_type() {
        DataType::Utf8 => out.put_slice(column.as_string::<i32>().value(row).as_bytes()),
        DataType::Boolean => out.put_u8(if column.as_boolean().value(row) { b't' } else { b'f' }),
        DataType::Float64 => out.put_slice(float_text(column.as_primitive::<Float64Type>().value(row)).as_bytes()),
        DataType::Float32 => {
            let value = column.as_primitive::<Float32Type>().value(row);
            let text = if value.is_finite() { value.to_string() } else { float_text(f64::from(value)) };
            out.put_slice(text.as_bytes());
        }
        _ => out.put_slice(formatter.value(row).to_string().as_bytes()),
    }
}

fn float_text(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
    } else {
        value.to_string()
    }
}

/// Binary as Redshift has it: like Postgres, but for NUMERIC, which is its scaled integer in 8 or 16 bytes.
fn put_binary(out: &mut BytesMut, column: &ArrayRef, row: usize, oid: u32) {
    match column.data_type() {
        DataType::Boolean => out.put_u8(u8::from(column.as_boolean().value(row))),
        DataType::Int8 => out.put_i16(i16::from(column.as_primitive::<Int8Type>().value(row))),
        DataType::Int16 => out.put_i16(column.as_primitive::<Int16Type>().value(row)),
        DataType::Int32 => out.put_i32(column.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => out.put_i64(column.as_primitive::<Int64Type>().value(row)),
        DataType::UInt64 => out.put_u64(column.as_primitive::<UInt64Type>().value(row)),
        DataType::Float32 => out.put_f32(column.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => out.put_f64(column.as_primitive::<Float64Type>().value(row)),
        DataType::Date32 => out.put_i32(column.as_primitive::<Date32Type>().value(row) - EPOCH_DAYS),
        DataType::Timestamp(..) => out.put_i64(column.as_primitive::<TimestampMicrosecondType>().value(row) - EPOCH_US),
        DataType::Decimal128(precision, _) => {
            let value = column.as_primitive::<Decimal128Type>().value(row);
            if *precision <= 18 { out.put_i64(value as i64) } else { out.put_i128(value) }
        }
        _ => {
            let text = column.as_string::<i32>().value(row);
            match time_with_zone(text).filter(|_| oid == 1266) {
                Some((microseconds, west)) => {
                    out.put_i64(microseconds);
                    out.put_i32(west);
                }
                None => out.put_slice(text.as_bytes()),
            }
        }
    }
}

/// `18:30:00+02` as microseconds and as seconds west of Greenwich, which is how TIMETZ is sent in binary.
fn time_with_zone(text: &str) -> Option<(i64, i32)> {
    let (time, zone) = text.split_at_checked(8)?;
    let mut parts = time.split(':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let east: i32 = zone.parse().ok()?;
    Some((((hours * 60 + minutes) * 60 + seconds) * 1_000_000, -east * 3600))
}
