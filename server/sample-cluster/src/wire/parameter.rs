//! Bind parameters: text as it is, and the binary forms that AWS's own drivers send.

use bytes::Bytes;
use datafusion::scalar::ScalarValue;

use super::encode::format_of;
use crate::engine::Refusal;

/// The values of a Bind, by the types that Parse declared.
pub(super) fn values(parameters: &[Option<Bytes>], formats: &[i16], oids: &[u32]) -> Result<Vec<ScalarValue>, Refusal> {
    let each = parameters.iter().enumerate().map(|(at, value)| {
        let Some(bytes) = value else { return Ok(ScalarValue::Utf8(None)) };
        match format_of(formats, at) {
            1 => binary(bytes, oids.get(at).copied().unwrap_or_default()),
            _ => Ok(text(bytes)),
        }
    });
    each.collect()
}

fn text(bytes: &[u8]) -> ScalarValue {
    ScalarValue::Utf8(Some(String::from_utf8_lossy(bytes).into_owned()))
}

fn binary(bytes: &[u8], oid: u32) -> Result<ScalarValue, Refusal> {
    let value = match (oid, bytes.len()) {
        (16, 1) => Some(ScalarValue::Boolean(Some(bytes != [0]))),
        (21, _) => bytes.try_into().ok().map(|bytes| ScalarValue::Int16(Some(i16::from_be_bytes(bytes)))),
        (23, _) => bytes.try_into().ok().map(|bytes| ScalarValue::Int32(Some(i32::from_be_bytes(bytes)))),
        (20, _) => bytes.try_into().ok().map(|bytes| ScalarValue::Int64(Some(i64::from_be_bytes(bytes)))),
        (700, _) => bytes.try_into().ok().map(|bytes| ScalarValue::Float32(Some(f32::from_be_bytes(bytes)))),
        (701, _) => bytes.try_into().ok().map(|bytes| ScalarValue::Float64(Some(f64::from_be_bytes(bytes)))),
        (0 | 25 | 705 | 1042 | 1043, _) => Some(text(bytes)),
        _ => None,
    };
    value.ok_or_else(|| Refusal::new("0A000", format!("the sample takes no binary parameter of type {oid}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_binary_are_told_apart_by_format() {
        let value = |bytes: &'static [u8], format, oid| values(&[Some(Bytes::from_static(bytes))], &[format], &[oid]);
        assert_eq!(value(b"\0\x03", 1, 21), Ok(vec![ScalarValue::Int16(Some(3))]));
        assert_eq!(value(b"3", 0, 21), Ok(vec![text(b"3")]));
        assert!(value(b"\0\x03", 1, 23).is_err());
        assert_eq!(values(&[None], &[], &[]), Ok(vec![ScalarValue::Utf8(None)]));
    }
}
