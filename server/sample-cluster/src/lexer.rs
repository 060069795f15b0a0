//! Splits a string of statements where Redshift would: quotes, backslash escapes, dollar quotes and comments respected.

/// The statements of a simple query, trimmed, without empty ones.
pub fn split(text: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let mut start = 0;
    let mut rest = text;
    while let Some(token) = next_token(rest) {
        let at = text.len() - rest.len();
        if token == ";" {
            statements.push(&text[start..at]);
            start = at + 1;
        }
        rest = &rest[token.len()..];
    }
    statements.push(&text[start..]);
    statements.into_iter().map(str::trim).filter(|statement| !words(statement, 1).is_empty()).collect()
}

/// The first words of a statement in lower case, comments left out.
pub fn words(statement: &str, most: usize) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = statement;
    while words.len() < most
        && let Some(token) = next_token(rest)
    {
        if token.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '(' | '$')) {
            words.push(token.to_lowercase());
        }
        rest = &rest[token.len()..];
    }
    words
}

/// Everything but white space and comments.
pub fn tokens(statement: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = statement;
    while let Some(token) = next_token(rest) {
        let is_comment = token.starts_with("--") || token.starts_with("/*");
        if !is_comment && !token.trim().is_empty() {
            tokens.push(token);
        }
        rest = &rest[token.len()..];
    }
    tokens
}

fn next_token(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let length = match first {
        '\'' => quoted(text, '\'', true),
        '"' => quoted(text, '"', false),
        '-' if text.starts_with("--") => text.find('\n').unwrap_or(text.len()),
        '/' if text.starts_with("/*") => comment(text),
        '$' => dollar_quoted(text),
        c if c.is_alphanumeric() || c == '_' => {
            text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
        }
        c => c.len_utf8(),
    };
    text.get(..length)
}

fn quoted(text: &str, quote: char, has_escapes: bool) -> usize {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && has_escapes {
            chars.next();
        } else if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return at + quote.len_utf8();
            }
        }
    }
    text.len()
}

fn comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        if rest.starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

fn dollar_quoted(text: &str) -> usize {
    let Some(end) = text[1..].find('$').map(|end| end + 2) else {
        return 1;
    };
    let tag = &text[..end];
    if !tag[1..end - 1].chars().all(|c| c.is_alphanumeric() || c == '_')
        || tag[1..].starts_with(|c: char| c.is_ascii_digit())
    {
        return 1;
    }
    text[end..].find(tag).map_or(text.len(), |close| end + close + tag.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_inside_text_do_not_split() {
        assert_eq!(split("select 1; select 2;"), ["select 1", "select 2"]);
        assert_eq!(
            split("select ';', \";\", $q$;$q$ -- ;\n/* ; /* ; */ */"),
            ["select ';', \";\", $q$;$q$ -- ;\n/* ; /* ; */ */"]
        );
        assert_eq!(split(r"select '\'; select 2'"), [r"select '\'; select 2'"]);
        assert_eq!(split(" ; -- nothing\n;"), Vec::<&str>::new());
        assert_eq!(split("select $1; select 2"), ["select $1", "select 2"]);
    }

    #[test]
    fn first_words_skip_comments() {
        assert_eq!(words("/* a */ BEGIN -- b\n Read ONLY", 3), ["begin", "read", "only"]);
        assert_eq!(words("create temp table x (y int)", 2), ["create", "temp"]);
    }
}
