//! What people have at hand fills the IAM form: an endpoint, a JDBC IAM URL, the ARN of a cluster.

use super::region::is_region;
use super::{ClusterKind, RoleArn};
use crate::connection_string::{ConnectionString, Rules};
use crate::host::aws_host;

/// What a pasted text says; the rest is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pasted {
    pub kind: Option<ClusterKind>,
    pub region: String,
    pub cluster: String,
    /// The endpoint, as host and port.
    pub endpoint: String,
    pub database: String,
    pub user: String,
    pub role: String,
}

/// Reads it; `None` when it says nothing of a cluster or a role.
pub fn paste(text: &str) -> Option<Pasted> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("arn:") {
        return arn(text);
    }
    let jdbc = lower.starts_with("jdbc:redshift:iam://").then_some("jdbc:redshift:iam://".len());
    let scheme = jdbc.or_else(|| lower.starts_with("redshift-iam://").then_some("redshift-iam://".len()));
    if let Some(rest) = scheme.and_then(|at| text.get(at..)) {
        return iam_url(rest);
    }
    let read = ConnectionString::parse(text, Rules::default()).ok()?;
    let endpoint = format!("{}:{}", read.host, read.port);
    Some(Pasted {
        endpoint,
        database: read.database.unwrap_or_default(),
        user: read.user.unwrap_or_default(),
        ..host(&read.host)?
    })
}

fn arn(text: &str) -> Option<Pasted> {
    if let Some(role) = RoleArn::parse(text) {
        return Some(Pasted { role: role.into(), ..Pasted::default() });
    }
    let parts: Vec<&str> = text.splitn(7, ':').collect();
    let region = (*parts.get(3)?).to_owned();
    let known = is_region(&region);
    match parts.as_slice() {
        [_, _, "redshift", _, _, "cluster", name] if known => {
            let cluster = (*name).to_owned();
            Some(Pasted { kind: Some(ClusterKind::Provisioned), region, cluster, ..Pasted::default() })
        }
        // A workgroup's ARN holds its id, not its name.
        [_, _, "redshift-serverless", _, _, rest, ..] if known && rest.starts_with("workgroup/") => {
            Some(Pasted { kind: Some(ClusterKind::Serverless), region, ..Pasted::default() })
        }
        _ => None,
    }
}

/// `cluster:region/database?options` or `endpoint:port/database;options`.
fn iam_url(rest: &str) -> Option<Pasted> {
    let end = rest.find(['?', ';']).unwrap_or(rest.len());
    let (place, options) = rest.split_at(end);
    let (authority, database) = place.split_once('/').unwrap_or((place, ""));
    let (name, after) = authority.split_once(':').unwrap_or((authority, ""));
    let mut pasted = if is_region(after) {
        let serverless = name.strip_prefix("redshift-serverless-");
        Pasted {
            kind: Some(if serverless.is_some() { ClusterKind::Serverless } else { ClusterKind::Provisioned }),
            region: after.to_owned(),
            cluster: serverless.unwrap_or(name).to_owned(),
            ..Pasted::default()
        }
    } else {
        Pasted { endpoint: authority.to_owned(), ..host(name)? }
    };
    pasted.database = database.to_owned();
    for option in options.split(['?', ';', '&']) {
        let (key, value) = option.split_once('=').unwrap_or((option, ""));
        match key.to_ascii_lowercase().as_str() {
            "dbuser" => pasted.user = value.to_owned(),
            "clusterid" | "serverlessworkgroup" => pasted.cluster = value.to_owned(),
            "region" if is_region(value) => pasted.region = value.to_owned(),
            _ => {}
        }
    }
    Some(pasted)
}

fn host(host: &str) -> Option<Pasted> {
    let aws = aws_host(host)?;
    let kind = if aws.is_serverless { ClusterKind::Serverless } else { ClusterKind::Provisioned };
    Some(Pasted { kind: Some(kind), region: aws.region, cluster: aws.name, ..Pasted::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> (Option<ClusterKind>, String, String, String, String, String) {
        let read = paste(text).unwrap();
        (read.kind, read.region, read.cluster, read.endpoint, read.database, read.user)
    }

    #[test]
    fn endpoints_iam_urls_and_arns_are_read() {
        let (provisioned, serverless) = (Some(ClusterKind::Provisioned), Some(ClusterKind::Serverless));
        let own = |kind, parts: [&str; 5]| {
            let [region, cluster, endpoint, database, user] = parts.map(str::to_owned);
            (kind, region, cluster, endpoint, database, user)
        };
        assert_eq!(
            said("sales.abc123xyz789.us-west-2.redshift.amazonaws.com:5439/dev"),
            own(
                provisioned,
                ["us-west-2", "sales", "sales.abc123xyz789.us-west-2.redshift.amazonaws.com:5439", "dev", ""]
            )
        );
        assert_eq!(
            said("jdbc:redshift:iam://sales:eu-west-1/mart?DbUser=ann&ssl=true"),
            own(provisioned, ["eu-west-1", "sales", "", "mart", "ann"])
        );
        assert_eq!(
            said("jdbc:redshift:iam://redshift-serverless-etl:eu-west-1/dev"),
            own(serverless, ["eu-west-1", "etl", "", "dev", ""])
        );
        assert_eq!(
            said("jdbc:redshift:iam://etl.123456789012.eu-west-1.redshift-serverless.amazonaws.com:5439/dev;DbUser=x"),
            own(
                serverless,
                ["eu-west-1", "etl", "etl.123456789012.eu-west-1.redshift-serverless.amazonaws.com:5439", "dev", "x"]
            )
        );
        assert_eq!(
            said("arn:aws:redshift:us-east-1:123456789012:cluster:sales"),
            own(provisioned, ["us-east-1", "sales", "", "", ""])
        );
        assert_eq!(
            paste("arn:aws:iam::123456789012:role/flitch").unwrap().role,
            "arn:aws:iam::123456789012:role/flitch"
        );
        for text in ["", "hello", "arn:aws:s3:::bucket", "db.example:5439", "jdbc:redshift:iam://nowhere:5439/dev"] {
            assert_eq!(paste(text), None, "{text}");
        }
    }
}
