//! CSV as RFC 4180 has it: comma, CRLF, a header row, quotes where they are needed.
//!
//! - UTF-8 without a byte order mark: the mark would become part of the first name for every program that is not a
//!   spreadsheet, and the type of the answer says what the text is.
//! - NULL is nothing, the empty string is `""`, so that they stay apart (as for PostgreSQL's own CSV). In a result of
//!   one column a NULL is therefore an empty line, also as PostgreSQL has it.
//! - No columns, no header: the file is empty.

use std::io::Write;

use redshift::stream::RowShape;
use redshift::text::TextBatch;

use super::formulas::{Words, is_parting};
use super::{EncodeError, Encoder, Flow, Notes, utf8};

#[derive(Default)]
pub(super) struct Csv {
    /// Of each column; `None` before the first batch.
    words: Option<Vec<Words>>,
    notes: Notes,
}

impl Csv {
    fn header(&mut self, columns: &[RowShape], out: &mut Vec<u8>) -> Vec<Words> {
        for (at, column) in columns.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            // A name is anyone's word, whatever the column's type is.
            self.notes.formulas_disarmed += u64::from(push(column.name.as_bytes(), Words::Free, out));
        }
        if !columns.is_empty() {
            out.extend_from_slice(b"\r\n");
        }
        columns.iter().map(Words::of).collect()
    }
}

impl Encoder for Csv {
    fn batch(&mut self, batch: &TextBatch, out: &mut Vec<u8>) -> Result<Flow, EncodeError> {
        let start = out.len();
        let words = match self.words.take() {
            Some(words) => words,
            None => self.header(batch.columns(), out),
        };
        // Text, separators, and some quotes.
        out.reserve(batch.size() + batch.rows() * (words.len() + 2));
        let mut disarmed = 0;
        for row in 0..batch.rows() {
            for (column, words) in words.iter().enumerate() {
                if column > 0 {
                    out.push(b',');
                }
                if let Some(cell) = batch.cell(row, column) {
                    disarmed += u64::from(push(cell, *words, out));
                }
            }
            out.extend_from_slice(b"\r\n");
        }
        utf8::repair(out, start);
        self.words = Some(words);
        self.notes.rows += batch.rows() as u64;
        self.notes.formulas_disarmed += disarmed;
        Ok(Flow::More)
    }

    fn finish(self: Box<Self>, _out: &mut (dyn Write + Send)) -> Result<Notes, EncodeError> {
        Ok(self.notes)
    }
}

/// Appends a cell; whether it got an apostrophe.
fn push(cell: &[u8], words: Words, out: &mut Vec<u8>) -> bool {
    let is_formula = words.is_formula(cell);
    let (needs_quotes, is_parted) = look(cell);
    if needs_quotes {
        out.push(b'"');
    }
    if is_formula {
        out.push(b'\'');
    }
    let mut is_formula_within = false;
    let mut start = 0;
    if is_parted && words == Words::Free {
        for at in words.formulas_within(cell) {
            push_text(&cell[start..at], needs_quotes, out);
            out.push(b'\'');
            (start, is_formula_within) = (at, true);
        }
    }
    push_text(&cell[start..], needs_quotes, out);
    if needs_quotes {
        out.push(b'"');
    }
    is_formula || is_formula_within
}

fn push_text(text: &[u8], is_quoted: bool, out: &mut Vec<u8>) {
    if !is_quoted {
        return out.extend_from_slice(text);
    }
    let mut parts = text.split(|byte| *byte == b'"');
    out.extend_from_slice(parts.next().unwrap_or_default());
    for part in parts {
        out.extend_from_slice(b"\"\"");
        out.extend_from_slice(part);
    }
}

/// Whether it needs quotes, and whether a program might part it. Spaces at the ends get quotes too, because some
/// programs trim what has none.
fn look(cell: &[u8]) -> (bool, bool) {
    let (Some(first), Some(last)) = (cell.first(), cell.last()) else { return (true, false) };
    let has = |is: fn(u8) -> bool| {
        // Without a way out in the middle of a chunk, the compiler makes vector instructions of this.
        cell.chunks(32).any(|chunk| chunk.iter().fold(false, |found, byte| found | is(*byte)))
    };
    let needs_quotes = *first <= b' ' || *last <= b' ' || has(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n'));
    (needs_quotes, has(is_parting))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples::{batch, column, encode, numeric, one_column};
    use super::*;

    /// RFC 4180's grammar, read strictly and with nothing of the writer's code: cells with whether they had quotes.
    fn read(text: &str) -> Vec<Vec<(String, bool)>> {
        let mut chars = text.chars().peekable();
        let mut rows = Vec::new();
        while chars.peek().is_some() {
            let mut row = Vec::new();
            loop {
                let mut cell = String::new();
                let is_quoted = chars.next_if_eq(&'"').is_some();
                if is_quoted {
                    loop {
                        match chars.next().expect("a closing quote") {
                            '"' if chars.next_if_eq(&'"').is_some() => cell.push('"'),
                            '"' => break,
                            c => cell.push(c),
                        }
                    }
                } else {
                    while let Some(c) = chars.next_if(|c| !matches!(c, ',' | '\r')) {
                        assert!(!matches!(c, '"' | '\n'), "{c:?} outside quotes");
                        cell.push(c);
                    }
                }
                row.push((cell, is_quoted));
                match chars.next() {
                    Some(',') => {}
                    Some('\r') if chars.next() == Some('\n') => break,
                    other => panic!("{other:?} behind a cell"),
                }
            }
            rows.push(row);
        }
        rows
    }

    fn text(batches: &[TextBatch]) -> (String, u64) {
        let (bytes, notes) = encode(Csv::default(), batches).unwrap();
        (String::from_utf8(bytes).unwrap(), notes.formulas_disarmed)
    }

    #[test]
    fn quotes_stand_where_they_are_needed() {
        let cells = [
            Some("plain"),
            Some("a,b"),
            Some("say \"hi\""),
            Some("two\r\nlines"),
            Some("n\nl"),
            Some(" lead"),
            Some("trail "),
            Some(""),
            None,
            Some("NULL"),
            Some("ünï→😀"),
            Some("a b'c;d|e"),
        ];
        let (text, disarmed) = text(&[one_column(column("name, really", 25), &cells)]);
        let wanted = "\"name, really\"\r\nplain\r\n\"a,b\"\r\n\"say \"\"hi\"\"\"\r\n\"two\r\nlines\"\r\n\"n\nl\"\r\n\" lead\"\r\n\
            \"trail \"\r\n\"\"\r\n\r\nNULL\r\nünï→😀\r\na b'c;d|e\r\n";
        assert_eq!((text.as_str(), disarmed), (wanted, 0));
    }

    #[test]
    fn formulas_get_an_apostrophe_and_numbers_stay() {
        let columns = [column("=cmd()", 25), column("n", 23), numeric("m", 8, 2), column("d", 1190)];
        let rows: &[&[_]] = &[
            &[Some("=HYPERLINK(\"http://x\",1)"), Some("-5"), Some("-1.50"), Some("-2 days 0 hours")],
            &[Some("-5"), Some("+5"), None, None],
            &[Some("\t@x"), Some("=1"), None, None],
            &[Some("＝1"), None, None, None],
            &[Some("a;=1,\t\"@x"), Some("a;=1"), None, None],
        ];
        let (text, disarmed) = text(&[batch(&columns, rows)]);
        let wanted = "'=cmd(),n,m,d\r\n\"'=HYPERLINK(\"\"http://x\"\",1)\",-5,-1.50,-2 days 0 hours\r\n'-5,+5,,\r\n\"'\t'@x\",'=1,,\r\n\
            '＝1,,,\r\n\"a;'=1,\t'\"\"@x\",a;=1,,\r\n";
        assert_eq!((text.as_str(), disarmed), (wanted, 7));
    }

    #[test]
    fn the_header_stands_once_and_also_alone() {
        let columns = [column("id", 23), column("id", 23), column("", 25)];
        let none = batch(&columns, &[]);
        let some = batch(&columns, &[&[Some("1"), Some("2"), Some("c")]]);
        assert_eq!(text(std::slice::from_ref(&none)).0, "id,id,\"\"\r\n");
        assert_eq!(text(&[none, some.clone(), some]).0, "id,id,\"\"\r\n1,2,c\r\n1,2,c\r\n");
        assert_eq!(text(&[batch(&[], &[])]).0, "");
    }

    #[test]
    fn text_that_is_none_is_replaced() {
        let mut broken = TextBatch::new(vec![column("a", 25), column("b", 25)].into());
        broken.push(Some(b"x\xf0\x9f\x98"));
        broken.push(Some(b"\xff\"y"));
        assert_eq!(text(&[broken]).0, "a,b\r\nx\u{fffd},\"\u{fffd}\"\"y\"\r\n");
    }

    fn cell() -> impl Strategy<Value = Option<String>> {
        // Much of what has a meaning, and anything.
        let telling = proptest::collection::vec(proptest::sample::select(TELLING.to_vec()), 0..40);
        let telling = telling.prop_map(|parts| parts.concat());
        proptest::option::weighted(0.8, prop_oneof![telling, "\\PC{0,8}", any::<String>()])
    }

    const TELLING: [&str; 17] = [
        ",",
        ";",
        "\"",
        "\"\"",
        "\r",
        "\n",
        "\r\n",
        " ",
        "=",
        "-",
        "+",
        "@",
        "\t",
        "'",
        "＝",
        "a",
        "plain text of some length",
    ];

    proptest! {
        #[test]
        fn any_cells_are_read_back(rows in proptest::collection::vec(proptest::array::uniform3(cell()), 0..6)) {
            let columns = [column("a", 25), column("b", 1043), column("c", 99_999)];
            let borrowed: Vec<Vec<Option<&str>>> =
                rows.iter().map(|row| row.iter().map(Option::as_deref).collect()).collect();
            let refs: Vec<&[Option<&str>]> = borrowed.iter().map(Vec::as_slice).collect();
            let (text, disarmed) = text(&[batch(&columns, &refs)]);
            let read = read(&text);
            prop_assert_eq!(read.len(), rows.len() + 1);
            let mut apostrophes = 0;
            for (wanted, got) in rows.iter().zip(&read[1..]) {
                prop_assert_eq!(got.len(), 3);
                for (wanted, (got, is_quoted)) in wanted.iter().zip(got) {
                    match wanted {
                        None => prop_assert_eq!((got.as_str(), *is_quoted), ("", false)),
                        Some(wanted) if wanted == got => prop_assert!(*is_quoted || !got.is_empty()),
                        Some(wanted) => {
                            prop_assert!(got.len() > wanted.len());
                            prop_assert_eq!(got.replace('\'', ""), wanted.replace('\'', ""));
                            apostrophes += 1;
                        }
                    }
                    let first = got.trim_start().chars().next();
                    prop_assert!(!matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')), "{:?}", got);
                    let mut parts = got.split([';', '\t', '\r', '\n']).skip(1).map(|part| part.trim_start_matches([' ', '"']));
                    prop_assert!(!parts.any(|part| part.starts_with(['=', '@'])), "{:?}", got);
                }
            }
            prop_assert_eq!(apostrophes, disarmed);
        }
    }
}
