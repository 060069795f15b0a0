//! What each action of the audit log is called.

use contract::audit::Action;

pub fn action(action: Action) -> &'static str {
    match action {
        Action::AccessRefused => "asked for what is not there, or not theirs:",
        Action::TeamFounded => "founded the team",
        Action::TeamAdded => "added the team",
        Action::SignedIn => "signed in",
        Action::SignInRefused => "was refused at sign-in",
        Action::SignedOut => "signed out",
        Action::MemberInvited => "invited a",
        Action::InvitationRevoked => "took an invitation back",
        Action::MemberJoined => "joined the team",
        Action::RoleChanged => "changed the role of",
        Action::MemberRemoved => "removed from the team",
        Action::PasswordChanged => "changed their password",
        Action::PasswordReset => "reset the password of",
        Action::SessionsEnded => "ended their other sessions",
        Action::ConnectionSaved => "saved the connection",
        Action::ConnectionChecked => "checked the connection",
        Action::CredentialUsed => "read with the credential",
        Action::DatasetsAdded => "added datasets",
        Action::DatasetRemoved => "removed the dataset",
        Action::ConnectionRenamed => "renamed the connection",
        Action::ConnectionEdited => "edited the connection",
        Action::ConnectionPaused => "paused the connection",
        Action::ConnectionResumed => "resumed the connection",
        Action::ConnectionDisconnected => "disconnected the connection",
        Action::ConnectionReconnected => "reconnected the connection",
        Action::ConnectionRemoved => "removed the connection",
        Action::TeamCredentialStored => "stored the team credential",
        Action::TeamCredentialTried => "tried a replacement of the team credential",
        Action::TeamCredentialReplaced => "replaced the team credential",
        Action::TeamCredentialRemoved => "removed the team credential",
        Action::AuditExported => "exported the audit log",
        Action::KeyAdded => "added a master key",
        Action::KeysRotated => "sealed secrets with the new master key:",
        Action::KeyRetired => "retired a master key",
    }
}
