//! What a host name says about the cluster behind it.
//!
//! Shapes: `<cluster>.<hash>.<region>.redshift.amazonaws.com` for a provisioned cluster and
//! `<workgroup>.<account>.<region>.redshift-serverless.amazonaws.com` for Serverless, with `.cn` after it in China.

/// The cluster or workgroup that an AWS host name spells out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsHost {
    /// First label: the cluster identifier or the workgroup. For a Redshift-managed VPC endpoint it is the
    /// endpoint's own name, so it is good for a hint and not for a decision.
    pub name: String,
    pub region: String,
    pub is_serverless: bool,
}

/// Reads an AWS Redshift host name; `None` for a custom domain, a tunnel or any other host.
pub fn aws_host(host: &str) -> Option<AwsHost> {
    let host = host.to_ascii_lowercase();
    let rest = host.strip_suffix(".cn").unwrap_or(&host);
    let rest = rest.strip_suffix(".amazonaws.com")?;
    let (rest, is_serverless) = match rest.strip_suffix(".redshift-serverless") {
        Some(rest) => (rest, true),
        None => (rest.strip_suffix(".redshift")?, false),
    };
    let labels: Vec<&str> = rest.split('.').collect();
    match labels.as_slice() {
        [name, _, region] if !name.is_empty() && !region.is_empty() => {
            Some(AwsHost { name: (*name).to_owned(), region: (*region).to_owned(), is_serverless })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_provisioned_serverless_and_china() {
        let read = |host| aws_host(host).map(|h| (h.name, h.region, h.is_serverless));
        assert_eq!(
            read("sales.abc123xyz789.us-west-2.redshift.amazonaws.com"),
            Some(("sales".into(), "us-west-2".into(), false))
        );
        assert_eq!(
            read("etl.123456789012.eu-west-1.redshift-serverless.amazonaws.com"),
            Some(("etl".into(), "eu-west-1".into(), true))
        );
        assert_eq!(
            read("Sales.abc.cn-north-1.redshift.amazonaws.com.cn"),
            Some(("sales".into(), "cn-north-1".into(), false))
        );
    }

    #[test]
    fn other_hosts_are_not_aws() {
        for host in [
            "db.example",
            "redshift.amazonaws.com",
            "a.b.c.redshift.amazonaws.com.evil.example",
            "a.b.c.redshift.amazonaws.comx",
        ] {
            assert_eq!(aws_host(host), None, "{host}");
        }
    }
}
