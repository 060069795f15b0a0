//! What each finding says, and what to do about it. One exhaustive match per severity, so that a new finding does
//! not compile until somebody wrote its sentence and its steps.

mod aws;
mod failures;
mod files;
mod network;
mod refresh;
mod refusals;
mod statements;

use contract::connection::Target;
use contract::finding::{CatalogPart, Finding, Severity, SignInMethod};

use super::sql::{self, create_reader};
use super::{Hint, Told, Tone, numbers};
use crate::made;

/// What a hint may refer to.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub target: &'a Target,
    /// Declared egress networks.
    pub egress: &'a [String],
}

/// The finding as pages show it.
pub fn told(finding: &Finding, around: Around<'_>) -> Told {
    let tone = match finding.severity() {
        Severity::Good => Tone::Good,
        Severity::Warning => Tone::Warning,
        Severity::Failure => Tone::Bad,
    };
    let hint = hint(finding, around);
    Told { code: finding.code().to_owned(), tone, sentence: hint.sentence.clone(), hint: made::hint::hint(hint) }
}

pub fn hint(finding: &Finding, around: Around<'_>) -> Hint {
    match finding {
        Finding::StringRead if around.target.iam.is_some() => aws::read(around.target),
        Finding::StringRead => Hint::plain("Host, user and database are known."),
        Finding::AwsIdentity { arn, account } => aws::identity(arn, account, around.target),
        Finding::EndpointFound { host, port } => Hint::plain(format!("AWS says that it is at {host}, port {port}.")),
        Finding::EndpointTyped { host, port } => {
            Hint::plain(format!("As typed: {host}, port {port}. AWS was not asked."))
        }
        Finding::Minted { user, seconds } => aws::minted(user, *seconds),
        Finding::ClusterBusy { status } => aws::busy(status),
        Finding::AddressAllowed { count } => {
            Hint::plain(format!("The host has {}, open to Flitch.", numbers::count(*count, "address", "addresses")))
        }
        Finding::TcpOpen => Hint::plain(format!("Port {} answers.", around.target.port)),
        Finding::TlsVerified => Hint::plain("Encrypted; the certificate is trusted and carries the right name."),
        Finding::WokeUp { after_ms } => Hint::plain(format!(
            "The workgroup slept; it answered after {}.",
            numbers::duration(u64::from(*after_ms) * 1_000)
        )),
        Finding::WakingUp { waited_ms } => statements::waking_up(*waited_ms),
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
        Finding::TableEmpty { schema, table } => {
            Hint::plain(format!("{schema}.{table} was read; there is no row in it."))
        }
        Finding::RightsUnknown { user } => Hint::plain(format!(
            "What {user} may read and write could not be looked up for every table; tables count as readable until \
             they are tried."
        ))
        .step("Check again when the cluster is less busy. Whether the user could write stays open until then."),
        Finding::RightsFit => Hint::plain("The user may read what it has to, and write nothing."),
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
        Finding::CatalogPartMissing { part } => Hint::plain(match part {
            CatalogPart::MaterializedViews => "Which views are materialized could not be read; they show as views.",
            CatalogPart::ExternalSchemas => "Which schemas are external could not be read; their tables are missing.",
        })
        .step("The cluster took too long, or does not let this user see it. Read the list again from the picker."),
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
        .copy("SQL", sql::revoke_write(schema, table.as_deref(), user))
        .step("A right that comes from a group, a role or PUBLIC is revoked there; an owner keeps it."),
        Finding::UserIsSuperuser { user } => {
            Hint::plain(format!("{user} is a superuser and could do anything. Flitch's transactions refuse writes."))
                .step("Make a read-only user for Flitch instead. Let an admin of the database run:")
                .copy("SQL", create_reader("flitch_readonly", "choose-a-password", "public"))
        }
        failure => failures::hint(failure, around),
    }
}

#[cfg(test)]
mod tests {
    use contract::finding::{CODES, Refusal};
    use serde_json::json;

    use super::*;

    /// One finding of each code: a variant takes the fields it has and leaves the rest.
    fn finding(code: &str) -> Finding {
        let fields = json!({
            "count": 2, "method": "md5", "version": "1.0", "schema_count": 1, "object_count": 2,
            "schema": "Sch", "table": "tab", "user": "ann", "limit": 50_000, "host": "db.example", "port": 5439,
            "issuer": "CN=x", "names": ["other.example"], "since": "2026-01-01", "from": "2027-01-01",
            "phase": "statement", "after_ms": 5000, "request": 14, "database": "dev", "sqlstate": "XX000",
            "message": "said", "breach": "malformed", "part": "external_schemas", "rule": "no_scans", "waited_ms": 4000,
            "reference": 12_345_678, "by": "ann", "who": "bob", "column": "price", "reason": "moving", "arn": "arn:aws:iam::1:user/x", "account": "1", "seconds": 900, "status": "paused", "gib": 50, "mib": 512,
            "role": "arn:aws:iam::1:role/x", "action": "redshift:DescribeClusters", "cluster": "sales",
            "resource": "arn:aws:redshift:eu-west-1:1:cluster:sales", "region": "eu-west-1", "workgroup": "etl", "code": "X",
        });
        // A finding without fields is its code alone.
        let alone = match code {
            "statement_refused" => Ok(Finding::StatementRefused { reason: Refusal::Ambiguous }),
            code => serde_json::from_value(json!(code)),
        };
        alone
            .or_else(|_| serde_json::from_value(json!({ code: fields })))
            .unwrap_or_else(|error| panic!("{code}: {error}"))
    }

    /// What others said ends as they ended it.
    fn quotes(code: &str) -> bool {
        matches!(code, "server_said" | "aws_said" | "aws_unsupported")
    }

    #[test]
    fn every_finding_has_a_sentence_and_every_bad_one_a_next_step() {
        let target = Target {
            host: "c.abc.eu-west-1.redshift.amazonaws.com".into(),
            port: 5439,
            database: "dev".into(),
            user: "ann".into(),
            ..Target::default()
        };
        for egress in [vec![], vec!["203.0.113.7/32".to_owned(), "2001:db8::7/128".to_owned()]] {
            for code in CODES {
                let finding = finding(code);
                let hint = hint(&finding, Around { target: &target, egress: &egress });
                assert!(hint.sentence.ends_with(['.', ':']) || quotes(code), "{code}: {}", hint.sentence);
                assert_ne!(hint.sentence, *code, "{code} has no words");
                assert_eq!(hint.steps.is_empty(), finding.severity() == Severity::Good, "{code}");
            }
        }
    }

    #[test]
    fn a_time_out_names_address_port_rule_and_the_my_ip_mistake() {
        let target = Target {
            host: "c.abc.eu-west-1.redshift.amazonaws.com".into(),
            port: 5440,
            database: "dev".into(),
            user: "ann".into(),
            ..Target::default()
        };
        let egress = ["203.0.113.7/32".to_owned(), "2001:db8::7/128".to_owned()];
        let timed_out = Finding::ConnectTimedOut { host: target.host.clone(), port: 5440 };
        let said = format!("{:?}", hint(&timed_out, Around { target: &target, egress: &egress }));
        for part in [
            "203.0.113.7/32",
            "Custom TCP, port 5440",
            "My IP",
            "publicly accessible",
            "--region eu-west-1",
            "FromPort=5440,ToPort=5440,IpRanges=[{CidrIp=203.0.113.7/32",
            "Ipv6Ranges=[{CidrIpv6=2001:db8::7/128",
        ] {
            assert!(said.contains(part), "{part} in {said}");
        }
    }
}
