//! Why a table is not there to be picked.

use contract::catalog::Whereabouts;

use super::Hint;
use super::sql::{grant_schema, grant_table};

/// What to say to somebody who looks for a table that they cannot pick. `user` is the database's.
pub fn whereabouts(found: &Whereabouts, user: &str, database: &str) -> Hint {
    match found {
        Whereabouts::FilteredOut { schema, table } => {
            Hint::plain(format!("{schema}.{table} is there, and hidden by the kind or the schema chosen above."))
                .step("Choose all kinds, and search again.")
        }
        Whereabouts::SchemaUnknown { schema } => Hint::plain(format!("There is no schema {schema} in {database}."))
            .step("Check the spelling. In another database of the cluster it needs a connection of its own."),
        Whereabouts::SchemaClosed { schema } => Hint::plain(format!("{user} may not use the schema {schema}."))
            .step("Let an admin of the database run this, then read the list again:")
            .copy("SQL", grant_schema(schema, user)),
        Whereabouts::SchemaUnlisted { schema } => {
            Hint::plain(format!("The tables of the external schema {schema} could not be listed."))
                .step("Read the list again. If it stays, check the schema's IAM role and catalog in AWS.")
        }
        Whereabouts::TableClosed { schema, table } => Hint::plain(format!("{user} may not read {schema}.{table}."))
            .step("Let an admin of the database run this, then read the list again:")
            .copy("SQL", grant_table(schema, table, user)),
        Whereabouts::TableUnknown { table } => {
            Hint::plain(format!("There was no {table} in {database} when the list was read."))
                .step("If it is new, read the list again. If it is in another database, add a connection to that.")
        }
        Whereabouts::Beyond { table } => Hint::plain(format!(
            "{table} is not among the tables that Flitch lists, and {database} has more than those."
        ))
        .step("Use a database user that sees fewer schemas; then the list reaches further."),
        Whereabouts::PerhapsUnlisted { table, schemas } => Hint::plain(format!(
            "{table} is in none of the schemas that could be listed."
        ))
        .step(format!("It could be in one that could not: {}. Open it in the list to try again.", schemas.join(", "))),
        Whereabouts::Hidden { name } => {
            Hint::plain(format!("{name} belongs to the database system, and Flitch does not list it."))
                .step("For a materialized view, pick the view itself, not the table behind it.")
        }
    }
}
