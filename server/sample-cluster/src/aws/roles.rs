//! Roles: whom they trust, and the sessions they gave.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use serde_json::Value;

use super::answer::Refusal;
use super::identities::{ACCOUNT, Identity};

/// The role there is; it trusts nobody until its trust policy is set.
pub const ROLE: &str = "flitch-reader";

#[derive(Default)]
pub struct Roles {
    /// The external id that each role's trust policy asks for.
    external_ids: HashMap<String, String>,
    sessions: HashMap<String, (Identity, SystemTime)>,
}

/// Temporary credentials, as AssumeRole gives them.
pub struct Given {
    pub key: String,
    pub secret: String,
    pub token: String,
    pub expires_at: SystemTime,
    pub arn: String,
}

impl Roles {
    pub fn trust(&mut self, role: &str, policy: &str) -> anyhow::Result<()> {
        let policy: Value = serde_json::from_str(policy).context("the trust policy is not JSON")?;
        let id = policy.pointer("/Statement/0/Condition/StringEquals/sts:ExternalId").and_then(Value::as_str);
        let id = id.context("the trust policy asks for no external id")?;
        self.external_ids.insert(role.to_owned(), id.to_owned());
        Ok(())
    }

    pub fn assume(
        &mut self,
        caller: &Identity,
        arn: &str,
        session_name: &str,
        external_id: &str,
        session_policy: &str,
    ) -> Result<Given, Refusal> {
        let role = arn.strip_prefix(&format!("arn:aws:iam::{ACCOUNT}:role/")).unwrap_or_default();
        if self.external_ids.get(role).is_none_or(|known| known != external_id) {
            return Err(Refusal::denied(format!(
                "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                caller.arn
            )));
        }
        let session = if session_policy.is_empty() { None } else { Some(allowed(session_policy)?) };
        let identity = Identity::in_role(role, session_name, session);
        let random = || format!("{:016X}", rand::random::<u64>());
        let given = Given {
            key: format!("ASIA{}", random()),
            secret: random(),
            token: random(),
            expires_at: SystemTime::now() + Duration::from_secs(900),
            arn: identity.arn.clone(),
        };
        self.sessions.insert(given.key.clone(), (identity, given.expires_at));
        Ok(given)
    }

    pub fn session(&self, key: &str) -> Option<Result<Identity, Refusal>> {
        let (identity, until) = self.sessions.get(key)?;
        let is_over = *until <= SystemTime::now();
        let expired = || Refusal::new(403, "ExpiredToken", "The security token included in the request is expired");
        Some(if is_over { Err(expired()) } else { Ok(identity.clone()) })
    }
}

/// The actions and resources of a session policy, with `${*}` and its like read as what they stand for.
fn allowed(policy: &str) -> Result<Vec<(String, String)>, Refusal> {
    let malformed = || Refusal::new(400, "MalformedPolicyDocument", "The session policy cannot be read");
    let policy: Value = serde_json::from_str(policy).map_err(|_| malformed())?;
    let statements = policy.get("Statement").and_then(Value::as_array).ok_or_else(malformed)?;
    let mut pairs = Vec::new();
    for statement in statements {
        let action = statement.get("Action").and_then(Value::as_str).ok_or_else(malformed)?;
        for resource in statement.get("Resource").and_then(Value::as_array).ok_or_else(malformed)? {
            let resource = resource.as_str().ok_or_else(malformed)?;
            let plain = resource.replace("${*}", "*").replace("${?}", "?").replace("${$}", "$");
            pairs.push((action.to_owned(), plain));
        }
    }
    Ok(pairs)
}
