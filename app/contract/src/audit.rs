//! The audit log: what was decided and done, by whom. Names and ids, never a value.

use serde::{Deserialize, Serialize};

/// Declares the actions, each with its stable code.
macro_rules! actions {
    ($( $(#[$doc:meta])* $name:ident = $code:literal, )*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Action {
            $( $(#[$doc])* #[serde(rename = $code)] $name, )*
        }

        impl Action {
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            pub fn as_str(self) -> &'static str {
                match self { $( Self::$name => $code, )* }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                match code { $( $code => Some(Self::$name), )* _ => None }
            }
        }
    };
}

actions! {
    /// Something of an admin's, or of nobody's in the team.
    AccessRefused = "access_refused",
    TeamFounded = "team_founded",
    /// By the operator.
    TeamAdded = "team_added",
    SignedIn = "signed_in",
    SignInRefused = "sign_in_refused",
    SignedOut = "signed_out",
    MemberInvited = "member_invited",
    InvitationRevoked = "invitation_revoked",
    MemberJoined = "member_joined",
    RoleChanged = "role_changed",
    MemberRemoved = "member_removed",
    PasswordChanged = "password_changed",
    /// By the operator.
    PasswordReset = "password_reset",
    SessionsEnded = "sessions_ended",
    ConnectionSaved = "connection_saved",
    ConnectionChecked = "connection_checked",
    /// The catalog was read, or a dataset's rows.
    CredentialUsed = "credential_used",
    DatasetsAdded = "datasets_added",
    DatasetRemoved = "dataset_removed",
    ConnectionRenamed = "connection_renamed",
    ConnectionEdited = "connection_edited",
    ConnectionPaused = "connection_paused",
    ConnectionResumed = "connection_resumed",
    ConnectionDisconnected = "connection_disconnected",
    ConnectionReconnected = "connection_reconnected",
    ConnectionRemoved = "connection_removed",
    TeamCredentialStored = "team_credential_stored",
    /// A dry run of its replacement.
    TeamCredentialTried = "team_credential_tried",
    TeamCredentialReplaced = "team_credential_replaced",
    TeamCredentialRemoved = "team_credential_removed",
    AuditExported = "audit_exported",
    /// A typed statement was run.
    QueryRun = "query_run",
    QueryCancelled = "query_cancelled",
    QueryShared = "query_shared",
    /// A result was taken along as a file.
    ResultExported = "result_exported",
    RefreshSet = "refresh_set",
    RefreshTurnedOff = "refresh_turned_off",
    /// Somebody, or another system, asked for a run.
    RefreshAsked = "refresh_asked",
    RefreshCancelled = "refresh_cancelled",
    RefreshPaused = "refresh_paused",
    RefreshResumed = "refresh_resumed",
    /// An address that starts runs from outside was made.
    RefreshAddressMade = "refresh_address_made",
    /// How often a source may be asked in a day.
    BudgetSet = "budget_set",
    /// A master key, by the operator; so are the next two.
    KeyAdded = "key_added",
    KeysRotated = "keys_rotated",
    KeyRetired = "key_retired",
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditOutcome {
    Done,
    Refused,
}

impl AuditOutcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    pub seq: i64,
    /// Microseconds since 1970, UTC.
    pub happened_at: i64,
    pub who: String,
    pub action: Action,
    /// What it was done to, as people call it.
    pub named: String,
    pub is_refused: bool,
}

/// What the page asks for. Flat, because it is also a GET form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// An [`Action`] code, or empty for all.
    #[serde(default)]
    pub action: String,
    #[serde(default)]
    pub search: String,
    /// Entries before this one; 0 for the newest.
    #[serde(default)]
    pub before: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPage {
    pub entries: Vec<AuditEntry>,
    /// There are older ones than the last shown.
    pub has_more: bool,
}
