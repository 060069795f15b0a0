//! Who holds which access key.

use super::answer::Refusal;

pub const ACCOUNT: &str = "123456789012";

/// The key of somebody who may do all that Flitch needs, at the cluster `sample` and the workgroup `sample-wg`.
pub const KEY: &str = "AKIASAMPLEFLITCH0001";
/// The key of somebody who may do nothing.
pub const KEY_OF_NOBODY: &str = "AKIASAMPLENOBODY0001";
/// Of both; it is not looked at.
pub const SECRET: &str = "sample-secret-key";

/// A user, or somebody in a role.
#[derive(Clone, Debug)]
pub struct Identity {
    pub arn: String,
    /// The name a database user made for this identity has.
    pub database_user: String,
    /// What a role's session may do, as pairs of action and resource; `None` for no such limit.
    pub session: Option<Vec<(String, String)>>,
    may: bool,
}

impl Identity {
    fn user(name: &str, may: bool) -> Self {
        Self {
            arn: format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
            database_user: format!("IAM:{name}"),
            session: None,
            may,
        }
    }

    pub fn in_role(role: &str, session_name: &str, session: Option<Vec<(String, String)>>) -> Self {
        Self {
            arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session_name}"),
            database_user: format!("IAMR:{role}"),
            session,
            may: true,
        }
    }

    pub fn of_key(key: &str) -> Option<Self> {
        match key {
            KEY => Some(Self::user("flitch", true)),
            KEY_OF_NOBODY => Some(Self::user("nobody", false)),
            _ => None,
        }
    }

    /// Refuses as IAM does, with the action and the resource in the message.
    pub fn allow(&self, action: &str, resources: &[String]) -> Result<(), Refusal> {
        let is_in_session = |resource: &String| {
            self.session.as_ref().is_none_or(|allowed| {
                allowed.iter().any(|(known, arn)| {
                    let prefix = arn.strip_suffix("/*").filter(|_| arn.contains(":workgroup/"));
                    known == action && (arn == resource || prefix.is_some_and(|prefix| resource.starts_with(prefix)))
                })
            })
        };
        match resources.iter().find(|resource| !self.may || !is_in_session(resource)) {
            None => Ok(()),
            Some(resource) => Err(Refusal::denied(format!(
                "User: {} is not authorized to perform: {action} on resource: {resource} because no identity-based \
                 policy allows the {action} action",
                self.arn
            ))),
        }
    }
}
