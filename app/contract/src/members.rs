//! Members of a team, invitations, and one's own sessions.

use serde::{Deserialize, Serialize};

use crate::secret::Secret;
use crate::team::Role;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    pub id: String,
    pub email: String,
    pub role: Role,
    pub is_self: bool,
}

/// An invitation that can still be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationView {
    pub id: String,
    pub role: Role,
    /// The link to copy. Shown to admins only; it opens once.
    pub link: String,
    /// Microseconds since 1970, UTC.
    pub expires_at: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MembersView {
    pub members: Vec<MemberView>,
    pub invitations: Vec<InvitationView>,
}

/// What an invitation says before it is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invited {
    pub team_name: String,
    pub role: Role,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AcceptForm {
    pub code: Secret,
    pub email: String,
    pub password: Secret,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PasswordForm {
    pub current: Secret,
    pub new: Secret,
}

/// One of one's own sessions. Moments are microseconds since 1970, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    pub created_at: i64,
    pub seen_at: i64,
    pub is_current: bool,
}
