//! Pieces of JSON from bytes, without a value in between.

use serde::de::IgnoredAny;

/// Whether these bytes are a JSON number as they stand. `NaN`, `+1`, `.5`, `01` are none.
pub(super) fn is_number(bytes: &[u8]) -> bool {
    let digits = |rest: &[u8]| rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let places = digits(fraction);
        if places == 0 {
            return false;
        }
        rest = &fraction[places..];
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
        return !exponent.is_empty() && digits(exponent) == exponent.len();
    }
    rest.is_empty()
}

/// Whether these bytes are one JSON value. Nothing is built of it, and its depth costs no stack.
pub(super) fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// A JSON value without line breaks. In a valid one they stand only between tokens, where a space does as well.
pub(super) fn on_one_line(json: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(json);
    for byte in &mut out[start..] {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// A JSON string of these bytes.
pub(super) fn string(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\')) {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            byte @ (b'"' | b'\\') => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            byte => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
            }
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_grammar() {
        for text in ["0", "-0", "10", "-5", "1.50", "9223372036854775807", "1e+20", "1E-7", "-0.001e5"] {
            assert!(is_number(text.as_bytes()), "{text}");
            assert!(is_json(text.as_bytes()), "{text}");
        }
        for text in
            ["", "-", "+1", "01", "-01", ".5", "5.", "1e", "1e+", "NaN", "Infinity", "1 ", " 1", "1_0", "0x1", "1e5x"]
        {
            assert!(!is_number(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn any_bytes_make_a_string() {
        let text: String = (0..0x180).filter_map(char::from_u32).chain(['\u{2028}', '😀']).collect();
        let mut out = Vec::new();
        string(text.as_bytes(), &mut out);
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }

    #[test]
    fn json_is_told_from_text() {
        for text in ["{}", "[1, {\"a\": null}]", "\"a\"", "null", " true\n", "1.50"] {
            assert!(is_json(text.as_bytes()), "{text}");
        }
        for text in ["", "{", "{}{}", "a", "'a'", "[1,]", "\"\n\""] {
            assert!(!is_json(text.as_bytes()), "{text}");
        }
        let deep = "[".repeat(5000) + &"]".repeat(5000);
        assert!(is_json(deep.as_bytes()));
        let mut out = Vec::new();
        on_one_line(b"{\n \"a\\n\":\r\n1}", &mut out);
        assert_eq!(out, b"{  \"a\\n\":  1}");
    }
}
