//! Hints for signing in by AWS IAM: who asks, what AWS said no to, and the very line that would change it.

use contract::aws::{ClusterKind, IamTarget, policy, region_name};
use contract::connection::Target;

use super::{Around, Hint};
use crate::words::numbers;
use crate::words::sql::create_minted;

/// The database user as people write it, without the prefix of AWS.
fn plain(user: &str) -> &str {
    user.strip_prefix("IAM:").unwrap_or(user)
}

fn iam(target: &Target) -> IamTarget {
    target.iam.clone().unwrap_or_default()
}

/// The policy of this connection, for an account.
fn permissions(target: &Target, account: &str) -> String {
    policy::permissions(&iam(target), &target.user, &target.database, account)
}

pub(super) fn identity(arn: &str, account: &str, target: &Target) -> Hint {
    let how = if iam(target).role.is_some() { "in the role you named" } else { "with the server's own identity" };
    Hint::plain(format!("Flitch asks AWS {how}: {arn}, in account {account}."))
}

pub(super) fn minted(user: &str, seconds: u32) -> Hint {
    Hint::plain(format!("Credentials for {user} were minted. They open sessions for {}.", minutes(seconds)))
}

fn minutes(seconds: u32) -> String {
    if seconds < 120 { format!("{seconds} s") } else { format!("{} minutes", (seconds + 30) / 60) }
}

pub(super) fn busy(status: &str) -> Hint {
    Hint::plain(format!("AWS says that the cluster is “{status}”. It may answer all the same, so the check goes on."))
        .step("If a later stage fails, wait until the console shows it as available, and check again.")
}

pub(super) fn role_needed() -> Hint {
    Hint::plain("Several teams share this Flitch, so its own AWS identity is not for your clusters.")
        .step("Make a role in your AWS account that trusts Flitch with your team's external id, and fill in its ARN.")
        .step("Or the operator opens this cluster to your team with FLITCH_AWS_IDENTITY.")
}

pub(super) fn no_credentials() -> Hint {
    Hint::plain("Flitch's server has no AWS identity, so it cannot ask for credentials.")
        .step("The operator gives it one: an instance or task role, or in its environment:")
        .copy("Environment", "AWS_ACCESS_KEY_ID=…\nAWS_SECRET_ACCESS_KEY=…")
        .step("A role of yours does not help without it: the server's identity is what assumes the role.")
}

pub(super) fn credentials_expired() -> Hint {
    Hint::plain("The AWS credentials of Flitch's server have expired.")
        .step("The operator renews them. An instance or task role renews itself; keys with a session token do not.")
}

pub(super) fn credentials_refused(around: Around<'_>) -> Hint {
    let region = iam(around.target).region;
    Hint::plain("AWS does not know the credentials of Flitch's server.")
        .step("The operator checks the access key: it may have been deleted, disabled, or mistyped.")
        .step(format!("In a region that is opt-in, {region} has to be enabled for the account first."))
}

pub(super) fn clock_skew(seconds: Option<i64>) -> Hint {
    let off = match seconds {
        Some(seconds) if seconds != 0 => {
            let way = if seconds > 0 { "ahead" } else { "behind" };
            format!(" It is {} s {way}.", seconds.unsigned_abs())
        }
        _ => String::new(),
    };
    Hint::plain(format!("The clock of Flitch's server is off, and AWS refuses what is signed at the wrong time.{off}"))
        .step("The operator lets the server keep time (chrony or systemd-timesyncd).")
}

pub(super) fn role_denied(role: &str) -> Hint {
    Hint::plain(format!("AWS does not let Flitch assume the role {role}."))
        .step("Either the role does not exist, or it does not trust Flitch, or its trust policy asks for another external id.")
        .step("The trust policy with your team's external id stands in the form, ready to copy.")
        .step("Flitch's own identity must also be allowed sts:AssumeRole on this role, where it is in another account.")
}

pub(super) fn denied(action: &str, resource: &str, around: Around<'_>) -> Hint {
    let account = resource.split(':').nth(4).unwrap_or_default();
    let what = match (action, resource) {
        ("", _) => "AWS does not allow what Flitch asked for.".to_owned(),
        (action, "") => format!("AWS does not allow {action}."),
        (action, resource) => format!("AWS does not allow {action} on {resource}."),
    };
    let hint = Hint::plain(what)
        .step("Let an admin of the AWS account attach this policy to the identity that the stage before names:")
        .copy("IAM policy", permissions(around.target, account));
    match action {
        "redshift:DescribeClusters" | "redshift-serverless:GetWorkgroup" => {
            hint.step("Or type the endpoint under “More options”; then Flitch does not ask AWS for it.")
        }
        _ => hint,
    }
}

pub(super) fn forbidden(action: &str, resource: &str, reason: &str) -> Hint {
    Hint::plain(format!("AWS forbids {action} on {resource}: {reason}."))
        .step("A policy that allows it does not help: the deny has to be changed by whoever wrote it (an admin of the account or of its organisation).")
}

pub(super) fn cluster_unknown(cluster: &str, region: &str) -> Hint {
    Hint::plain(format!("There is no cluster {cluster} in {}.", place(region)))
        .step("Check the region first: clusters of other regions are not seen. Then the identifier, as the console shows it.")
        .step("If it is a Serverless workgroup, choose “Serverless workgroup” in the form.")
        .step("The account is the one of the identity above; a cluster of another account needs a role there.")
}

pub(super) fn workgroup_unknown(workgroup: &str, region: &str) -> Hint {
    Hint::plain(format!("There is no Serverless workgroup {workgroup} in {}.", place(region)))
        .step("Check the region, and the workgroup's name (not the namespace's).")
        .step("If it is a provisioned cluster, choose “Provisioned cluster” in the form.")
}

fn place(region: &str) -> String {
    match region_name(region) {
        "" => region.to_owned(),
        name => format!("{region} ({name})"),
    }
}

pub(super) fn unsupported(message: &str) -> Hint {
    Hint::plain(format!("AWS does not mint credentials for this cluster: {message}"))
        .step("Use a connection string with a database user instead.")
}

pub(super) fn away(status: &str, around: Around<'_>) -> Hint {
    let IamTarget { region, cluster, .. } = iam(around.target);
    let hint = Hint::plain(format!("The cluster is “{status}”, and nothing answers there."));
    match status {
        "paused" => hint
            .step("Resume it in the console (Actions → Resume), or:")
            .copy("AWS CLI", format!("aws redshift resume-cluster --region {region} --cluster-identifier {cluster}")),
        "pausing" => hint.step("Wait until it is paused, then resume it."),
        "resuming" | "creating" => {
            hint.step("It takes some minutes. Check again when the console shows it as available.")
        }
        _ => hint.step("Look at the cluster in the console; AWS support helps where it stays like this."),
    }
}

pub(super) fn endpoint_missing(status: &str) -> Hint {
    Hint::plain(format!("The cluster has no endpoint yet; AWS says it is “{status}”."))
        .step("A cluster that is just being made gets one after some minutes. Check again then.")
}

pub(super) fn throttled() -> Hint {
    Hint::plain("AWS asks Flitch to slow down: too many requests from this account at the moment.")
        .step("Try again in a minute. Flitch tried several times, with growing pauses, before it gave up.")
}

pub(super) fn unreachable(region: &str) -> Hint {
    Hint::plain(format!("AWS's own address in {} could not be reached from Flitch's server.", place(region)))
        .step("The operator lets the server reach AWS's API over HTTPS, or gives its VPC interface endpoints for STS and Redshift.")
}

pub(super) fn timed_out(after_ms: u32) -> Hint {
    let after = numbers::duration(u64::from(after_ms) * 1_000);
    Hint::plain(format!("AWS did not answer within {after}."))
        .step("Try again. If it stays, the operator checks the server's way to AWS's API.")
}

pub(super) fn said(code: &str, message: &str) -> Hint {
    let what = if message.is_empty() { code.to_owned() } else { format!("{code}: {message}") };
    Hint::plain(format!("AWS refused with {what}")).step("The code is AWS's own; its documentation explains it.")
}

pub(super) fn admin_user(user: &str) -> Hint {
    Hint::plain(format!(
        "{user} is the cluster's admin, who may do anything. Flitch does not sign in as it by mistake."
    ))
    .step("Make a database user that can only read, and use that one. Let an admin of the database run:")
    .copy("SQL", create_minted("flitch_readonly", "public"))
    .step("If it must be this one, tick “The database user may be the cluster's admin” under “More options”.")
}

pub(super) fn user_missing(user: &str, target: &Target) -> Hint {
    let user = if target.user.is_empty() { plain(user) } else { plain(&target.user) };
    Hint::plain(format!("AWS minted credentials for {user}, but the database has no such user."))
        .step("Let an admin of the database run:")
        .copy("SQL", create_minted(user, "public"))
}

pub(super) fn mint_refused(user: &str) -> Hint {
    Hint::plain(format!("The cluster refused the credentials that AWS minted for {user}."))
        .step("Check that the endpoint is this cluster's: credentials of one cluster open no other.")
        .step("An admin of the database can see whether the user is disabled or has run out (VALID UNTIL).")
}

/// What was read of the form.
pub(super) fn read(target: &Target) -> Hint {
    let what = if iam(target).kind == ClusterKind::Serverless { "workgroup" } else { "cluster" };
    Hint::plain(format!("Region, {what} and database are known. No password is stored."))
}
