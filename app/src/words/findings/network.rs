//! Hints for connections that do not come about: security groups, endpoints, addresses.

use contract::connection::Target;
use contract::host::aws_host;

use super::{Around, Hint};

/// Nothing answered: nearly always the security group.
pub(super) fn timed_out(around: Around<'_>) -> Hint {
    let Target { host, port, .. } = around.target;
    let hint = Hint::plain(format!(
        "Nothing answered at {host}, port {port}. Most often the cluster's security group is closed to Flitch."
    ));
    let hint = match around.egress {
        [] => hint.step(
            "The operator of Flitch has not declared the address it connects from (FLITCH_EGRESS_IPS). Ask for it: \
             the rule below needs it.",
        ),
        egress => hint.step(format!("Flitch connects from {}.", egress.join(", "))),
    };
    hint.step(format!(
        "In the AWS console: Redshift → your cluster → Properties → Network and security → the VPC security group → \
         Edit inbound rules → Add rule: Custom TCP, port {port}, source = the address above."
    ))
    .copy("AWS CLI", open_port(around))
    .step("“My IP” in the console is your own computer's address, not Flitch's, and does not help.")
    .step(
        "The cluster must also be publicly accessible (Actions → Modify publicly accessible setting), or be reachable \
         from Flitch's network.",
    )
    .step("A paused cluster does not answer either: resume it.")
}

/// One line per egress network.
fn open_port(around: Around<'_>) -> String {
    let region = aws_host(&around.target.host).map_or_else(|| "REGION".to_owned(), |host| host.region);
    let placeholder = ["x.x.x.x/32".to_owned()];
    let egress = if around.egress.is_empty() { &placeholder[..] } else { around.egress };
    let lines: Vec<String> = egress
        .iter()
        .map(|network| {
            let (field, value) =
                if network.contains(':') { ("Ipv6Ranges", "CidrIpv6") } else { ("IpRanges", "CidrIp") };
            format!(
                "aws ec2 authorize-security-group-ingress --region {region} --group-id SECURITY_GROUP_ID \
                 --ip-permissions 'IpProtocol=tcp,FromPort={port},ToPort={port},{field}=[{{{value}={network},Description=Flitch}}]'",
                port = around.target.port,
            )
        })
        .collect();
    lines.join("\n")
}

pub(super) fn refused(host: &str, port: u16) -> Hint {
    Hint::plain(format!("{host} refused the connection on port {port}: nothing listens there."))
        .step("Check the port. Redshift's default is 5439; the endpoint in the console ends in :port/database.")
        .step("A cluster that is being resized, rebooted or resumed refuses connections for a while.")
}

pub(super) fn unknown_host(host: &str) -> Hint {
    let hint = Hint::plain(format!("There is no host named {host}."))
        .step("Copy the endpoint again: AWS console → Redshift → Clusters → your cluster → General information.");
    if aws_host(host).is_some() {
        hint.step("A deleted or renamed cluster loses its name at once; a new one gets it after some minutes.")
    } else {
        hint.step("A Redshift endpoint ends in .redshift.amazonaws.com or .redshift-serverless.amazonaws.com.")
    }
}

pub(super) fn forbidden(host: &str) -> Hint {
    Hint::plain(format!("{host} leads to an address that Flitch may not connect to."))
        .step(
            "From inside a VPC the public name of a cluster resolves to a private address. If that is so here, the \
             operator lists the network when starting Flitch, for example:",
        )
        .copy("Setting", "FLITCH_ALLOW_NETWORKS=10.20.0.0/16")
        .step("Loopback, link-local and metadata addresses stay closed whatever is listed.")
}
