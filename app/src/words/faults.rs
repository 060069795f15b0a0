//! What a refused request says, and what to do next.

use contract::fault::{Fault, Field};

use super::strings;

/// One sentence and the next step.
pub fn fault(fault: &Fault) -> String {
    match fault {
        Fault::NotSignedIn => "Your session has ended. Sign in again.".into(),
        Fault::NotAdmin => "Only a team admin may do this. Ask one.".into(),
        Fault::NotFound => "There is nothing here, or it is not yours to see. Go back to Data.".into(),
        Fault::AlreadySetUp => "This Flitch has its team already. Sign in.".into(),
        Fault::WrongSetupCode => {
            "This is not the set-up code. The server printed it when it started; look there.".into()
        }
        Fault::WrongSignIn => "E-mail address and password do not match. Try again.".into(),
        Fault::TooManyTries { retry_after_seconds } => {
            format!("That was too often. Wait {retry_after_seconds} s and try again.")
        }
        Fault::FieldMissing { field } => format!("{} is missing. Fill it in.", self::field(*field)),
        Fault::FieldInvalid { field: Field::Password } => {
            "The password must have 12 to 256 characters. Choose a longer one.".into()
        }
        Fault::FieldInvalid { field: Field::ConnectionName } => "A name has 1 to 80 characters. Take a shorter one.".into(),
        Fault::FieldInvalid { field: Field::CaCertificate } => {
            "The certificate cannot be read. Paste it in PEM form, from -----BEGIN CERTIFICATE----- to its end.".into()
        }
        Fault::FieldInvalid { field: Field::Cluster } => {
            "A cluster identifier has up to 63 lower-case letters, digits and single hyphens. Copy it from the AWS console."
                .into()
        }
        Fault::FieldInvalid { field: Field::Workgroup } => {
            "A workgroup's name has 3 to 64 lower-case letters, digits and hyphens. Copy it from the AWS console.".into()
        }
        Fault::FieldInvalid { field: Field::User } => {
            "A database user has up to 64 letters, digits and _ + . @ -, and begins with a letter.".into()
        }
        Fault::FieldInvalid { field: Field::Role } => {
            "This is not the ARN of a role in the region's part of AWS. It looks like arn:aws:iam::123456789012:role/flitch."
                .into()
        }
        Fault::FieldInvalid { field: Field::Database } => {
            "A database's name has up to 64 letters, digits and _ + . @ -, and begins with a letter.".into()
        }
        Fault::FieldInvalid { field: Field::Endpoint } => {
            "The endpoint is a host and a port. Copy it from the AWS console, without a user or a password.".into()
        }
        Fault::FieldInvalid { field: Field::Pasted } => {
            "This is no endpoint, no JDBC IAM URL and no ARN of what is chosen. Paste another one, or fill in the fields."
                .into()
        }
        Fault::FieldInvalid { field } => format!("{} is not valid. Check its spelling.", self::field(*field)),
        Fault::ConnectionString { fault } => strings::fault(fault),
        Fault::RoleNeeded => {
            "Several teams share this Flitch, so its own AWS identity is not for your clusters. Fill in the ARN of a role \
             in your account that trusts Flitch."
                .into()
        }
        Fault::EndpointForAdmins => {
            "Minted credentials go only to AWS's own host name of this cluster. For a tunnel, a load balancer or an own \
             certificate authority, an admin of your team sets the connection up."
                .into()
        }
        Fault::NoTeamCredential => "The team has no credential. Ask an admin to store one, or choose another way.".into(),
        Fault::CredentialExists => "The team has a credential already. Replace that one.".into(),
        Fault::DryRunNeeded => {
            "Nothing was switched: the credential, or what uses it, changed since it was tried. Try again.".into()
        }
        Fault::LastAdmin => "The team would be left without an admin. Make somebody else an admin first.".into(),
        Fault::EmailTaken => "This address has an account already. Sign in with it, or take another one.".into(),
        Fault::InvitationOver => {
            "This invitation was used, taken back or is older than seven days. Ask an admin of the team for a new one."
                .into()
        }
        Fault::WrongPassword => "The current password is wrong. Nothing was changed.".into(),
        Fault::NameMismatch => "That is not its name. Type it exactly as it is shown.".into(),
        Fault::QueueFull { limit } => format!(
            "{limit} of your queries wait already. Cancel one, or wait until some have ended, and run it again."
        ),
        Fault::Budget { .. } => "A budget is a whole number up to a million, as 200, and 0 is no budget. Type one.".into(),
        Fault::Schedule { fault, .. } => super::refresh::fault(*fault),
        Fault::ConnectionRests => {
            "Its connection is paused or disconnected, so nothing runs. Resume or reconnect the connection first.".into()
        }
        Fault::RefreshPaused => "Somebody paused it. Resume it first.".into(),
        Fault::RefreshOff => "This dataset is not refreshed. Turn it on first.".into(),
        Fault::Explore { fault } => super::asks::fault(*fault),
        Fault::ColumnsUnknown => {
            "The columns of this dataset are not known yet. Open its rows once, then come back.".into()
        }
        Fault::ExportFailed => "The file broke off. Its query in the history says why.".into(),
        Fault::RowsGone => {
            "The rows of this result are not kept any more, or there never were any. Run the query again.".into()
        }
        Fault::NothingPicked => "Nothing new was picked. Tick at least one table or view.".into(),
        Fault::Busy => "Flitch's own database is busy. Try again in a moment.".into(),
        Fault::StorageFull => {
            "Flitch's own disk is full: nothing was saved (storage_full). Ask your operator to make room, then try again.".into()
        }
        Fault::NoAnswer => "Flitch did not answer. Check your network; this page goes on by itself.".into(),
        Fault::BadRequest => "The request did not arrive whole. Reload the page and try again.".into(),
        Fault::Internal { reference } => format!(
            "Something failed on Flitch's server. Try again; if it stays, give your operator the number {reference}."
        ),
    }
}

pub fn field(field: Field) -> &'static str {
    match field {
        Field::TeamName => "The team's name",
        Field::Email => "The e-mail address",
        Field::Password => "The password",
        Field::SetupCode => "The set-up code",
        Field::ConnectionName => "The connection's name",
        Field::ConnectionString => "The connection string",
        Field::User => "The database user",
        Field::Database => "The database name",
        Field::TlsName => "The TLS server name",
        Field::CaCertificate => "The certificate",
        Field::Region => "The region",
        Field::Cluster => "The cluster identifier",
        Field::Workgroup => "The workgroup",
        Field::Role => "The role",
        Field::Endpoint => "The endpoint",
        Field::Pasted => "The pasted text",
    }
}
