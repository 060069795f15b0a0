//! Names in SQL that Flitch sends: one place to quote them.

/// A name in double quotes. `None` for a name with a NUL, which no server can hold.
pub fn quote_ident(name: &str) -> Option<String> {
    (!name.contains('\0')).then(|| format!("\"{}\"", name.replace('"', "\"\"")))
}

/// The most characters of a label (`stl_query.label` in Redshift's manual holds 320).
const LABEL: usize = 300;

/// A text as a label that may stand between single quotes: letters, digits and a few signs stay, the rest is `_`.
pub fn plain_label(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "@.+-_:=/ ".contains(c) { c } else { '_' };
    text.chars().take(LABEL).map(plain).collect()
}

/// The statement that reads the first rows of a table.
pub fn select_first(schema: &str, table: &str, rows: usize) -> Option<String> {
    select_page(schema, table, Page { order: None, ties: &[], rows, offset: 0 })
}

/// The statement that reads a table.
pub fn select_all(schema: &str, table: &str) -> Option<String> {
    Some(format!("select * from {}.{}", quote_ident(schema)?, quote_ident(table)?))
}

/// A stretch of a table's rows.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// A column, and whether the largest comes first.
    pub order: Option<(&'a str, bool)>,
    /// Columns that put what is equal there into one order, so that no row is on two pages.
    pub ties: &'a [&'a str],
    pub rows: usize,
    pub offset: usize,
}

/// The statement that reads a page of a table. NULLs are the largest, as Redshift sorts them by default.
pub fn select_page(schema: &str, table: &str, page: Page<'_>) -> Option<String> {
    let mut sql = select_all(schema, table)?;
    if let Some((column, is_descending)) = page.order {
        let direction = if is_descending { " desc" } else { "" };
        sql.push_str(&format!(" order by {}{direction}", quote_ident(column)?));
        for tie in page.ties.iter().filter(|tie| **tie != column) {
            sql.push_str(&format!(", {}", quote_ident(tie)?));
        }
    }
    sql.push_str(&format!(" limit {}", page.rows));
    if page.offset > 0 {
        sql.push_str(&format!(" offset {}", page.offset));
    }
    Some(sql)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_of_what_is_sorted_has_an_order_among_equals() {
        let page = |order| Page { order, ties: &["id", "b\"c"], rows: 101, offset: 100 };
        let sql = select_page("public", "t", page(Some(("b\"c", true)))).unwrap();
        assert_eq!(sql, r#"select * from "public"."t" order by "b""c" desc, "id" limit 101 offset 100"#);
        let sql = select_page("public", "t", page(None)).unwrap();
        assert_eq!(
            sql, r#"select * from "public"."t" limit 101 offset 100"#,
            "nothing is sorted that was not asked for"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn a_label_cannot_end_what_it_stands_in(text in any::<String>()) {
            let label = plain_label(&text);
            prop_assert!(label.len() <= LABEL && !label.contains(['\'', '\\', '"', '\n', ';', '*']));
        }

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
