//! A list of values in one field: between commas or on lines of their own. One that has a comma, a line's end or
//! blanks around it stands in double quotes, and a double quote in there is doubled, as in CSV.

/// The values in their order. Blank ones are left out, unless they are quoted.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut value = String::new();
    // Whether quotes were opened for this value, and whether they are open still.
    let (mut is_quoted, mut is_open) = (false, false);
    let mut chars = text.chars().peekable();
    let mut keep = |value: &mut String, is_quoted: &mut bool| {
        let whole = std::mem::take(value);
        if std::mem::take(is_quoted) {
            values.push(whole);
        } else if !whole.trim().is_empty() {
            values.push(whole.trim().to_owned());
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '"' if is_open && chars.peek() == Some(&'"') => {
                chars.next();
                value.push('"');
            }
            '"' if is_open => is_open = false,
            c if is_open => value.push(c),
            ',' | '\n' | '\r' => keep(&mut value, &mut is_quoted),
            '"' if !is_quoted && value.trim().is_empty() => {
                value.clear();
                (is_quoted, is_open) = (true, true);
            }
            // Blanks between the closing quote and the comma.
            c if is_quoted && c.is_whitespace() => {}
            c => value.push(c),
        }
    }
    keep(&mut value, &mut is_quoted);
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_between_commas_or_on_lines() {
        assert_eq!(split("Berlin, Paris ,Rome"), ["Berlin", "Paris", "Rome"]);
        assert_eq!(split("Berlin\r\nParis\n\nRome\n"), ["Berlin", "Paris", "Rome"]);
        assert_eq!(split("one"), ["one"]);
        assert_eq!(split(" , ,\n"), [""; 0]);
    }

    #[test]
    fn quotes_hold_what_would_end_a_value() {
        assert_eq!(
            split(r#" "Frankfurt, Main" , "say ""hi""", "" ,5" pipe"#),
            ["Frankfurt, Main", "say \"hi\"", "", "5\" pipe"]
        );
        assert_eq!(split("\" a\nb \""), [" a\nb "]);
        assert_eq!(split("\"never closed, "), ["never closed, "]);
    }
}
