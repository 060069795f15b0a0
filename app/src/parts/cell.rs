//! One value of a result: text as it is, with what cannot be seen said in words.

use contract::bidi::turns_text;
use contract::query::{Column, ColumnShape};

/// What stands in a cell.
pub struct Shown {
    pub text: String,
    /// It is said about the value, and is not the value.
    pub is_said: bool,
}

pub fn shown(value: Option<&str>) -> Shown {
    let said = |text: String| Shown { text, is_said: true };
    match value {
        None => said("NULL".to_owned()),
        Some("") => said("empty".to_owned()),
        Some(text) if text.chars().all(char::is_whitespace) => {
            let count = text.chars().count();
            said(format!("{count} blank{}", if count == 1 { "" } else { "s" }))
        }
        // What turns the direction of a text is shown as a sign: `gnp.exe` must not read as `exe.png`.
        Some(text) if text.contains(turns_text) => Shown { text: text.replace(turns_text, "\u{fffd}"), is_said: false },
        Some(text) => Shown { text: text.to_owned(), is_said: false },
    }
}

pub fn shape_word(shape: ColumnShape) -> &'static str {
    match shape {
        ColumnShape::Text => "text",
        ColumnShape::Number => "number",
        ColumnShape::Boolean => "boolean",
        ColumnShape::Time => "time",
        ColumnShape::Json => "json",
        ColumnShape::Binary => "binary",
    }
}

/// The value for reading at length: JSON with a line for each part, anything else as it is.
pub fn unfolded(column: &Column, value: &str) -> String {
    if column.shape == ColumnShape::Json { indented(value) } else { value.to_owned() }
}

/// JSON set in lines without reading it: numbers keep every digit, and what is no JSON stays what it is.
fn indented(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut is_in_string, mut is_escaped) = (0_usize, false, false);
    let mut rest = json.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth.min(40)));
    };
    while let Some(c) = rest.next() {
        if is_in_string {
            is_in_string = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
            out.push(c);
            continue;
        }
        match c {
            '"' => {
                is_in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                if rest.peek().is_some_and(|next| !matches!(next, '}' | ']')) {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                if !out.ends_with(['{', '[']) {
                    depth = depth.saturating_sub(1);
                    line(&mut out, depth);
                }
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

/// Cells as a spreadsheet takes them from the clipboard: tabs between, and quotes where a cell has a tab or a line
/// break itself.
pub fn tsv<'a>(rows: impl Iterator<Item = Vec<Option<&'a str>>>) -> String {
    let cell = |value: Option<&str>| {
        let text = value.unwrap_or_default();
        if text.contains(['\t', '\n', '\r', '"']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let rows: Vec<String> = rows.map(|row| row.into_iter().map(cell).collect::<Vec<_>>().join("\t")).collect();
    rows.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_said() {
        let texts = [None, Some(""), Some(" "), Some("\t\n "), Some(" a ")].map(|value| shown(value).text);
        assert_eq!(texts, ["NULL", "empty", "1 blank", "3 blanks", " a "]);
        assert!(!shown(Some("NULL")).is_said);
    }

    #[test]
    fn json_gets_lines_and_keeps_its_digits() {
        let json = r#"{"a":[1.10,{"b":"x, {y}\"\\"}],"c":{},"d":12345678901234567890}"#;
        let lines = indented(json);
        assert!(lines.starts_with("{\n  \"a\": [\n    1.10,\n    {\n      \"b\": \"x, {y}\\\"\\\\\"\n"), "{lines}");
        assert!(lines.contains("\"c\": {},\n") && lines.ends_with("12345678901234567890\n}"), "{lines}");
        let same: serde_json::Value = serde_json::from_str(&lines).unwrap();
        assert_eq!(same, serde_json::from_str::<serde_json::Value>(json).unwrap());
        assert_eq!(indented("}}}"), "\n}\n}\n}");
    }

    #[test]
    fn the_clipboard_keeps_rows_and_cells_apart() {
        let rows = [vec![Some("a"), None, Some("b\tc")], vec![Some("x\ny"), Some(""), Some("q\"")]];
        assert_eq!(tsv(rows.into_iter()), "a\t\t\"b\tc\"\n\"x\ny\"\t\t\"q\"\"\"");
    }
}
