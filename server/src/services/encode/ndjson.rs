//! NDJSON: one object on each line, in the order of the columns.
//!
//! - Numbers have the server's own digits, all of them: BIGINT beyond 2^53 and NUMERIC beyond a double too. The
//!   grammar allows it, and a reader that wants them exactly can have them. `NaN` and `Infinity` are strings.
//! - SUPER and JSON are embedded; a JSON null in them looks like NULL.
//! - A name that stands twice gets a number (`id (2)`), because most readers keep only the last of two.
//! - Everything else is a string with the server's text: dates, intervals, binary as hexadecimal.

use std::io::Write;

use redshift::stream::RowShape;
use redshift::text::TextBatch;
use redshift::types::{Shape, shape};

use super::{EncodeError, Encoder, Flow, Notes, json, names, utf8};

#[derive(Default)]
pub(super) struct Ndjson {
    /// `None` before the first batch.
    columns: Option<Vec<Column>>,
    notes: Notes,
}

struct Column {
    /// What stands before a value: `,"name":`, and `{` instead of the comma for the first.
    before: Vec<u8>,
    shape: Shape,
}

fn columns(shapes: &[RowShape]) -> Vec<Column> {
    let column = |(at, (name, of)): (usize, (String, &RowShape))| {
        let mut before = vec![if at == 0 { b'{' } else { b',' }];
        json::string(name.as_bytes(), &mut before);
        before.push(b':');
        Column { before, shape: shape(of.oid) }
    };
    names::unique(shapes).into_iter().zip(shapes).enumerate().map(column).collect()
}

impl Encoder for Ndjson {
    fn batch(&mut self, batch: &TextBatch, out: &mut Vec<u8>) -> Result<Flow, EncodeError> {
        let start = out.len();
        let columns = self.columns.get_or_insert_with(|| columns(batch.columns()));
        for row in 0..batch.rows() {
            for (at, column) in columns.iter().enumerate() {
                out.extend_from_slice(&column.before);
                match batch.cell(row, at) {
                    None => out.extend_from_slice(b"null"),
                    Some(cell) => value(column.shape, cell, out),
                }
            }
            out.extend_from_slice(b"}\n");
        }
        utf8::repair(out, start);
        self.notes.rows += batch.rows() as u64;
        Ok(Flow::More)
    }

    fn finish(self: Box<Self>, _out: &mut (dyn Write + Send)) -> Result<Notes, EncodeError> {
        Ok(self.notes)
    }
}

fn value(shape: Shape, cell: &[u8], out: &mut Vec<u8>) {
    match (shape, cell) {
        (Shape::Boolean, b"t") => out.extend_from_slice(b"true"),
        (Shape::Boolean, b"f") => out.extend_from_slice(b"false"),
        (Shape::Number, _) if json::is_number(cell) => out.extend_from_slice(cell),
        (Shape::Json, _) if json::is_json(cell) => json::on_one_line(cell, out),
        _ => json::string(cell, out),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::samples::{Row, batch, column, encode, numeric, one_column};
    use super::*;

    fn text(batches: &[TextBatch]) -> String {
        String::from_utf8(encode(Ndjson::default(), batches).unwrap().0).unwrap()
    }

    fn objects(text: &str) -> Vec<Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn each_type_by_its_value() {
        let columns = [
            column("b", 16),
            column("i", 20),
            numeric("n", 38, 10),
            column("f", 701),
            column("s", 1043),
            column("j", 4000),
            column("d", 1082),
            column("x", 6551),
        ];
        let first: Row = &[
            Some("t"),
            Some("-5"),
            Some("1.5000000000"),
            Some("1e+20"),
            Some("a \"b\"\n\\"),
            Some("{\"a\": [1,\n2]}"),
            Some("2026-11-23"),
            Some("616263"),
        ];
        let second: Row = &[Some("f"), None, None, Some("NaN"), Some(""), Some("not json"), None, None];
        let text = text(&[batch(&columns, &[first, second])]);
        assert_eq!(text.lines().count(), 2, "{text}");
        let read = objects(&text);
        let first = json!({"b": true, "i": -5, "n": 1.5, "f": 1e20, "s": "a \"b\"\n\\", "j": {"a": [1, 2]}, "d": "2026-11-23", "x": "616263"});
        assert_eq!(read[0], first);
        let second =
            json!({"b": false, "i": null, "n": null, "f": "NaN", "s": "", "j": "not json", "d": null, "x": null});
        assert_eq!(read[1], second);
    }

    #[test]
    fn no_digit_is_lost() {
        let bigints = [Some("9223372036854775807"), Some("-9223372036854775808"), Some("9007199254740993")];
        let big = text(&[one_column(column("n", 20), &bigints)]);
        assert_eq!(big, "{\"n\":9223372036854775807}\n{\"n\":-9223372036854775808}\n{\"n\":9007199254740993}\n");
        let digits = "-1234567890123456789012345678.1234567890";
        let numerics = [Some(digits), Some("0.10"), Some("NaN"), Some("Infinity"), Some("007")];
        let exact = text(&[one_column(numeric("n", 38, 10), &numerics)]);
        let wanted = format!(
            "{{\"n\":{digits}}}\n{{\"n\":0.10}}\n{{\"n\":\"NaN\"}}\n{{\"n\":\"Infinity\"}}\n{{\"n\":\"007\"}}\n"
        );
        assert_eq!(exact, wanted);
    }

    #[test]
    fn embedded_values_keep_their_digits_and_stay_on_one_line() {
        let cells = [Some("[\n  12345678901234567890.10\r\n]"), Some("null"), Some("\"a\""), Some("{\"a\":1}}"), None];
        let wanted = "{\"j\":[   12345678901234567890.10  ]}\n{\"j\":null}\n{\"j\":\"a\"}\n{\"j\":\"{\\\"a\\\":1}}\"}\n{\"j\":null}\n";
        assert_eq!(text(&[one_column(column("j", 4000), &cells)]), wanted);
    }

    #[test]
    fn names_are_strings_that_stand_once() {
        let columns = [column("a\"\n", 23), column("x", 23), column("x", 23)];
        let text = text(&[batch(&columns, &[&[Some("1"), Some("2"), Some("3")]])]);
        assert_eq!(text, "{\"a\\\"\\n\":1,\"x\":2,\"x (2)\":3}\n");
    }

    #[test]
    fn without_rows_or_columns_nothing_is_written() {
        assert_eq!(text(&[batch(&[column("a", 23)], &[])]), "");
        assert_eq!(text(&[batch(&[], &[])]), "");
        let two = [one_column(column("a", 23), &[Some("1")]), one_column(column("a", 23), &[Some("2")])];
        assert_eq!(text(&two), "{\"a\":1}\n{\"a\":2}\n");
    }

    #[test]
    fn text_that_is_none_is_replaced() {
        let mut broken = TextBatch::new(vec![column("s", 25), column("j", 4000)].into());
        broken.push(Some(b"a\xff\xf0\x9f"));
        broken.push(Some(b"{\"k\": \"\xfe\"}"));
        let read = objects(&text(&[broken]));
        assert_eq!(read, [json!({"s": "a\u{fffd}\u{fffd}", "j": {"k": "\u{fffd}"}})]);
    }
}
