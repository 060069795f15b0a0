//! What a run that came to nothing means for those to come.

use contract::finding::Finding;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may pass by itself: another try, before the schedule's own time.
    Passing,
    /// The source is full: another try in a while, and nobody's failure.
    Crowded,
    /// The same would happen again: not before the schedule's own time.
    Standing,
    /// The source, or AWS, refused the way in. Trying again could lock somebody out.
    Credential,
    /// Nobody's failure.
    Rest,
}

/// In one exhaustive match, so that a new finding does not compile until somebody decided.
pub fn verdict(finding: &Finding) -> Verdict {
    use Finding as F;
    match finding {
        F::AwsThrottled
        | F::AwsUnreachable { .. }
        | F::AwsTimedOut { .. }
        | F::ClusterAway { .. }
        | F::EndpointMissing { .. }
        | F::UnknownHost { .. }
        | F::LookupFailed { .. }
        | F::ConnectTimedOut { .. }
        | F::PortRefused { .. }
        | F::HostUnreachable { .. }
        | F::TlsFailed
        | F::TimedOut { .. }
        | F::GivenUp { .. }
        | F::StartingUp
        | F::ConnectionLost { .. }
        | F::EndedByAdministrator { .. }
        | F::Conflict
        | F::RunLost
        | F::SnapshotsFull
        | F::SnapshotsFailed { .. }
        // Mostly the store of metadata, away for a moment.
        | F::Internal { .. } => Verdict::Passing,

        F::TooManyConnections => Verdict::Crowded,

        F::ReconnectRequired
        | F::SecretUnreadable
        | F::AwsRoleNeeded
        | F::AwsNoCredentials
        | F::AwsCredentialsExpired
        | F::AwsCredentialsRefused
        | F::AwsRoleDenied { .. }
        | F::AwsDenied { .. }
        | F::AwsDeniedExplicitly { .. }
        | F::AdminUser { .. }
        | F::IamUserMissing { .. }
        | F::MintRefused { .. }
        | F::PasswordRefused { .. }
        | F::PasswordWithheld
        | F::AccessRefused { .. } => Verdict::Credential,

        F::ConnectionPaused { .. } | F::Cancelled { .. } | F::CancelledByAnother { .. } | F::RefreshOvertaken => {
            Verdict::Rest
        }

        F::AwsClockSkew { .. }
        | F::AwsClusterUnknown { .. }
        | F::AwsWorkgroupUnknown { .. }
        | F::AwsUnsupported { .. }
        | F::AwsSaid { .. }
        | F::AddressForbidden { .. }
        | F::PortForbidden { .. }
        | F::TlsRefused
        | F::CertificateUntrusted { .. }
        | F::CertificateWrongName { .. }
        | F::CertificateExpired { .. }
        | F::CertificateNotYetValid { .. }
        | F::CheckTooLong { .. }
        | F::SignInUnsupported { .. }
        | F::SslRequired
        | F::UnknownDatabase { .. }
        | F::NotAServer
        | F::ProtocolBroken { .. }
        | F::OverOurLimit { .. }
        | F::EndedByServerLimit { .. }
        | F::StatementRefused { .. }
        | F::RowsReplaced
        | F::ValueUnfit { .. }
        | F::FileTooLarge { .. }
        | F::FileTooSlow { .. }
        | F::FileLeft { .. }
        | F::EndedByRule { .. }
        | F::ReadRefused { .. }
        | F::ClusterDiskFull
        | F::ExternalReadFailed { .. }
        | F::ReadOnlyNotProven
        | F::NoSchemaVisible { .. }
        | F::NoTableVisible { .. }
        | F::NoTableReadable { .. }
        | F::TableGone { .. }
        | F::TableBare { .. }
        | F::TableDenied { .. }
        | F::TooMuchToRefresh { .. }
        | F::RefreshTooSlow { .. }
        | F::ValueUnkept { .. }
        | F::NotEnoughMemory { .. }
        | F::NumberTooLarge
        | F::SnapshotGone
        | F::SnapshotUnread { .. }
        | F::ServerSaid { .. } => Verdict::Standing,

        // Of a check, and never why something failed.
        F::StringRead
        | F::AwsIdentity { .. }
        | F::EndpointFound { .. }
        | F::EndpointTyped { .. }
        | F::Minted { .. }
        | F::AddressAllowed { .. }
        | F::TcpOpen
        | F::TlsVerified
        | F::WokeUp { .. }
        | F::SignedIn { .. }
        | F::IsRedshift { .. }
        | F::ReadOnlyProven
        | F::DatabaseRead { .. }
        | F::TableRead { .. }
        | F::TableEmpty { .. }
        | F::RightsFit
        | F::TlsNameUnchecked
        | F::TlsUnverified
        | F::TlsOff
        | F::ClusterBusy { .. }
        | F::WakingUp { .. }
        | F::NotRedshift { .. }
        | F::CatalogCut { .. }
        | F::CatalogPartMissing { .. }
        | F::SchemaUnlisted { .. }
        | F::SchemaDenied { .. }
        | F::RightsUnknown { .. }
        | F::UserCanWrite { .. }
        | F::UserIsSuperuser { .. } => Verdict::Standing,
    }
}

/// Minutes until another try, after so many failures one after another.
pub fn wait_minutes(failures: u32) -> u32 {
    match failures {
        0 | 1 => 1,
        2 => 5,
        3 => 15,
        _ => 60,
    }
}
