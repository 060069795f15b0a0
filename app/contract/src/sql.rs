//! Names in SQL that Flitch shows for copying. What it sends is quoted by the connector.

/// A name as a person would write it: bare when that is safe, quoted otherwise. For SQL that is shown.
pub fn display_ident(name: &str) -> String {
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if starts_well && is_plain && !RESERVED.contains(&name) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// Reserved words that occur as table or schema names often enough to matter in a shown statement.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "as",
    "asc",
    "between",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "default",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "for",
    "foreign",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "in",
    "inner",
    "intersect",
    "into",
    "is",
    "join",
    "leading",
    "left",
    "like",
    "limit",
    "minus",
    "natural",
    "new",
    "not",
    "null",
    "off",
    "offset",
    "old",
    "on",
    "open",
    "or",
    "order",
    "outer",
    "primary",
    "references",
    "right",
    "select",
    "some",
    "system",
    "table",
    "tag",
    "then",
    "to",
    "top",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "when",
    "where",
    "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_names_are_bare_when_they_can_be() {
        assert_eq!(display_ident("sales"), "sales");
        assert_eq!(display_ident("Sales"), "\"Sales\"");
        assert_eq!(display_ident("user"), "\"user\"");
        assert_eq!(display_ident("a\"b"), "\"a\"\"b\"");
        assert_eq!(display_ident("1st"), "\"1st\"");
    }
}
