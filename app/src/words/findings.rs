//! What each finding says, and what to do about it. One exhaustive match per severity, so that a new finding does
//! not compile until somebody wrote its sentence and its steps.

mod failures;
mod network;
mod sql;

use contract::connection::Target;
use contract::finding::{Finding, SignInMethod};

use super::{Hint, numbers};

/// What a hint may refer to.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub target: &'a Target,
    /// Declared egress networks.
    pub egress: &'a [String],
}

pub fn hint(finding: &Finding, around: Around<'_>) -> Hint {
    match finding {
        Finding::StringRead => Hint::plain("Host, user and database are known; the password is sealed."),
        Finding::AddressAllowed { count } => {
            Hint::plain(format!("The host has {}, open to Flitch.", numbers::count(*count, "address", "addresses")))
        }
        Finding::TcpOpen => Hint::plain(format!("Port {} answers.", around.target.port)),
        Finding::TlsVerified => Hint::plain("Encrypted; the certificate is trusted and carries the right name."),
        Finding::SignedIn { method } => Hint::plain(match method {
            SignInMethod::Trust => "Signed in; the server asked for no password.",
            SignInMethod::ClearText => "Signed in, with the password sent inside the encrypted connection.",
            SignInMethod::Md5 => "Signed in, with an MD5 answer.",
            SignInMethod::Sha256 => "Signed in, with Redshift's SHA-256 digest.",
            SignInMethod::Scram => "Signed in, with SCRAM-SHA-256.",
        }),
        Finding::IsRedshift { version } => Hint::plain(format!("Amazon Redshift {version} answers.")),
        Finding::ReadOnlyProven => {
            Hint::plain("The server refused a write in the transaction that Flitch uses for everything.")
        }
        Finding::DatabaseRead { schema_count, object_count } => Hint::plain(format!(
            "{} and {} found.",
            numbers::count(*schema_count, "schema", "schemas"),
            numbers::count(*object_count, "table or view", "tables and views"),
        )),
        Finding::TableRead { schema, table } => Hint::plain(format!("A row of {schema}.{table} was read.")),
        Finding::RightsFit => Hint::plain("The user can read everything listed and write nothing."),
        Finding::TlsNameUnchecked => Hint::plain("Encrypted, and the issuer is trusted, but the name was not checked.")
            .step(
                "Anyone with a certificate from the same issuer could answer here. Fill in the TLS server name and \
                   leave sslmode out.",
            ),
        Finding::TlsUnverified => Hint::plain("Encrypted, but nobody proved who answers.").step(
            "Someone on the way could read everything. Paste the issuer's certificate and untick \
                   “encrypt without checking identity”.",
        ),
        Finding::TlsOff => Hint::plain("Not encrypted. Only a sample on this machine may be used like this.")
            .step("Leave sslmode out."),
        Finding::NotRedshift { version } => Hint::plain(format!(
            "This is not Redshift but {version}. Flitch goes on; Redshift's own kinds of table are missing."
        ))
        .step("If you meant a Redshift cluster, check the host and the port (5439 by default)."),
        Finding::CatalogCut { limit } => {
            Hint::plain(format!("There are more tables than the {} that Flitch lists.", numbers::grouped(*limit)))
                .step("Use a database user that sees fewer schemas.")
        }
        Finding::SchemaUnlisted { schema } => {
            Hint::plain(format!("The tables of the external schema {schema} could not be listed."))
                .step("Other schemas are complete. Check the external schema's IAM role and catalog in AWS.")
        }
        Finding::SchemaDenied { schema, user } => Hint::plain(format!("{user} may not use the schema {schema}."))
            .step("If it should be read, let an admin of the database run:")
            .copy("SQL", sql::grant_schema(schema, user)),
        Finding::TableDenied { schema, table, user } => Hint::plain(format!("{user} may not read {schema}.{table}."))
            .step("If it should be read, let an admin of the database run:")
            .copy("SQL", sql::grant_table(schema, table, user)),
        Finding::UserCanWrite { user, schema, table } => Hint::plain(match table {
            Some(table) => {
                format!("{user} could write to {schema}.{table}. Flitch never does, and its transactions refuse it.")
            }
            None => {
                format!("{user} could create tables in {schema}. Flitch never does, and its transactions refuse it.")
            }
        })
        .step("Safer is a user that cannot. Let an admin of the database run:")
        .copy("SQL", sql::revoke_write(schema, table.as_deref(), user)),
        Finding::UserIsSuperuser { user } => {
            Hint::plain(format!("{user} is a superuser and could do anything. Flitch's transactions refuse writes."))
                .step("Make a read-only user for Flitch instead. Let an admin of the database run:")
                .copy("SQL", create_reader("flitch_readonly", "choose-a-password", "public"))
        }
        failure => failures::hint(failure, around),
    }
}

pub use sql::create_reader;
