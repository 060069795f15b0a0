//! Findings that end a check.

use contract::finding::{Finding, Phase};

use super::{Around, Hint, aws, files, network, refresh, refusals, statements};
use crate::words::{numbers, sql};

pub(super) fn hint(finding: &Finding, around: Around<'_>) -> Hint {
    match finding {
        Finding::UnknownHost { host } => network::unknown_host(host),
        Finding::AddressForbidden { host } => network::forbidden(host),
        Finding::ConnectTimedOut { .. } => network::timed_out(around),
        Finding::PortRefused { host, port } => network::refused(host, *port),
        Finding::LookupFailed { host } => Hint::plain(format!("The name {host} could not be looked up: the name server did not answer."))
            .step("Try again in a moment. If it stays, the operator checks the DNS of Flitch's server."),
        Finding::PortForbidden { port } => Hint::plain(format!("Port {port} is not one that Redshift can have."))
            .step("Redshift listens on 5431 to 5455 or 8191 to 8215. Check the endpoint.")
            .step("For a tunnel or a load balancer on another port, the operator adds it:")
            .copy("Setting", format!("FLITCH_ALLOW_PORTS={port}")),
        Finding::HostUnreachable { host, port } => Hint::plain(format!("There is no way to {host}, port {port}, from Flitch's server."))
            .step("The operator checks the routes and the outgoing firewall of Flitch's server."),
        Finding::RunLost => refresh::lost(),
        Finding::SnapshotsFull => refresh::full(),
        Finding::SnapshotsFailed { reference } => refresh::failed(*reference),
        Finding::TooMuchToRefresh { gib } => refresh::too_much(*gib),
        Finding::RefreshTooSlow { seconds } => refresh::too_slow(*seconds),
        Finding::ValueUnkept { column } => refresh::value(column),
        Finding::NotEnoughMemory { mib } => refresh::memory(*mib),
        Finding::NumberTooLarge => Hint::plain("A sum has more digits than the 38 that a number may have.")
            .step("Ask for the average, or for more and smaller groups."),
        Finding::SnapshotGone => refresh::gone(),
        Finding::SnapshotUnread { reference } => refresh::unread(*reference),
        Finding::RefreshOvertaken => refresh::overtaken(),
        Finding::TlsRefused => Hint::plain("The server refused to encrypt, so nothing was sent to it.")
            .step("Redshift always offers encryption. Check that host and port are the cluster's, not a proxy's."),
        Finding::TlsFailed => Hint::plain("The encrypted connection could not be set up.")
            .step("Check that host and port are the cluster's. TLS 1.2 or newer is needed, as Redshift has."),
        Finding::CertificateUntrusted { issuer } => {
            Hint::plain(format!("The server's certificate is issued by “{issuer}”, which is not trusted here."))
                .step("Redshift's own certificates are trusted. Check that the host is the cluster's.")
                .step("For a server with an issuer of its own, paste that issuer's certificate under “More options”. With sslmode=require, the tick there goes without.")
        }
        Finding::CertificateWrongName { host, names } => {
            let hint = match names.as_slice() {
                [] => Hint::plain(format!("The server's certificate is not for {host}.")),
                names => Hint::plain(format!("The server's certificate is for {}, not for {host}.", names.join(", "))),
            };
            hint.step(
                "If you connect through a CNAME, a load balancer or a tunnel, put the cluster's own name in the field \
                 “TLS server name” under “More options”.",
            )
        }
        Finding::CertificateExpired { since } => Hint::plain(format!("The server's certificate expired on {since}."))
            .step("AWS renews Redshift's certificates by itself. Check that the host is the cluster's, and the clock of Flitch's server."),
        Finding::CertificateNotYetValid { from } => Hint::plain(format!("The server's certificate is valid from {from} only."))
            .step("The operator checks the clock of Flitch's server."),
        Finding::TimedOut { phase, after_ms } => timed_out(*phase, *after_ms),
        Finding::GivenUp { after_ms } => statements::given_up(*after_ms),
        Finding::CheckTooLong { after_ms } => statements::check_too_long(*after_ms),
        Finding::StartingUp => Hint::plain("The server is starting up or shutting down, and lets nobody in yet.")
            .step("Check again in a minute."),
        Finding::ConnectionLost { phase } => Hint::plain(format!("The connection was cut while {}.", doing(*phase)))
            .step("Try again. A cluster that restarts, resizes or resumes cuts connections; so do firewalls on the way."),
        Finding::PasswordRefused { user } => Hint::plain(format!("The user {user} does not exist here, or the password is wrong."))
            .step("Type the password again. In a URL, special characters must be percent-encoded; its own field takes it as it is.")
            .step("An admin of the database can set a new one:")
            .copy("SQL", format!("ALTER USER {} PASSWORD '…';", contract::sql::display_ident(user))),
        Finding::SignInUnsupported { request } => Hint::plain(format!("The server asks for a sign-in that Flitch does not have (request {request})."))
            .step("Use a database user with a password of its own, not one that signs in through an identity provider."),
        Finding::SslRequired => Hint::plain("The cluster takes encrypted connections only (require_SSL).")
            .step("Take sslmode=disable out of the string."),
        Finding::AccessRefused { user } => Hint::plain(format!("The server lets {user} not in from Flitch's address, or not into this database."))
            .step("Check the database name, and the user's right to connect to it."),
        Finding::UnknownDatabase { database } => Hint::plain(format!("The password was right, but there is no database {database}."))
            .step("Check the name after the last / of the endpoint. A new cluster has dev."),
        Finding::TooManyConnections => Hint::plain("The cluster has no connection left to give.")
            .step("Try again in a moment. Flitch uses one connection per query and closes it at once; others may keep theirs open."),
        Finding::NotAServer => Hint::plain("What answers there is not a database.")
            .step("Check host and port: 5439 is Redshift's default."),
        Finding::ProtocolBroken { phase, breach } => statements::broken(*phase, *breach),
        Finding::PasswordWithheld => statements::withheld(),
        Finding::Cancelled { after_ms } => statements::cancelled(*after_ms),
        Finding::CancelledByAnother { who, after_ms } => statements::cancelled_by_another(who, *after_ms),
        Finding::OverOurLimit { seconds } => statements::over_our_limit(*seconds),
        Finding::EndedByServerLimit { after_ms } => statements::by_server_limit(*after_ms),
        Finding::StatementRefused { reason } => refusals::refused(reason),
        Finding::ValueUnfit { column } => files::value_unfit(column),
        Finding::FileTooLarge { gib } => files::too_large(*gib),
        Finding::FileTooSlow { seconds } => files::too_slow(*seconds),
        Finding::FileLeft { after_ms } => files::left(*after_ms),
        Finding::EndedByRule { rule, after_ms } => statements::by_rule(rule, *after_ms),
        Finding::EndedByAdministrator { after_ms } => statements::by_administrator(*after_ms),
        Finding::ReadRefused { schema, table } => statements::read_refused(schema, table),
        Finding::Conflict => statements::conflict(),
        Finding::ClusterDiskFull => statements::disk_full(),
        Finding::ExternalReadFailed { message } => statements::external(message),
        Finding::ReadOnlyNotProven => Hint::plain("The server did not keep to a read-only transaction, so Flitch reads nothing from it.")
            .step("Check that this is Redshift or PostgreSQL itself, and no pooler or proxy that drops transactions."),
        Finding::NoSchemaVisible { user } => Hint::plain(format!("{user} can sign in, but may use no schema."))
            .step("Let an admin of the database run, for each schema to be read:")
            .copy("SQL", sql::grant_schema("public", user)),
        Finding::NoTableVisible { .. } => Hint::plain("There is no table and no view in this database.")
            .step("Check the database name: a cluster can have several."),
        Finding::NoTableReadable { user, schema } => Hint::plain(format!("{user} can see tables, but read none of them."))
            .step("Let an admin of the database run:")
            .copy("SQL", sql::grant_schema(schema, user)),
        Finding::TableGone { schema, table } => Hint::plain(format!("{schema}.{table} is no longer there."))
            .step("It was dropped or renamed. Read the list of tables again, and pick anew."),
        Finding::TableBare { schema, table } => Hint::plain(format!("{schema}.{table} has no columns."))
            .step("Read it again once it has one, or remove the dataset."),
        Finding::ConnectionPaused { by, reason } => statements::paused(by, reason),
        Finding::ReconnectRequired => Hint::plain("Reconnect required: this connection was disconnected, and its secret is erased.")
            .step("Open the connection and choose “Reconnect”. Its datasets are all still there."),
        Finding::SecretUnreadable => Hint::plain("The stored password cannot be opened.")
            .step("Type the connection again. The operator checks that the master keys are those of this data folder."),
        Finding::RowsReplaced => files::rows_replaced(),
        Finding::ServerSaid { sqlstate, message, at } => Hint::plain(match at {
            Some(spot) => format!("The server said of line {}: {message}", spot.line),
            None => format!("The server said: {message}"),
        })
            .step(format!("Its code is {sqlstate}; an admin of the database can look it up.")),
        Finding::Internal { reference } => Hint::plain("Something failed on Flitch's server.")
            .step(format!("Try again; if it stays, give your operator the number {reference}.")),
        Finding::AwsRoleNeeded => aws::role_needed(),
        Finding::AwsNoCredentials => aws::no_credentials(),
        Finding::AwsCredentialsExpired => aws::credentials_expired(),
        Finding::AwsCredentialsRefused => aws::credentials_refused(around),
        Finding::AwsClockSkew { seconds } => aws::clock_skew(*seconds),
        Finding::AwsRoleDenied { role } => aws::role_denied(role),
        Finding::AwsDenied { action, resource } => aws::denied(action, resource, around),
        Finding::AwsDeniedExplicitly { action, resource, reason } => aws::forbidden(action, resource, reason),
        Finding::AwsClusterUnknown { cluster, region } => aws::cluster_unknown(cluster, region),
        Finding::AwsWorkgroupUnknown { workgroup, region } => aws::workgroup_unknown(workgroup, region),
        Finding::AwsUnsupported { message } => aws::unsupported(message),
        Finding::ClusterAway { status } => aws::away(status, around),
        Finding::EndpointMissing { status } => aws::endpoint_missing(status),
        Finding::AwsThrottled => aws::throttled(),
        Finding::AwsUnreachable { region } => aws::unreachable(region),
        Finding::AwsTimedOut { after_ms } => aws::timed_out(*after_ms),
        Finding::AwsSaid { code, message } => aws::said(code, message),
        Finding::AdminUser { user } => aws::admin_user(user),
        Finding::IamUserMissing { user } => aws::user_missing(user, around.target),
        Finding::MintRefused { user } => aws::mint_refused(user),
        // The other severities have their words in the parent module, which asks here last. They are named, so that a
        // new finding compiles in neither place before it has words in one.
        Finding::StringRead
        | Finding::AwsIdentity { .. }
        | Finding::EndpointFound { .. }
        | Finding::EndpointTyped { .. }
        | Finding::Minted { .. }
        | Finding::ClusterBusy { .. }
        | Finding::AddressAllowed { .. }
        | Finding::TcpOpen
        | Finding::TlsVerified
        | Finding::WokeUp { .. }
        | Finding::WakingUp { .. }
        | Finding::SignedIn { .. }
        | Finding::IsRedshift { .. }
        | Finding::ReadOnlyProven
        | Finding::DatabaseRead { .. }
        | Finding::TableRead { .. }
        | Finding::TableEmpty { .. }
        | Finding::RightsUnknown { .. }
        | Finding::RightsFit
        | Finding::TlsNameUnchecked
        | Finding::TlsUnverified
        | Finding::TlsOff
        | Finding::NotRedshift { .. }
        | Finding::CatalogCut { .. }
        | Finding::CatalogPartMissing { .. }
        | Finding::SchemaUnlisted { .. }
        | Finding::SchemaDenied { .. }
        | Finding::TableDenied { .. }
        | Finding::UserCanWrite { .. }
        | Finding::UserIsSuperuser { .. } => Hint::plain(finding.code()),
    }
}

pub(super) fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Tls => "encryption was set up",
        Phase::SignIn => "signing in",
        Phase::Statement => "a statement ran",
    }
}

fn timed_out(phase: Phase, after_ms: u32) -> Hint {
    let after = numbers::duration(u64::from(after_ms) * 1_000);
    match phase {
        Phase::Tls => {
            Hint::plain(format!("The port is open, but nothing answered the request to encrypt for {after}."))
                .step("Check that host and port are the cluster's. A cluster that resumes may take a minute.")
        }
        Phase::SignIn => Hint::plain(format!("The sign-in was not answered for {after}."))
            .step("A Serverless workgroup that sleeps wakes up on the first connection. Try again in a minute."),
        Phase::Statement => {
            Hint::plain(format!("Flitch's limit of {after} for one statement passed, and it was cancelled."))
                .step("Try again. If the cluster is busy, its queue (WLM) may be full.")
        }
    }
}
