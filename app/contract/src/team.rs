//! Teams, members, and who is acting.

use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// What a member may do. An admin may do all that a member may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Member,
    Admin,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
        }
    }

    /// Anything that is not an admin is a member.
    pub fn from_code(code: &str) -> Self {
        if code == "admin" { Self::Admin } else { Self::Member }
    }
}

/// The signed-in person on whose behalf a port is called. Only [`crate::ports::Sessions`] makes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub member_id: String,
    pub team_id: String,
    pub team_name: String,
    pub email: String,
    pub role: Role,
}

/// The first start: names the team and makes its first admin.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct WelcomeForm {
    pub team_name: String,
    pub email: String,
    pub password: Secret,
    /// Printed by the server when it starts without a team.
    pub setup_code: Secret,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SignInForm {
    pub email: String,
    pub password: Secret,
}

/// A fresh session's token, for the cookie. It is not part of any answer's body.
#[derive(Clone)]
pub struct SessionToken(pub String);

/// Where a request comes from, for rate limits: the peer's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client(pub String);
