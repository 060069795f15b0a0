//! The one way a text of the database gets into markup: cut, cleaned and escaped. And how wide a text will be, as far
//! as one can know without its font.

/// For SVG and HTML, as text or within a quoted attribute. Cleaned as well.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars().map(cleaned) {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Without what no reader should meet, for texts that somebody else escapes.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(cleaned).collect()
}

/// Control characters are not allowed in XML, and those that turn the direction of writing can make a label say what
/// its column does not; both become a visible replacement. Line breaks and tabs become spaces.
fn cleaned(letter: char) -> char {
    match letter {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        letter if is_unsafe(letter) => '\u{fffd}',
        letter => letter,
    }
}

fn is_unsafe(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
        || u32::from(letter) & 0xfffe == 0xfffe
}

/// At most `most` characters, the last of them `…` where something was cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => {
            let kept: String = text.chars().take(most.saturating_sub(1)).collect();
            format!("{}…", kept.trim_end())
        }
    }
}

/// Cut so that it is at most `room` wide.
pub(super) fn fit(text: &str, size: f64, room: f64) -> String {
    // Past this many characters no label of ours has room, and measuring 10,000 of them would be for nothing.
    let text = cut(text, 120);
    if width(&text, size) <= room {
        return text;
    }
    let mut kept = String::new();
    let mut taken = width("…", size);
    for letter in text.chars() {
        taken += share(letter) * size;
        if taken > room {
            break;
        }
        kept.push(letter);
    }
    format!("{}…", kept.trim_end())
}

/// An estimate by the measures of a wide font (DejaVu Sans): which one the reader has is unknown here.
pub(super) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(share).sum::<f64>() * size
}

/// A letter's width as a share of the font's size.
fn share(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.32,
        'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 0.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '\u{fffd}' => 1.0,
        '<' | '>' | '+' | '=' | '~' | '#' | '−' | '×' => 0.84,
        'A'..='Z' => 0.73,
        '⁰'..='⁹' | '¹' | '²' | '³' | '⁻' => 0.41,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' => 0.0,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 1.02,
        '\u{ff00}'..='\u{ff60}' | '\u{1f000}'..='\u{3ffff}' => 1.25,
        _ => 0.62,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_can_leave_a_text_or_an_attribute() {
        assert_eq!(escape("</svg><script>"), "&lt;/svg&gt;&lt;script&gt;");
        assert_eq!(escape("a\"b'c&d"), "a&quot;b&#39;c&amp;d");
        assert_eq!(escape("a\0b\u{1b}c\u{9f}d"), "a\u{fffd}b\u{fffd}c\u{fffd}d");
        assert_eq!(escape("user\u{202e}gpj.exe\u{2066}\u{200f}"), "user\u{fffd}gpj.exe\u{fffd}\u{fffd}");
        assert_eq!(escape("a\u{ffff}\u{1fffe}"), "a\u{fffd}\u{fffd}");
        assert_eq!(escape("two\nlines\tx"), "two lines x");
        assert_eq!(escape("Größe 日本 👩‍🔧"), "Größe 日本 👩‍🔧");
    }

    #[test]
    fn a_long_text_ends_in_an_ellipsis() {
        assert_eq!(cut("abc", 3), "abc");
        assert_eq!(cut("abcd", 3), "ab…");
        assert_eq!(cut(&"é".repeat(10_000), 40).chars().count(), 40);
        let fitted = fit(&"x".repeat(10_000), 12.0, 100.0);
        assert!(fitted.ends_with('…') && width(&fitted, 12.0) <= 100.0, "{fitted}");
        assert_eq!(fit("short", 12.0, 100.0), "short");
        assert_eq!(fit("none", 12.0, 2.0), "…");
    }
}
