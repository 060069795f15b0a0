//! Ready SQL for a database's admin.

use contract::sql::display_ident;

/// A user for Flitch that reads one schema. The password must be one that needs no escaping.
pub fn create_reader(user: &str, password: &str, schema: &str) -> String {
    created(user, &format!("'{password}'"), schema)
}

/// The same without a password of its own: only credentials that AWS mints open it.
pub fn create_minted(user: &str, schema: &str) -> String {
    created(user, "DISABLE", schema)
}

fn created(user: &str, password: &str, schema: &str) -> String {
    let (user, schema) = (display_ident(user), display_ident(schema));
    format!(
        "CREATE USER {user} PASSWORD {password};\n\
         GRANT USAGE ON SCHEMA {schema} TO {user};\n\
         GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {user};\n\
         ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {user};"
    )
}

pub fn grant_schema(schema: &str, user: &str) -> String {
    let (user, schema) = (display_ident(user), display_ident(schema));
    format!("GRANT USAGE ON SCHEMA {schema} TO {user};\nGRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {user};")
}

pub fn grant_table(schema: &str, table: &str, user: &str) -> String {
    format!("GRANT SELECT ON {} TO {};", name(schema, table), display_ident(user))
}

/// A table's name for a statement.
pub fn name(schema: &str, table: &str) -> String {
    format!("{}.{}", display_ident(schema), display_ident(table))
}

pub fn revoke_write(schema: &str, table: Option<&str>, user: &str) -> String {
    let (user, schema) = (display_ident(user), display_ident(schema));
    match table {
        Some(table) => format!("REVOKE INSERT, UPDATE, DELETE ON {schema}.{} FROM {user};", display_ident(table)),
        None => format!("REVOKE CREATE ON SCHEMA {schema} FROM {user};\nREVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;"),
    }
}
