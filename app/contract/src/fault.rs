//! Why a request was refused. A closed list of codes, fields and numbers, and never free text: without JavaScript
//! a fault comes back through the page's own URL, where anybody can write one.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::connection_string::StringFault;
use crate::explore::ExploreFault;
use crate::refresh::{ScheduleFault, ScheduleFields};

/// The field of a form that a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    TeamName,
    Email,
    Password,
    SetupCode,
    ConnectionName,
    ConnectionString,
    User,
    Database,
    TlsName,
    CaCertificate,
    Region,
    /// The cluster identifier.
    Cluster,
    Workgroup,
    Role,
    Endpoint,
    /// The text that fills the IAM form.
    Pasted,
}

#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    #[error("not signed in")]
    NotSignedIn,
    #[error("only an admin may do this")]
    NotAdmin,
    #[error("not found")]
    NotFound,
    #[error("the team exists already")]
    AlreadySetUp,
    #[error("the set-up code is wrong")]
    WrongSetupCode,
    #[error("e-mail address and password do not match")]
    WrongSignIn,
    #[error("too many tries")]
    TooManyTries { retry_after_seconds: u32 },
    #[error("a field is missing")]
    FieldMissing { field: Field },
    #[error("a field is not valid")]
    FieldInvalid { field: Field },
    #[error("the connection string cannot be read")]
    ConnectionString { fault: StringFault },
    /// The server's own AWS identity is not for this team's clusters.
    #[error("a role is needed")]
    RoleNeeded,
    /// Minted credentials go to AWS's own host names; elsewhere only an admin may send them.
    #[error("only an admin may name another host")]
    EndpointForAdmins,
    #[error("the team has no credential")]
    NoTeamCredential,
    #[error("the team has a credential already")]
    CredentialExists,
    /// A replacement is stored after a dry run of it, as it is now, came out well.
    #[error("a dry run is needed")]
    DryRunNeeded,
    #[error("the team would be without an admin")]
    LastAdmin,
    #[error("the address has an account already")]
    EmailTaken,
    #[error("the invitation cannot be used")]
    InvitationOver,
    #[error("the current password is wrong")]
    WrongPassword,
    /// The name that was typed to confirm is another.
    #[error("the name does not match")]
    NameMismatch,
    #[error("nothing was picked")]
    NothingPicked,
    /// So many of one person's queries wait already.
    #[error("too many queries wait")]
    QueueFull { limit: u32 },
    /// What was asked of a dataset does not fit it.
    #[error("the question does not fit the dataset")]
    Explore { fault: ExploreFault },
    #[error("the schedule cannot be kept")]
    /// `typed` and `picked` go back into the form: without scripts the page is a new one.
    Schedule { fault: ScheduleFault, typed: Box<ScheduleFields>, picked: Vec<String> },
    /// `typed` goes back into the form.
    #[error("the budget is no whole number")]
    Budget { typed: String },
    /// Somebody paused the dataset's refresh.
    #[error("refreshing is paused")]
    RefreshPaused,
    /// Its connection is paused or disconnected.
    #[error("the connection rests")]
    ConnectionRests,
    #[error("refreshing is off")]
    RefreshOff,
    /// The dataset was never read, so nothing is known of its columns.
    #[error("the columns are not known yet")]
    ColumnsUnknown,
    /// A file broke off; its query says why.
    #[error("the export failed")]
    ExportFailed,
    /// The rows of a result were removed.
    #[error("the rows are gone")]
    RowsGone,
    #[error("the database of Flitch itself is busy")]
    Busy,
    /// Nothing was saved.
    #[error("the disk of Flitch itself is full")]
    StorageFull,
    /// Made in the browser only: the server could not be reached.
    #[error("no answer")]
    NoAnswer,
    #[error("the request did not arrive whole")]
    BadRequest,
    #[error("something failed on the server")]
    Internal { reference: u32 },
}

impl Fault {
    /// The HTTP status that tells the truth about this fault.
    pub fn status(&self) -> u16 {
        match self {
            Self::NotSignedIn | Self::WrongSignIn => 401,
            Self::NotAdmin | Self::EndpointForAdmins | Self::WrongSetupCode => 403,
            Self::NotFound => 404,
            Self::AlreadySetUp
            | Self::LastAdmin
            | Self::EmailTaken
            | Self::NoTeamCredential
            | Self::CredentialExists
            | Self::ColumnsUnknown
            | Self::RefreshPaused
            | Self::ConnectionRests
            | Self::RefreshOff
            | Self::DryRunNeeded => 409,
            Self::InvitationOver | Self::RowsGone => 410,
            Self::TooManyTries { .. } | Self::QueueFull { .. } => 429,
            Self::FieldMissing { .. }
            | Self::FieldInvalid { .. }
            | Self::ConnectionString { .. }
            | Self::RoleNeeded
            | Self::WrongPassword
            | Self::NameMismatch
            | Self::Explore { .. }
            | Self::Schedule { .. }
            | Self::Budget { .. }
            | Self::NothingPicked => 422,
            Self::BadRequest => 400,
            Self::ExportFailed => 502,
            Self::Busy | Self::NoAnswer => 503,
            Self::StorageFull => 507,
            Self::Internal { .. } => 500,
        }
    }
}
