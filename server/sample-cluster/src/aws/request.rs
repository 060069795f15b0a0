//! A request, in either of the two protocols: AWS Query (STS, Redshift) and JSON 1.1 (Serverless).

use std::collections::BTreeMap;
use std::time::Instant;

use axum::http::HeaderMap;
use serde_json::Value;

use super::Asked;
use super::answer::{Protocol, Refusal};

pub(super) struct Request {
    pub protocol: Protocol,
    pub operation: String,
    pub key: String,
    pub region: String,
    fields: BTreeMap<String, String>,
    attempt: u32,
}

impl Request {
    pub fn read(headers: &HeaderMap, body: &str) -> Result<Self, Refusal> {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let unsigned = || Refusal::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
        let scope = header("authorization").split_once("Credential=").ok_or_else(unsigned)?.1;
        let scope = scope.split([',', ' ']).next().unwrap_or_default();
        let [key, _, region, service, _] = scope.split('/').collect::<Vec<_>>()[..] else { return Err(unsigned()) };
        let target = header("x-amz-target");
        let (protocol, operation, fields) = match target.strip_prefix("RedshiftServerless.") {
            Some(operation) => (Protocol::Json, operation.to_owned(), json(body)),
            None => {
                let mut fields: BTreeMap<String, String> =
                    form_urlencoded::parse(body.as_bytes()).into_owned().collect();
                let operation = fields.remove("Action").unwrap_or_default();
                fields.remove("Version");
                (if service == "sts" { Protocol::Sts } else { Protocol::Redshift }, operation, fields)
            }
        };
        let attempt = header("amz-sdk-request").split([';', ' ']).find_map(|part| part.strip_prefix("attempt="));
        let attempt = attempt.and_then(|attempt| attempt.parse().ok()).unwrap_or(0);
        Ok(Self { protocol, operation, key: key.to_owned(), region: region.to_owned(), fields, attempt })
    }

    /// For the record.
    pub fn asked(&self) -> Asked {
        let service = match self.protocol {
            Protocol::Sts => "sts",
            Protocol::Redshift => "redshift",
            Protocol::Json => "redshift-serverless",
        };
        let (operation, parameters) = (self.operation.clone(), self.fields.clone());
        Asked { service, operation, parameters, attempt: self.attempt, at: Instant::now() }
    }

    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

fn json(body: &str) -> BTreeMap<String, String> {
    let Ok(Value::Object(fields)) = serde_json::from_str(body) else { return BTreeMap::new() };
    let text = |value: Value| if let Value::String(text) = value { text } else { value.to_string() };
    fields.into_iter().map(|(name, value)| (name, text(value))).collect()
}
