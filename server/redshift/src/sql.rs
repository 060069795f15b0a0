//! Names in SQL that Flitch sends: one place to quote them.

/// A name in double quotes. `None` for a name with a NUL, which no server can hold.
pub fn quote_ident(name: &str) -> Option<String> {
    (!name.contains('\0')).then(|| format!("\"{}\"", name.replace('"', "\"\"")))
}

/// The statement that reads the first rows of a table.
pub fn select_first(schema: &str, table: &str, rows: usize) -> Option<String> {
    Some(format!("select * from {}.{} limit {rows}", quote_ident(schema)?, quote_ident(table)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn quoting_a_name_is_reversible_and_leaves_no_open_quote(name in any::<String>()) {
            match quote_ident(&name) {
                None => prop_assert!(name.contains('\0')),
                Some(quoted) => {
                    prop_assert_eq!(quoted[1..quoted.len() - 1].replace("\"\"", "\""), name);
                    prop_assert_eq!(quoted.matches('"').count() % 2, 0);
                }
            }
        }
    }
}
