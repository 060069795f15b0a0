//! The ways AWS says no, from the error codes of its services (Common Errors, and each operation's own).

use std::error::Error;
use std::time::SystemTime;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::clean::clean;

/// AWS is not hostile, but what it quotes may be long.
const TEXT_BYTES: usize = 2_000;

pub(super) fn clean_text(text: &str) -> String {
    clean(text.as_bytes(), TEXT_BYTES)
}

/// What was asked when it was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    AssumeRole,
    Identity,
    Endpoint,
    Mint,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the server has no AWS credentials")]
    NoCredentials,
    #[error("the server's AWS credentials have expired")]
    CredentialsExpired,
    #[error("AWS does not know the server's credentials")]
    CredentialsRefused,
    /// By how many seconds the server's clock is ahead of AWS's, where AWS told the time.
    #[error("the server's clock and AWS's differ")]
    ClockSkew { seconds: Option<i64> },
    #[error("the role may not be assumed")]
    RoleDenied { role: String },
    /// The action and the resource, as AWS names them; empty where it does not.
    #[error("not allowed: {action} on {resource}")]
    Denied { action: String, resource: String },
    /// A deny stands against it; which, in AWS's words.
    #[error("explicitly denied: {action} on {resource}")]
    Forbidden { action: String, resource: String, reason: String },
    #[error("no such cluster in the region")]
    ClusterUnknown,
    #[error("no such workgroup in the region")]
    WorkgroupUnknown,
    #[error("the cluster does not support this")]
    Unsupported { message: String },
    #[error("the cluster is {status}")]
    Unavailable { status: String },
    #[error("the cluster has no endpoint yet ({status})")]
    NoEndpoint { status: String },
    #[error("AWS asks to slow down")]
    Throttled,
    #[error("AWS cannot be reached in the region")]
    Unreachable,
    #[error("AWS did not answer in time")]
    TimedOut,
    #[error("AWS said {code}")]
    Said { code: String, message: String },
}

impl Refusal {
    pub(super) fn of<E>(error: &SdkError<E, HttpResponse>, asked: Asked, role: &str) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let service = match error {
            SdkError::ServiceError(service) => service,
            SdkError::TimeoutError(_) => return Self::TimedOut,
            error => return Self::before_an_answer(error),
        };
        let meta = service.err().meta();
        let status = || format!("HTTP {}", service.raw().status().as_u16());
        let code = meta.code().map_or_else(status, str::to_owned);
        match Self::by_code(&code, meta.message().unwrap_or_default(), asked, role) {
            Self::ClockSkew { .. } => Self::ClockSkew { seconds: ahead(service.raw()) },
            refusal => refusal,
        }
    }

    fn by_code(code: &str, message: &str, asked: Asked, role: &str) -> Self {
        let mentions = |word: &str| message.to_ascii_lowercase().contains(word);
        match code {
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" if asked == Asked::AssumeRole => {
                Self::RoleDenied { role: role.to_owned() }
            }
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => {
                let (action, resource) = named(message);
                match message.split_once("explicit deny") {
                    None => Self::Denied { action, resource },
                    Some((_, rest)) => {
                        let reason = clean_text(&format!("explicit deny{rest}"));
                        Self::Forbidden { action, resource, reason }
                    }
                }
            }
            "ExpiredToken" | "ExpiredTokenException" => Self::CredentialsExpired,
            "RequestTimeTooSkewed" | "RequestExpired" => Self::ClockSkew { seconds: None },
            "SignatureDoesNotMatch" | "InvalidSignatureException"
                if mentions("expired") || mentions("not yet current") =>
            {
                Self::ClockSkew { seconds: None }
            }
            "SignatureDoesNotMatch"
            | "InvalidSignatureException"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "InvalidAccessKeyId"
            | "AuthFailure"
            | "IncompleteSignature"
            | "MissingAuthenticationToken" => Self::CredentialsRefused,
            "ClusterNotFound" | "ClusterNotFoundFault" => Self::ClusterUnknown,
            "ResourceNotFoundException" => Self::WorkgroupUnknown,
            "UnsupportedOperation" | "UnsupportedOperationFault" => Self::Unsupported { message: clean_text(message) },
            "InvalidClusterState" | "InvalidClusterStateFault" => Self::Unavailable { status: clean_text(message) },
            "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" => {
                Self::Throttled
            }
            code => Self::Said { code: clean_text(code), message: clean_text(message) },
        }
    }

    /// Nothing was answered: there were no credentials to ask with, or nobody was reached.
    fn before_an_answer(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            match error.downcast_ref::<CredentialsError>() {
                Some(CredentialsError::ProviderTimedOut(_) | CredentialsError::CredentialsNotLoaded(_)) => {
                    return Self::NoCredentials;
                }
                Some(_) => return Self::CredentialsRefused,
                None => cause = error.source(),
            }
        }
        Self::Unreachable
    }
}

/// By how much the own clock is ahead of the answer's date.
fn ahead(answer: &HttpResponse) -> Option<i64> {
    let theirs = DateTime::from_str(answer.headers().get("date")?, Format::HttpDate).ok()?;
    let own = DateTime::from(SystemTime::now());
    Some(own.secs() - theirs.secs())
}

/// `… is not authorized to perform: ACTION on resource: ARN because …`
fn named(message: &str) -> (String, String) {
    let word = |after: &str| {
        let rest = message.split_once(after).map(|(_, rest)| rest.trim_start()).unwrap_or_default();
        let word = rest.split_whitespace().next().unwrap_or_default();
        clean_text(word.trim_end_matches([',', '.']))
    };
    (word("to perform:"), word("on resource:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str, message: &str, asked: Asked) -> Refusal {
        Refusal::by_code(code, message, asked, "arn:aws:iam::1:role/r")
    }

    #[test]
    fn codes_are_told_apart() {
        let denied = "User: arn:aws:sts::1:assumed-role/R/S is not authorized to perform: \
                      redshift:GetClusterCredentials on resource: arn:aws:redshift:us-east-1:1:dbuser:c/u because no \
                      identity-based policy allows the redshift:GetClusterCredentials action";
        assert_eq!(
            of("AccessDenied", denied, Asked::Mint),
            Refusal::Denied {
                action: "redshift:GetClusterCredentials".into(),
                resource: "arn:aws:redshift:us-east-1:1:dbuser:c/u".into()
            }
        );
        let forbidden = "User: arn:aws:iam::1:user/x is not authorized to perform: redshift:GetClusterCredentials on \
                         resource: arn:aws:redshift:us-east-1:1:dbuser:c/u with an explicit deny in a service control policy";
        assert!(matches!(of("AccessDenied", forbidden, Asked::Mint), Refusal::Forbidden { reason, .. }
            if reason == "explicit deny in a service control policy"));
        assert_eq!(
            of("AccessDenied", denied, Asked::AssumeRole),
            Refusal::RoleDenied { role: "arn:aws:iam::1:role/r".into() }
        );
        assert_eq!(of("ExpiredToken", "", Asked::Mint), Refusal::CredentialsExpired);
        let late = "Signature expired: 20261124T000000Z is now earlier than 20261124T001000Z";
        assert_eq!(of("SignatureDoesNotMatch", late, Asked::Identity), Refusal::ClockSkew { seconds: None });
        assert_eq!(of("SignatureDoesNotMatch", "does not match", Asked::Identity), Refusal::CredentialsRefused);
        assert_eq!(of("ClusterNotFound", "", Asked::Mint), Refusal::ClusterUnknown);
        assert_eq!(of("ResourceNotFoundException", "", Asked::Mint), Refusal::WorkgroupUnknown);
        assert_eq!(of("Throttling", "Rate exceeded", Asked::Mint), Refusal::Throttled);
        assert_eq!(
            of("NewThing", "<b>", Asked::Mint),
            Refusal::Said { code: "NewThing".into(), message: "<b>".into() }
        );
    }
}
