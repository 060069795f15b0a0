//! The operations.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::answer::{Protocol, Refusal, elements, json_body, xml};
use super::identities::{ACCOUNT, Identity};
use super::minted::Mint;
use super::request::Request;
use super::{CLUSTER, Cloud, REGION, SERVERLESS_HOST, WORKGROUP, locked};
use crate::cluster::SAMPLE_HOST;

/// The clusters that DescribeClusters knows, each with its status.
const CLUSTERS: [(&str, &str); 7] = [
    (CLUSTER, "available"),
    ("kept", "available"),
    ("asleep", "paused"),
    ("waking", "resuming"),
    ("growing", "resizing"),
    ("mending", "rebooting"),
    // Made a moment ago: it has no endpoint.
    ("newborn", "modifying"),
];

/// The user that every cluster is made with.
const ADMIN: &str = "admin";

pub(super) async fn serve(State(cloud): State<Arc<Cloud>>, headers: HeaderMap, body: String) -> Response {
    let request = match Request::read(&headers, &body) {
        Ok(request) => request,
        Err(refusal) => return refusal.answer(Protocol::Sts),
    };
    locked(&cloud.asked).push(request.asked());
    if let Some(trouble) = cloud.trouble(&request.operation) {
        if trouble.is_silent {
            std::future::pending::<()>().await;
        }
        let refusal = Refusal { status: trouble.status, code: trouble.code, message: trouble.message };
        let mut answer = refusal.answer(request.protocol);
        if let Some(date) = trouble.date {
            answer.headers_mut().insert(header::DATE, HeaderValue::from_static(date));
        }
        return answer;
    }
    match answer(&cloud, &request) {
        Ok(response) => response,
        Err(refusal) => refusal.answer(request.protocol),
    }
}

fn answer(cloud: &Cloud, request: &Request) -> Result<Response, Refusal> {
    let identity = identity(cloud, request)?;
    match (request.protocol, request.operation.as_str()) {
        (Protocol::Sts, "GetCallerIdentity") => {
            let fields = [("Arn", identity.arn.as_str()), ("UserId", "AIDASAMPLE"), ("Account", ACCOUNT)];
            Ok(xml(request.protocol, "GetCallerIdentity", &elements(&fields)))
        }
        (Protocol::Sts, "AssumeRole") => assume(cloud, request, &identity),
        (Protocol::Redshift, "DescribeClusters") => describe(cloud, request, &identity),
        (Protocol::Redshift, "GetClusterCredentials") => for_user(cloud, request, &identity),
        (Protocol::Redshift, "GetClusterCredentialsWithIAM") => for_caller(cloud, request, &identity),
        (Protocol::Json, "GetWorkgroup") => workgroup(cloud, request, &identity),
        (Protocol::Json, "GetCredentials") => for_workgroup(cloud, request, &identity),
        (_, operation) => Err(Refusal::new(400, "InvalidAction", &format!("Could not find operation {operation}"))),
    }
}

fn identity(cloud: &Cloud, request: &Request) -> Result<Identity, Refusal> {
    if let Some(session) = locked(&cloud.roles).session(&request.key) {
        return session;
    }
    let code = if request.protocol == Protocol::Json { "UnrecognizedClientException" } else { "InvalidClientTokenId" };
    let unknown = || Refusal::new(403, code, "The security token included in the request is invalid.");
    Identity::of_key(&request.key).ok_or_else(unknown)
}

fn assume(cloud: &Cloud, request: &Request, caller: &Identity) -> Result<Response, Refusal> {
    let [arn, name, id, policy] =
        ["RoleArn", "RoleSessionName", "ExternalId", "Policy"].map(|name| request.field(name));
    let given = locked(&cloud.roles).assume(caller, arn, name, id, policy)?;
    let credentials = elements(&[
        ("AccessKeyId", &given.key),
        ("SecretAccessKey", &given.secret),
        ("SessionToken", &given.token),
        ("Expiration", &written(given.expires_at)),
    ]);
    let user = elements(&[("AssumedRoleId", "AROASAMPLE:flitch"), ("Arn", &given.arn)]);
    let inner = format!("<Credentials>{credentials}</Credentials><AssumedRoleUser>{user}</AssumedRoleUser>");
    Ok(xml(request.protocol, "AssumeRole", &inner))
}

fn arn(rest: &str) -> String {
    format!("arn:aws:redshift:{REGION}:{ACCOUNT}:{rest}")
}

/// The cluster that a request names, if it is in the region asked.
fn cluster(request: &Request) -> Result<(&'static str, &'static str), Refusal> {
    let name = request.field("ClusterIdentifier");
    let known = CLUSTERS.into_iter().find(|(known, _)| *known == name && request.region == REGION);
    known.ok_or_else(|| Refusal::new(404, "ClusterNotFound", &format!("Cluster {name} not found.")))
}

fn describe(cloud: &Cloud, request: &Request, identity: &Identity) -> Result<Response, Refusal> {
    identity.allow("redshift:DescribeClusters", &[arn(&format!("cluster:{}", request.field("ClusterIdentifier")))])?;
    let (name, status) = cluster(request)?;
    let port = cloud.port().to_string();
    let endpoint = match name {
        "newborn" => String::new(),
        _ => format!("<Endpoint>{}</Endpoint>", elements(&[("Address", SAMPLE_HOST), ("Port", &port)])),
    };
    let availability = match (name, status) {
        ("kept", _) => "Maintenance",
        (_, "available") => "Available",
        _ => "Unavailable",
    };
    let facts = elements(&[
        ("ClusterIdentifier", name),
        ("ClusterStatus", status),
        ("ClusterAvailabilityStatus", availability),
        ("NodeType", "ra3.large"),
        ("MasterUsername", ADMIN),
        ("DBName", "dev"),
    ]);
    let inner = format!("<Clusters><Cluster>{facts}{endpoint}</Cluster></Clusters>");
    Ok(xml(request.protocol, "DescribeClusters", &inner))
}

fn for_user(cloud: &Cloud, request: &Request, identity: &Identity) -> Result<Response, Refusal> {
    let [name, user, database] = ["ClusterIdentifier", "DbUser", "DbName"].map(|name| request.field(name));
    let resources = [arn(&format!("dbuser:{name}/{user}")), arn(&format!("dbname:{name}/{database}"))];
    identity.allow("redshift:GetClusterCredentials", &resources)?;
    let (name, _) = cluster(request)?;
    let prefix = if request.field("AutoCreate") == "true" { "IAMA" } else { "IAM" };
    let lifetime = lifetime(cloud, request.field("DurationSeconds"))?;
    let mint = mint(cloud, request, identity, (name, database), format!("{prefix}:{user}"), lifetime);
    let inner =
        elements(&[("DbUser", &mint.user), ("DbPassword", mint.password()), ("Expiration", &written(mint.expires_at))]);
    Ok(xml(request.protocol, "GetClusterCredentials", &inner))
}

fn for_caller(cloud: &Cloud, request: &Request, identity: &Identity) -> Result<Response, Refusal> {
    let [name, database] = ["ClusterIdentifier", "DbName"].map(|name| request.field(name));
    let resources = [arn(&format!("dbname:{name}/{database}"))];
    identity.allow("redshift:GetClusterCredentialsWithIAM", &resources)?;
    let (name, _) = cluster(request)?;
    let lifetime = lifetime(cloud, request.field("DurationSeconds"))?;
    let mint = mint(cloud, request, identity, (name, database), identity.database_user.clone(), lifetime);
    let until = written(mint.expires_at);
    let inner = elements(&[
        ("DbUser", &mint.user),
        ("DbPassword", mint.password()),
        ("Expiration", &until),
        ("NextRefreshTime", &until),
    ]);
    Ok(xml(request.protocol, "GetClusterCredentialsWithIAM", &inner))
}

fn workgroup_arn() -> String {
    format!("arn:aws:redshift-serverless:{REGION}:{ACCOUNT}:workgroup/0b1c2d3e-0000-4000-8000-000000000001")
}

fn known_workgroup(request: &Request) -> Result<(), Refusal> {
    let name = request.field("workgroupName");
    if name == WORKGROUP && request.region == REGION {
        return Ok(());
    }
    Err(Refusal::new(400, "ResourceNotFoundException", &format!("The workgroup {name} doesn't exist.")))
}

fn workgroup(cloud: &Cloud, request: &Request, identity: &Identity) -> Result<Response, Refusal> {
    identity.allow("redshift-serverless:GetWorkgroup", &[workgroup_arn()])?;
    known_workgroup(request)?;
    Ok(json_body(&json!({ "workgroup": {
        "workgroupName": WORKGROUP,
        "workgroupArn": workgroup_arn(),
        "namespaceName": "sample-ns",
        "status": "AVAILABLE",
        "endpoint": { "address": SERVERLESS_HOST, "port": cloud.port() },
    } })))
}

fn for_workgroup(cloud: &Cloud, request: &Request, identity: &Identity) -> Result<Response, Refusal> {
    identity.allow("redshift-serverless:GetCredentials", &[workgroup_arn()])?;
    known_workgroup(request)?;
    let lifetime = lifetime(cloud, request.field("durationSeconds"))?;
    let place = (WORKGROUP, request.field("dbName"));
    let mint = mint(cloud, request, identity, place, identity.database_user.clone(), lifetime);
    let until = mint.expires_at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    Ok(json_body(&json!({
        "dbUser": mint.user, "dbPassword": mint.password(), "expiration": until, "nextRefreshTime": until,
    })))
}

fn mint(
    cloud: &Cloud,
    request: &Request,
    identity: &Identity,
    place: (&str, &str),
    user: String,
    lifetime: Duration,
) -> Mint {
    let password = locked(&cloud.password).clone();
    let mint = Mint::new(&request.operation, &identity.arn, place, user, SystemTime::now() + lifetime, password);
    cloud.ledger.add(mint.clone());
    mint
}

/// 900 s to 3,600 s, unless a test shortened it.
fn lifetime(cloud: &Cloud, asked: &str) -> Result<Duration, Refusal> {
    let seconds = if asked.is_empty() { Ok(900) } else { asked.parse::<u64>() };
    match seconds {
        Ok(seconds) if (900..=3600).contains(&seconds) => {
            Ok(cloud.next_lifetime().unwrap_or(Duration::from_secs(seconds)))
        }
        _ => Err(Refusal::new(400, "InvalidParameterValue", "DurationSeconds must be between 900 and 3600")),
    }
}

fn written(at: SystemTime) -> String {
    OffsetDateTime::from(at).format(&Rfc3339).unwrap_or_default()
}
