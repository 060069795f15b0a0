//! From AWS's refusals to findings: one exhaustive match.

use std::time::Duration;

use contract::finding::Finding;
use redshift::deadlines::milliseconds;
use redshift::iam::{Need, Refusal};

/// `after` is how long AWS was given.
pub(super) fn finding(refusal: &Refusal, need: &Need, after: Duration) -> Finding {
    let Need { region, cluster, .. } = need;
    match refusal.clone() {
        Refusal::NoCredentials => Finding::AwsNoCredentials,
        Refusal::CredentialsExpired => Finding::AwsCredentialsExpired,
        Refusal::CredentialsRefused => Finding::AwsCredentialsRefused,
        Refusal::ClockSkew { seconds } => Finding::AwsClockSkew { seconds },
        Refusal::RoleDenied { role } => Finding::AwsRoleDenied { role },
        Refusal::Denied { action, resource } => Finding::AwsDenied { action, resource },
        Refusal::Forbidden { action, resource, reason } => Finding::AwsDeniedExplicitly { action, resource, reason },
        Refusal::ClusterUnknown => Finding::AwsClusterUnknown { cluster: cluster.clone(), region: region.clone() },
        Refusal::WorkgroupUnknown => {
            Finding::AwsWorkgroupUnknown { workgroup: cluster.clone(), region: region.clone() }
        }
        Refusal::Unsupported { message } => Finding::AwsUnsupported { message },
        Refusal::Unavailable { status } => Finding::ClusterAway { status },
        Refusal::NoEndpoint { status } => Finding::EndpointMissing { status },
        Refusal::Throttled => Finding::AwsThrottled,
        Refusal::Unreachable => Finding::AwsUnreachable { region: region.clone() },
        Refusal::TimedOut => Finding::AwsTimedOut { after_ms: milliseconds(after) },
        Refusal::Said { code, message } => Finding::AwsSaid { code, message },
    }
}
