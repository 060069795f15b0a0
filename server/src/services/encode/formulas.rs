//! What a spreadsheet would run instead of show (OWASP, "CSV Injection").
//!
//! Whoever can write into a table writes into the file that a colleague opens. A leading apostrophe makes the cell
//! text in every spreadsheet, and is seen by whoever reads the file otherwise; therefore it stands only where needed.

use redshift::stream::RowShape;
use redshift::types::{Shape, shape};

/// Whose words a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// Anyone's.
    Free,
    /// The server's own: numbers, dates, `true`. `-5` is no formula there and stays what it is.
    Server,
}

impl Words {
    pub fn of(column: &RowShape) -> Self {
        match shape(column.oid) {
            // A SUPER value that starts with a sign is a number: text in it has quotes around it.
            Shape::Number | Shape::Boolean | Shape::Time | Shape::Json => Self::Server,
            Shape::Text | Shape::Binary => Self::Free,
        }
    }

    /// Whether a cell with these bytes needs the apostrophe.
    pub fn is_formula(self, cell: &[u8]) -> bool {
        match self {
            Self::Free => starts_formula(cell),
            // The type is what a server says that may lie; no formula that does harm is made of these bytes alone.
            Self::Server => starts_formula(cell) && !cell.iter().all(|byte| is_plain(*byte)),
        }
    }

    /// Where, inside a cell, one would begin for a program that parts cells elsewhere than at commas: behind a `;` or a
    /// tab, and behind a line break, because in such a cell the quotes around it are not at its beginning.
    pub fn formulas_within(self, cell: &[u8]) -> impl Iterator<Item = usize> + use<'_> {
        let parts = cell.split(|byte| is_parting(*byte)).scan(0, |next, part| {
            let at = *next;
            *next += part.len() + 1;
            Some((at, part))
        });
        parts.skip(1).filter(|(_, part)| could_run(part)).map(|(at, _)| at)
    }
}

/// Whether a program might part cells here.
pub(super) fn is_parting(byte: u8) -> bool {
    matches!(byte, b';' | b'\t' | b'\r' | b'\n')
}

/// A list's `- item` and a `-5` are texts as they come every day, and run nothing: what does has a call, a link to
/// another program or a sheet in it.
fn could_run(part: &[u8]) -> bool {
    // Quotes are doubled in the file, and a pair of them may be read as nothing.
    let at = part.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != b'"').unwrap_or(part.len());
    let bare = &part[at..];
    starts_formula(bare)
        && (matches!(bare.first(), Some(b'=' | b'@'))
            || bare.iter().any(|byte| matches!(byte, b'(' | b'|' | b'!' | 0x80..)))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b':' | b' ')
}

fn starts_formula(cell: &[u8]) -> bool {
    match cell.first() {
        None => false,
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n') => true,
        Some(first) => !first.is_ascii_graphic() && starts_behind_blanks(cell),
    }
}

/// Some programs trim a cell before they look at it, and take the wide forms of East Asian keyboards too.
fn starts_behind_blanks(cell: &[u8]) -> bool {
    let text = cell.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let first = text.chars().find(|c| !is_blank(*c));
    matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠'))
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_a_formula() {
        for cell in [
            "=1",
            "+1",
            "-5",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n1",
            " =1",
            "\u{a0}\u{feff}=1",
            "＝1",
            " ＋1",
            "－",
            "＠a",
            "\0=1",
        ] {
            assert!(Words::Free.is_formula(cell.as_bytes()), "{cell:?}");
        }
        for cell in ["", "a=1", "5", "'=1", " a", "é=", "\u{a0}", "(1)", "\"=1\"", "#=1", "―1"] {
            assert!(!Words::Free.is_formula(cell.as_bytes()), "{cell:?}");
        }
        assert!(!Words::Free.is_formula(b"\xff=1"), "a replaced byte stands before it");
    }

    #[test]
    fn what_starts_a_formula_inside_a_cell() {
        let within = |cell: &str| Words::Free.formulas_within(cell.as_bytes()).collect::<Vec<_>>();
        assert_eq!(within("x;=1"), [2]);
        assert_eq!(within("x\t\"=1;y;@a"), [2, 8]);
        assert_eq!(within("x\r\n  -1+cmd|' /C calc'!A0"), [3]);
        assert_eq!(within("x\n＝1"), [2]);
        assert_eq!(within("=1;a"), [0; 0], "the beginning is told of by itself");
        assert_eq!(within("list:\n- one\n- two; -5; +1 more"), [0; 0]);
    }

    #[test]
    fn what_the_server_writes_stays() {
        for cell in ["-5", "+1e-05", "-1 days +02:03:04", "-Infinity", "-0.001"] {
            assert!(!Words::Server.is_formula(cell.as_bytes()), "{cell:?}");
        }
        for cell in ["=1", "-1+cmd|' /C calc'!A0", "+A1(", "@a", "\t1", " =1"] {
            assert!(Words::Server.is_formula(cell.as_bytes()), "a number that is none: {cell:?}");
        }
    }

    #[test]
    fn whose_words_a_column_holds() {
        let words = |oid| Words::of(&RowShape { name: String::new(), oid, type_modifier: -1 });
        for oid in [16, 20, 21, 23, 26, 700, 701, 1082, 1083, 1114, 1184, 1186, 1190, 1266, 1700, 4000] {
            assert_eq!(words(oid), Words::Server, "{oid}");
        }
        for oid in [17, 18, 19, 25, 705, 1042, 1043, 2935, 2950, 6551, 99_999] {
            assert_eq!(words(oid), Words::Free, "{oid}");
        }
    }
}
