//! The least rights that reading some tables needs, as SQL for the database's admin.

use std::collections::BTreeSet;

use crate::catalog::ObjectKind;
use crate::sql::display_ident;

/// One line for each right, none of which can be left out. An external schema's tables are read by who may use the
/// schema; rights on single tables do not exist there (GRANT in Redshift's manual).
pub fn least<'a>(user: &str, tables: impl IntoIterator<Item = (&'a str, &'a str, ObjectKind)>) -> Vec<String> {
    let user = display_ident(user);
    let mut schemas = BTreeSet::new();
    let mut reads = BTreeSet::new();
    for (schema, table, kind) in tables {
        let schema = display_ident(schema);
        if kind != ObjectKind::ExternalTable {
            reads.insert(format!("GRANT SELECT ON {schema}.{} TO {user};", display_ident(table)));
        }
        schemas.insert(schema);
    }
    schemas.into_iter().map(|schema| format!("GRANT USAGE ON SCHEMA {schema} TO {user};")).chain(reads).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_schema_once_and_no_right_on_an_external_table() {
        let tables = [
            ("sales", "orders", ObjectKind::Table),
            ("sales", "Lines", ObjectKind::View),
            ("spectrum", "clicks", ObjectKind::ExternalTable),
            ("sales", "orders", ObjectKind::Table),
        ];
        assert_eq!(
            least("Ann", tables),
            [
                "GRANT USAGE ON SCHEMA sales TO \"Ann\";",
                "GRANT USAGE ON SCHEMA spectrum TO \"Ann\";",
                "GRANT SELECT ON sales.\"Lines\" TO \"Ann\";",
                "GRANT SELECT ON sales.orders TO \"Ann\";",
            ]
        );
    }
}
