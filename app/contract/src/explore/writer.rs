//! Writes a statement twice at once: as it is sent, with placeholders, and as it is shown, with the values in it.

use super::dialect::{Dialect, Type};
use super::value::Value;

#[derive(Debug, Default)]
pub(super) struct Writer {
    dialect: Dialect,
    pub sql: String,
    pub shown: String,
    pub values: Vec<String>,
}

impl Writer {
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, ..Self::default() }
    }

    pub fn push(&mut self, text: &str) {
        self.sql.push_str(text);
        self.shown.push_str(text);
    }

    /// A value, cast to its type: all of them are sent as VARCHAR.
    pub fn value(&mut self, value: Value) {
        let Value { text, to } = value;
        let placeholder = self.dialect.placeholder(self.values.len() + 1);
        let (sql, shown) = match to {
            Type::Varchar => (placeholder, literal(&text)),
            Type::Bigint | Type::Decimal(_) => (self.dialect.cast(&placeholder, to), text.clone()),
            _ => (self.dialect.cast(&placeholder, to), self.dialect.cast(&literal(&text), to)),
        };
        self.sql.push_str(&sql);
        self.shown.push_str(&shown);
        self.values.push(text);
    }
}

/// A name in double quotes. NUL cannot be said in SQL.
pub(super) fn quoted(name: &str) -> Option<String> {
    (!name.contains('\0')).then(|| format!("\"{}\"", name.replace('"', "\"\"")))
}

/// Text as a literal that means the same whether or not a backslash escapes: Redshift says it does, PostgreSQL that it
/// does not. So there is none in it; backslashes and control characters are put in by number.
pub(super) fn literal(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '\\' || c.is_ascii_control()) {
        let (before, from) = rest.split_at(at);
        if !before.is_empty() {
            parts.push(in_quotes(before));
        }
        // An ASCII character, which is one byte.
        parts.push(format!("chr({})", from.as_bytes()[0]));
        rest = &from[1..];
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(in_quotes(rest));
    }
    if parts.len() > 1 { format!("({})", parts.join(" || ")) } else { parts.concat() }
}

fn in_quotes(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_hold_no_backslash() {
        assert_eq!(literal("Berlin"), "'Berlin'");
        assert_eq!(literal(""), "''");
        assert_eq!(literal("O'Hara"), "'O''Hara'");
        assert_eq!(literal("\\"), "chr(92)");
        assert_eq!(literal("\\' or 1=1 --"), "(chr(92) || ''' or 1=1 --')");
        assert_eq!(literal("a\\b\n"), "('a' || chr(92) || 'b' || chr(10))");
        assert_eq!(literal("größe\\"), "('größe' || chr(92))");
    }

    #[test]
    fn names_are_quoted() {
        assert_eq!(quoted("say \"hi\"").as_deref(), Some("\"say \"\"hi\"\"\""));
        assert_eq!(quoted("a\0b"), None);
    }
}
