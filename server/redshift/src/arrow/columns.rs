//! One builder per column, by the Arrow type that stands for its Redshift type.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Float32Builder, Float64Builder, Int16Builder,
    Int32Builder, Int64Builder, StringBuilder, Time64MicrosecondBuilder, TimestampMicrosecondBuilder,
};
use arrow_schema::{DataType, TimeUnit};

use super::values;

/// The Arrow type of a column. What Arrow has no equal for stays the text that the server wrote: intervals, TIMETZ,
/// NUMERIC without a precision (PostgreSQL's), and every type that is not known.
pub fn arrow_type(oid: u32, modifier: i32) -> DataType {
    match oid {
        16 => DataType::Boolean,
        21 => DataType::Int16,
        23 => DataType::Int32,
        20 | 26 => DataType::Int64,
        700 => DataType::Float32,
        701 => DataType::Float64,
        1082 => DataType::Date32,
        1083 => DataType::Time64(TimeUnit::Microsecond),
        1114 => DataType::Timestamp(TimeUnit::Microsecond, None),
        1184 => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        1700 => decimal(modifier),
        17 | 6551 => DataType::Binary,
        _ => DataType::Utf8,
    }
}

/// The modifier is `(precision << 16 | scale) + 4`.
fn decimal(modifier: i32) -> DataType {
    let packed = modifier.wrapping_sub(4);
    let (precision, scale) = (packed >> 16 & 0xffff, packed & 0xffff);
    match (u8::try_from(precision), i8::try_from(scale)) {
        (Ok(precision @ 1..=38), Ok(scale)) if modifier >= 4 && scale <= precision.cast_signed() => {
            DataType::Decimal128(precision, scale)
        }
        _ => DataType::Utf8,
    }
}

pub(super) enum ColumnBuilder {
    Bool(BooleanBuilder),
    Int16(Int16Builder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float32(Float32Builder),
    Float64(Float64Builder),
    Date(Date32Builder),
    Time(Time64MicrosecondBuilder),
    Timestamp(TimestampMicrosecondBuilder),
    TimestampTz(TimestampMicrosecondBuilder),
    Decimal(Decimal128Builder, u8, i8),
    Varbyte(BinaryBuilder),
    Bytea(BinaryBuilder),
    Text(StringBuilder),
}

/// Appends the value that `read` makes of the bytes; `None` when it makes nothing of them.
macro_rules! append {
    ($builder:expr, $value:expr, $read:expr) => {
        match $value {
            None => $builder.append_null(),
            Some(bytes) => $builder.append_value($read(bytes)?),
        }
    };
}

impl ColumnBuilder {
    /// For a column of this OID and of the type that it has in Arrow, with room for so many values, and so many bytes
    /// of what has no fixed size.
    pub fn new(oid: u32, kind: &DataType, rows: usize, bytes: usize) -> Self {
        match kind {
            DataType::Boolean => Self::Bool(BooleanBuilder::with_capacity(rows)),
            DataType::Int16 => Self::Int16(Int16Builder::with_capacity(rows)),
            DataType::Int32 => Self::Int32(Int32Builder::with_capacity(rows)),
            DataType::Int64 => Self::Int64(Int64Builder::with_capacity(rows)),
            DataType::Float32 => Self::Float32(Float32Builder::with_capacity(rows)),
            DataType::Float64 => Self::Float64(Float64Builder::with_capacity(rows)),
            DataType::Date32 => Self::Date(Date32Builder::with_capacity(rows)),
            DataType::Time64(_) => Self::Time(Time64MicrosecondBuilder::with_capacity(rows)),
            DataType::Timestamp(_, None) => Self::Timestamp(TimestampMicrosecondBuilder::with_capacity(rows)),
            DataType::Timestamp(_, Some(zone)) => {
                Self::TimestampTz(TimestampMicrosecondBuilder::with_capacity(rows).with_timezone(Arc::clone(zone)))
            }
            DataType::Decimal128(precision, scale) => {
                let builder = Decimal128Builder::with_capacity(rows).with_data_type(kind.clone());
                Self::Decimal(builder, *precision, *scale)
            }
            DataType::Binary if oid == 17 => Self::Bytea(BinaryBuilder::with_capacity(rows, bytes)),
            DataType::Binary => Self::Varbyte(BinaryBuilder::with_capacity(rows, bytes)),
            _ => Self::Text(StringBuilder::with_capacity(rows, bytes)),
        }
    }

    /// Bytes of what has no fixed size.
    pub fn text(&self) -> usize {
        match self {
            Self::Varbyte(builder) | Self::Bytea(builder) => builder.values_slice().len(),
            Self::Text(builder) => builder.values_slice().len(),
            _ => 0,
        }
    }

    /// `None` for bytes that are no value of this type.
    pub fn append(&mut self, value: Option<&[u8]>) -> Option<()> {
        match self {
            Self::Bool(builder) => append!(builder, value, values::boolean),
            Self::Int16(builder) => append!(builder, value, values::integer),
            Self::Int32(builder) => append!(builder, value, values::integer),
            Self::Int64(builder) => append!(builder, value, values::integer),
            Self::Float32(builder) => append!(builder, value, values::float),
            Self::Float64(builder) => append!(builder, value, values::float),
            Self::Date(builder) => append!(builder, value, values::date),
            Self::Time(builder) => append!(builder, value, values::time),
            Self::Timestamp(builder) => append!(builder, value, values::timestamp),
            Self::TimestampTz(builder) => append!(builder, value, values::timestamp_with_zone),
            Self::Decimal(builder, precision, scale) => {
                append!(builder, value, |bytes| values::decimal(bytes, *precision, *scale));
            }
            Self::Varbyte(builder) => append!(builder, value, values::varbyte),
            Self::Bytea(builder) => append!(builder, value, values::bytea),
            Self::Text(builder) => match value.map(str::from_utf8) {
                None => builder.append_null(),
                Some(Ok(text)) => builder.append_value(text),
                // Text that is none is shown as such, here as in a preview.
                Some(Err(_)) => builder.append_value(String::from_utf8_lossy(value.unwrap_or_default())),
            },
        }
        Some(())
    }

    pub fn finish(mut self) -> ArrayRef {
        match &mut self {
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::Int16(builder) => Arc::new(builder.finish()),
            Self::Int32(builder) => Arc::new(builder.finish()),
            Self::Int64(builder) => Arc::new(builder.finish()),
            Self::Float32(builder) => Arc::new(builder.finish()),
            Self::Float64(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
            Self::Timestamp(builder) | Self::TimestampTz(builder) => Arc::new(builder.finish()),
            Self::Decimal(builder, ..) => Arc::new(builder.finish()),
            Self::Varbyte(builder) | Self::Bytea(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
        }
    }
}
