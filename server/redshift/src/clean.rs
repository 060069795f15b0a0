//! The one function through which text of a peer passes before anybody sees it.

/// Text as UTF-8, control characters replaced, at most `max_bytes` long. Line breaks and tabs stay.
pub fn clean(bytes: &[u8], max_bytes: usize) -> String {
    let mut text = String::new();
    for c in String::from_utf8_lossy(bytes).chars() {
        let c = if is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c };
        if text.len() + c.len_utf8() > max_bytes {
            text.push('…');
            break;
        }
        text.push(c);
    }
    text
}

/// Characters that move the cursor or turn the reading direction, so that a message shows as something else.
fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn replaces_what_hides_and_cuts() {
        assert_eq!(clean(b"a\x1b[2Jb\xff\x00", 64), "a\u{fffd}[2Jb\u{fffd}\u{fffd}");
        assert_eq!(clean("\u{202e}abc".as_bytes(), 64), "\u{fffd}abc");
        assert_eq!(clean("ääää".as_bytes(), 5), "ää…");
        assert_eq!(clean(b"two\nlines", 64), "two\nlines");
    }
}
