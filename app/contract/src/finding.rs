//! Findings: what a stage of a check, or a query, learnt. A closed list: the sentence and the steps of each are in
//! the app's `words`, and a new one does not compile until they are written.
//!
//! A finding may carry names that the person typed or that the server told. It is stored and shown as text, never
//! put in a URL.

use serde::{Deserialize, Serialize};

/// How the server asked for the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignInMethod {
    Trust,
    ClearText,
    Md5,
    /// Redshift's own digest (authentication request 13).
    Sha256,
    Scram,
}

/// The phase of a connection that a deadline or a break belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    Tls,
    SignIn,
    Statement,
}

/// A part of the catalog that is read on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatalogPart {
    MaterializedViews,
    ExternalSchemas,
}

/// How a server left the protocol, or went over a limit that no real one comes near.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breach {
    Malformed,
    OutOfPlace,
    MessageTooLarge,
    StartupTooLarge,
    TooManyNotices,
    TooManyColumns { count: u16 },
    SignIn,
}

/// Why a text is not sent: what the guard says of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    Empty,
    TooLong { bytes: u32 },
    ControlCharacter { code: u32 },
    ManyStatements { count: u32 },
    NotReading { word: String },
    Clause { clause: String },
    Function { name: String },
    Ambiguous,
    NotUnderstood { what: String, at: Option<Spot> },
}

/// A place in what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// Characters before it.
    pub at: u32,
    /// From 1.
    pub line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Good,
    Warning,
    Failure,
}

/// Declares the findings by severity, each with its stable code.
macro_rules! findings {
    ($( $severity:ident { $( $(#[$doc:meta])* $name:ident $({ $($field:ident: $type:ty),* })? = $code:literal, )* } )*) => {
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Finding {
            $($(
                $(#[$doc])*
                #[serde(rename = $code)]
                $name $({ $($field: $type),* })?,
            )*)*
        }

        impl Finding {
            pub fn severity(&self) -> Severity {
                match self { $($( Self::$name { .. } => Severity::$severity, )*)* }
            }

            /// The stable code, as it is stored and as support will quote it.
            pub fn code(&self) -> &'static str {
                match self { $($( Self::$name { .. } => $code, )*)* }
            }
        }

        /// Every code there is. Tests walk it.
        pub const CODES: &[&str] = &[ $($( $code, )*)* ];
    };
}

findings! {
    Good {
        StringRead = "string_read",
        /// Who asks AWS: an ARN, and the account it is in.
        AwsIdentity { arn: String, account: String } = "aws_identity",
        EndpointFound { host: String, port: u16 } = "endpoint_found",
        EndpointTyped { host: String, port: u16 } = "endpoint_typed",
        /// Short-lived credentials, for the user as AWS names it.
        Minted { user: String, seconds: u32 } = "minted",
        AddressAllowed { count: u32 } = "address_allowed",
        TcpOpen = "tcp_open",
        TlsVerified = "tls_verified",
        /// A Serverless workgroup that slept.
        WokeUp { after_ms: u32 } = "woke_up",
        SignedIn { method: SignInMethod } = "signed_in",
        IsRedshift { version: String } = "is_redshift",
        ReadOnlyProven = "read_only_proven",
        DatabaseRead { schema_count: u32, object_count: u32 } = "database_read",
        TableRead { schema: String, table: String } = "table_read",
        /// Read, and there is no row in it.
        TableEmpty { schema: String, table: String } = "table_empty",
        RightsFit = "rights_fit",
    }
    Warning {
        TlsNameUnchecked = "tls_name_unchecked",
        TlsUnverified = "tls_unverified",
        TlsOff = "tls_off",
        /// It may answer or not: AWS says that something is done to it.
        ClusterBusy { status: String } = "cluster_busy",
        /// Not answered yet: a Serverless workgroup may take a minute and a half to wake up.
        WakingUp { waited_ms: u32 } = "waking_up",
        NotRedshift { version: String } = "not_redshift",
        CatalogCut { limit: u32 } = "catalog_cut",
        CatalogPartMissing { part: CatalogPart } = "catalog_part_missing",
        SchemaUnlisted { schema: String } = "schema_unlisted",
        SchemaDenied { schema: String, user: String } = "schema_denied",
        TableDenied { schema: String, table: String, user: String } = "table_denied",
        /// Which rights the user has could not be looked up, or not for all tables.
        RightsUnknown { user: String } = "rights_unknown",
        UserCanWrite { user: String, schema: String, table: Option<String> } = "user_can_write",
        UserIsSuperuser { user: String } = "user_is_superuser",
    }
    Failure {
        /// Nobody may read through it until it is resumed.
        ConnectionPaused { by: String, reason: String } = "connection_paused",
        /// It was disconnected, and its secret erased.
        ReconnectRequired = "reconnect_required",
        SecretUnreadable = "secret_unreadable",
        /// The server's own AWS identity is not for this team's clusters.
        AwsRoleNeeded = "aws_role_needed",
        AwsNoCredentials = "aws_no_credentials",
        AwsCredentialsExpired = "aws_credentials_expired",
        AwsCredentialsRefused = "aws_credentials_refused",
        /// By how many seconds the server's clock is ahead of AWS's; behind it when negative.
        AwsClockSkew { seconds: Option<i64> } = "aws_clock_skew",
        AwsRoleDenied { role: String } = "aws_role_denied",
        /// Empty where AWS did not name them.
        AwsDenied { action: String, resource: String } = "aws_denied",
        /// A deny stands against it, as AWS words it, so that no added policy helps.
        AwsDeniedExplicitly { action: String, resource: String, reason: String } = "aws_denied_explicitly",
        AwsClusterUnknown { cluster: String, region: String } = "aws_cluster_unknown",
        AwsWorkgroupUnknown { workgroup: String, region: String } = "aws_workgroup_unknown",
        AwsUnsupported { message: String } = "aws_unsupported",
        ClusterAway { status: String } = "cluster_away",
        EndpointMissing { status: String } = "endpoint_missing",
        AwsThrottled = "aws_throttled",
        AwsUnreachable { region: String } = "aws_unreachable",
        AwsTimedOut { after_ms: u32 } = "aws_timed_out",
        AwsSaid { code: String, message: String } = "aws_said",
        AdminUser { user: String } = "admin_user",
        /// AWS minted for a user that the database does not have.
        IamUserMissing { user: String } = "iam_user_missing",
        MintRefused { user: String } = "mint_refused",
        UnknownHost { host: String } = "unknown_host",
        LookupFailed { host: String } = "lookup_failed",
        AddressForbidden { host: String } = "address_forbidden",
        PortForbidden { port: u16 } = "port_forbidden",
        ConnectTimedOut { host: String, port: u16 } = "connect_timed_out",
        PortRefused { host: String, port: u16 } = "port_refused",
        HostUnreachable { host: String, port: u16 } = "host_unreachable",
        TlsRefused = "tls_refused",
        TlsFailed = "tls_failed",
        CertificateUntrusted { issuer: String } = "certificate_untrusted",
        CertificateWrongName { host: String, names: Vec<String> } = "certificate_wrong_name",
        /// Days are dates as `2026-11-23`.
        CertificateExpired { since: String } = "certificate_expired",
        CertificateNotYetValid { from: String } = "certificate_not_yet_valid",
        TimedOut { phase: Phase, after_ms: u32 } = "timed_out",
        /// A statement was given up, and the server did not say that it ended it.
        GivenUp { after_ms: u32 } = "given_up",
        /// The check's own time was up.
        CheckTooLong { after_ms: u32 } = "check_too_long",
        StartingUp = "starting_up",
        ConnectionLost { phase: Phase } = "connection_lost",
        PasswordRefused { user: String } = "password_refused",
        SignInUnsupported { request: u32 } = "sign_in_unsupported",
        SslRequired = "ssl_required",
        AccessRefused { user: String } = "access_refused",
        UnknownDatabase { database: String } = "unknown_database",
        TooManyConnections = "too_many_connections",
        NotAServer = "not_a_server",
        ProtocolBroken { phase: Phase, breach: Breach } = "protocol_broken",
        /// The server wanted it in clear text, over a connection whose other end was not verified.
        PasswordWithheld = "password_withheld",
        Cancelled { after_ms: u32 } = "cancelled",
        /// By somebody else in the team: an admin, or whoever cut the connection off.
        CancelledByAnother { who: String, after_ms: u32 } = "cancelled_by_another",
        /// Flitch's own limit on what one statement may take.
        OverOurLimit { seconds: u32 } = "over_our_limit",
        /// A limit of the user's or the cluster's own, shorter than Flitch's.
        EndedByServerLimit { after_ms: u32 } = "ended_by_server_limit",
        /// The guard let it not through: nothing was sent. The reason is the guard's.
        StatementRefused { reason: Refusal } = "statement_refused",
        /// The query was run again, or its rows had had their time, while a file was made of them.
        RowsReplaced = "rows_replaced",
        /// Whoever worked on a refresh stopped in the middle of it.
        RunLost = "run_lost",
        /// No room is left where snapshots are kept.
        SnapshotsFull = "snapshots_full",
        SnapshotsFailed { reference: u32 } = "snapshots_failed",
        /// More than one refresh may read.
        TooMuchToRefresh { gib: u32 } = "too_much_to_refresh",
        /// It was not read within the time that one refresh has.
        RefreshTooSlow { seconds: u32 } = "refresh_too_slow",
        /// The table has a value that a snapshot's column cannot hold: `infinity` as a date.
        ValueUnkept { column: String } = "value_unkept",
        /// The answer from a snapshot needs more memory than all of them may take.
        NotEnoughMemory { mib: u32 } = "not_enough_memory",
        /// A sum over a snapshot has more digits than Redshift's 38.
        NumberTooLarge = "number_too_large",
        /// The file of a snapshot is not where it was written.
        SnapshotGone = "snapshot_gone",
        /// The store of snapshots does not answer, or the file is damaged.
        SnapshotUnread { reference: u32 } = "snapshot_unread",
        /// The connection led elsewhere, or the refresh was turned off, while it ran.
        RefreshOvertaken = "refresh_overtaken",
        /// The result has a value that the file's type cannot hold.
        ValueUnfit { column: String } = "value_unfit",
        /// More text than a file may have. It was cut off.
        FileTooLarge { gib: u32 } = "file_too_large",
        /// It was not made and taken within the time that a file has. It was cut off.
        FileTooSlow { seconds: u32 } = "file_too_slow",
        /// Nobody took it to its end.
        FileLeft { after_ms: u32 } = "file_left",
        EndedByRule { rule: String, after_ms: u32 } = "ended_by_rule",
        EndedByAdministrator { after_ms: u32 } = "ended_by_administrator",
        /// A plain read that a read-only transaction of this cluster refuses.
        ReadRefused { schema: String, table: String } = "read_refused",
        Conflict = "conflict",
        ClusterDiskFull = "cluster_disk_full",
        ExternalReadFailed { message: String } = "external_read_failed",
        ReadOnlyNotProven = "read_only_not_proven",
        NoSchemaVisible { user: String } = "no_schema_visible",
        NoTableVisible { user: String } = "no_table_visible",
        NoTableReadable { user: String, schema: String } = "no_table_readable",
        TableGone { schema: String, table: String } = "table_gone",
        /// PostgreSQL has such tables.
        TableBare { schema: String, table: String } = "table_without_columns",
        /// Anything else the server said, cleaned for showing.
        ServerSaid { sqlstate: String, message: String, at: Option<Spot> } = "server_said",
        Internal { reference: u32 } = "internal",
    }
}
