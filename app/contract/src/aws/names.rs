//! The shapes AWS gives its names (API references of Redshift, Redshift Serverless and IAM).

use serde::{Deserialize, Serialize};

/// 1 to 63 lower-case letters, digits and hyphens; a letter first, no hyphen last and no two together.
pub fn is_cluster_identifier(name: &str) -> bool {
    let is_made_of = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (1..=63).contains(&name.len())
        && is_made_of
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && !name.ends_with('-')
        && !name.contains("--")
}

/// 3 to 64 lower-case letters, digits and hyphens.
pub fn is_workgroup(name: &str) -> bool {
    let is_made_of = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    (3..=64).contains(&name.len()) && is_made_of
}

/// 1 to 64 letters, digits and `_ + . @ -`, a letter first; not PUBLIC (GetClusterCredentials, DbUser).
pub fn is_database_user(name: &str) -> bool {
    let is_made_of = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+.@-".contains(&byte));
    (1..=64).contains(&name.len())
        && is_made_of
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && !name.eq_ignore_ascii_case("public")
}

/// As of a user, but for PUBLIC (GetClusterCredentials, DbName).
pub fn is_database_name(name: &str) -> bool {
    name.eq_ignore_ascii_case("public") || is_database_user(name)
}

/// The ARN of a role, known to have a role's shape.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleArn(String);

impl RoleArn {
    /// `arn:<partition>:iam::<12 digits>:role/<path and name>`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let is_arn = parts.next() == Some("arn");
        let is_partition = matches!(parts.next(), Some("aws" | "aws-cn" | "aws-us-gov"));
        let is_iam = parts.next() == Some("iam") && parts.next() == Some("");
        let account = parts.next().unwrap_or_default();
        let name = parts.next().and_then(|rest| rest.strip_prefix("role/")).unwrap_or_default();
        let is_name = (1..=576).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+=,.@_/-".contains(&byte))
            && name.split('/').all(|part| !part.is_empty());
        let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
        (is_arn && is_partition && is_iam && is_account && is_name).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn partition(&self) -> &str {
        self.0.split(':').nth(1).unwrap_or_default()
    }

    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).unwrap_or_default()
    }
}

impl TryFrom<String> for RoleArn {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not the ARN of a role")
    }
}

impl From<RoleArn> for String {
    fn from(arn: RoleArn) -> Self {
        arn.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_the_shapes_of_aws() {
        for name in ["a", "sales", "sales-2026", "a1"] {
            assert!(is_cluster_identifier(name), "{name}");
        }
        for name in ["", "Sales", "1a", "a--b", "a-", "a.b", "a/b", &"a".repeat(64)] {
            assert!(!is_cluster_identifier(name), "{name}");
        }
        assert!(is_workgroup("2nd-group") && !is_workgroup("ab") && !is_workgroup("A-b"));
        for name in ["ann", "Ann.Lee+x@acme-corp"] {
            assert!(is_database_user(name), "{name}");
        }
        for name in ["", "1ann", "ann:x", "ann/x", "Public", "ann lee", &"a".repeat(65)] {
            assert!(!is_database_user(name), "{name}");
        }
    }

    #[test]
    fn only_the_arn_of_a_role_is_one() {
        for arn in [
            "arn:aws:iam::123456789012:role/flitch",
            "arn:aws-cn:iam::123456789012:role/team/a,b=c@d",
            "arn:aws-us-gov:iam::000000000000:role/x",
        ] {
            assert_eq!(RoleArn::parse(arn).unwrap().account().len(), 12);
        }
        for arn in [
            "",
            "flitch",
            "arn:aws:iam::123456789012:user/flitch",
            "arn:aws:iam::12345678901:role/flitch",
            "arn:aws:iam:us-east-1:123456789012:role/flitch",
            "arn:aws:sts::123456789012:assumed-role/flitch/x",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:role/a b",
            "arn:aws:iam::123456789012:role//x",
            "arn:evil:iam::123456789012:role/a",
        ] {
            assert_eq!(RoleArn::parse(arn), None, "{arn}");
        }
    }
}
