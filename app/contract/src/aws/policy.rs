//! The IAM policies that let Flitch mint, no wider than one cluster, one user, one database (Authentication parameters
//! and resource policies for GetClusterCredentials, Redshift's management guide).

use super::region::Partition;
use super::{ClusterKind, IamTarget};

/// Stands in a shown policy for an account that is not known yet.
pub const ACCOUNT: &str = "123456789012";

/// What one line of a policy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Mint,
    FindCluster,
    FindWorkgroup,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub purpose: Purpose,
    pub action: &'static str,
    pub resources: Vec<String>,
}

/// The statements that this connection needs. A name that is still empty shows as a word to replace.
pub fn statements(target: &IamTarget, user: &str, database: &str, account: &str) -> Vec<Statement> {
    let or = |value: &str, word: &str| if value.is_empty() { word.to_owned() } else { value.to_owned() };
    let partition = Partition::of(&target.region).as_str();
    let region = or(&target.region, "REGION");
    let account = or(account, ACCOUNT);
    let arn = |service: &str, rest: String| format!("arn:{partition}:{service}:{region}:{account}:{rest}");
    let redshift = |rest: String| arn("redshift", rest);
    match target.kind {
        ClusterKind::Provisioned => {
            let cluster = or(&literal(&target.cluster), "CLUSTER");
            let name = redshift(format!("dbname:{cluster}/{}", or(&literal(database), "DATABASE")));
            let user = redshift(format!("dbuser:{cluster}/{}", or(&literal(user), "USER")));
            let resources = if target.is_caller { vec![name] } else { vec![user, name] };
            vec![
                Statement { purpose: Purpose::Mint, action: target.action(), resources },
                Statement {
                    purpose: Purpose::FindCluster,
                    action: "redshift:DescribeClusters",
                    resources: vec![redshift(format!("cluster:{cluster}"))],
                },
            ]
        }
        // A workgroup's ARN ends in its id, which only AWS knows.
        ClusterKind::Serverless => {
            let workgroup = || vec![arn("redshift-serverless", "workgroup/*".to_owned())];
            vec![
                Statement { purpose: Purpose::Mint, action: target.action(), resources: workgroup() },
                Statement {
                    purpose: Purpose::FindWorkgroup,
                    action: "redshift-serverless:GetWorkgroup",
                    resources: workgroup(),
                },
            ]
        }
    }
}

/// The whole policy, ready to copy.
pub fn permissions(target: &IamTarget, user: &str, database: &str, account: &str) -> String {
    let statements = statements(target, user, database, account);
    let statements: Vec<String> = statements
        .iter()
        .map(|Statement { action, resources, .. }| {
            let resources: Vec<String> = resources.iter().map(|arn| format!("\n        {}", quoted(arn))).collect();
            format!(
                "    {{\n      \"Effect\": \"Allow\",\n      \"Action\": \"{action}\",\n      \"Resource\": [{}\n      ]\n    }}",
                resources.join(",")
            )
        })
        .collect();
    format!("{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n{}\n  ]\n}}", statements.join(",\n"))
}

/// The same in one line: the session policy of an assumed role, which can only narrow what the role may do.
pub fn session(target: &IamTarget, user: &str, database: &str, account: &str) -> String {
    let statements = statements(target, user, database, account);
    let statements = statements.iter().map(|Statement { action, resources, .. }| {
        let resources: Vec<String> = resources.iter().map(|arn| quoted(arn)).collect();
        format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":[{}]}}"#, resources.join(","))
    });
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.collect::<Vec<_>>().join(","))
}

/// The trust policy of a role that Flitch assumes with the team's external id.
pub fn trust(principal: &str, external_id: &str) -> String {
    format!(
        "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {{\n      \"Effect\": \"Allow\",\n      \
         \"Principal\": {{ \"AWS\": {} }},\n      \"Action\": \"sts:AssumeRole\",\n      \
         \"Condition\": {{ \"StringEquals\": {{ \"sts:ExternalId\": {} }} }}\n    }}\n  ]\n}}",
        quoted(principal),
        quoted(external_id)
    )
}

/// The server's identity, or words to replace where it is not known.
pub fn principal_or_word(known: Option<&str>) -> String {
    known.unwrap_or("arn:aws:iam::FLITCH_ACCOUNT:role/FLITCH_SERVER").to_owned()
}

/// The principal to trust for an identity as STS tells it: the role behind an assumed role's session.
pub fn principal_of(identity: &str) -> String {
    let parts: Vec<&str> = identity.split(':').collect();
    match parts.as_slice() {
        ["arn", partition, "sts", _, account, rest] if rest.starts_with("assumed-role/") => {
            let role = rest.split('/').nth(1).unwrap_or_default();
            format!("arn:{partition}:iam::{account}:role/{role}")
        }
        _ => identity.to_owned(),
    }
}

/// A name in an ARN. A `*`, `?` or `$` would be a pattern to IAM; AWS writes them as `${*}`, `${?}`, `${$}`.
fn literal(name: &str) -> String {
    let mut literal = String::new();
    for c in name.chars() {
        match c {
            '*' | '?' | '$' => literal.extend(['$', '{', c, '}']),
            c => literal.push(c),
        }
    }
    literal
}

/// A JSON string. AWS takes a session policy's characters up to U+00FF only.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut units = [0; 2];
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() || !c.is_ascii() => {
                quoted.extend(c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(kind: ClusterKind, region: &str) -> IamTarget {
        IamTarget { kind, region: region.into(), cluster: "sales".into(), ..IamTarget::default() }
    }

    #[test]
    fn a_policy_names_one_cluster_user_and_database() {
        let text = permissions(&target(ClusterKind::Provisioned, "cn-north-1"), "ann", "dev", "");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mint = &read["Statement"][0];
        assert_eq!(mint["Action"], "redshift:GetClusterCredentials");
        assert_eq!(
            mint["Resource"],
            serde_json::json!([
                "arn:aws-cn:redshift:cn-north-1:123456789012:dbuser:sales/ann",
                "arn:aws-cn:redshift:cn-north-1:123456789012:dbname:sales/dev"
            ])
        );
        assert_eq!(read["Statement"][1]["Action"], "redshift:DescribeClusters");
    }

    #[test]
    fn a_name_is_never_a_pattern() {
        let text = session(&target(ClusterKind::Provisioned, "us-east-1"), "ann", "d*\"\\$?", "");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let name = read["Statement"][0]["Resource"][1].as_str().unwrap();
        assert!(name.ends_with("dbname:sales/d${*}\"\\${$}${?}"), "{name}");
        let text = session(&target(ClusterKind::Provisioned, "us-east-1"), "ann", "*workgroup/*", "");
        assert!(text.contains("dbname:sales/${*}workgroup/${*}\""), "{text}");
    }

    #[test]
    fn serverless_and_govcloud() {
        let text = permissions(&target(ClusterKind::Serverless, "us-gov-west-1"), "", "dev", "999999999999");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        let arn = "arn:aws-us-gov:redshift-serverless:us-gov-west-1:999999999999:workgroup/*";
        assert_eq!(read["Statement"][0]["Resource"], serde_json::json!([arn]));
        assert_eq!(read["Statement"][1]["Action"], "redshift-serverless:GetWorkgroup");
    }

    #[test]
    fn the_trust_policy_holds_the_external_id_and_the_role_behind_a_session() {
        let principal = principal_of("arn:aws:sts::111111111111:assumed-role/flitch-server/i-0abc");
        assert_eq!(principal, "arn:aws:iam::111111111111:role/flitch-server");
        let read: serde_json::Value = serde_json::from_str(&trust(&principal, "id-1")).unwrap();
        assert_eq!(read["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"], "id-1");
        assert_eq!(principal_of("arn:aws:iam::1:user/x"), "arn:aws:iam::1:user/x");
    }
}
