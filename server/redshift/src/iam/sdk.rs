//! AWS through its own SDK.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_smithy_http_client::{Builder, tls};
use secrecy::SecretString;
use tokio::sync::OnceCell;

use super::assume::acting;
use super::refusal::{Asked, Refusal, clean_text};
use super::{Acting, Caller, Cloud, Kind, Minted, Need, Place};

/// What AWS gives at least, and all that is needed: expiry is looked at when a session opens, not while it runs.
const SECONDS: i32 = 900;

/// Long enough for some tries with pauses between them, where AWS asks to slow down.
const OPERATION: Duration = Duration::from_secs(12);
const ATTEMPT: Duration = Duration::from_secs(5);

/// The server's own identity at AWS: environment, profile, container or instance, as AWS's tools find it.
pub struct Aws {
    config: OnceCell<SdkConfig>,
    loader: fn() -> ConfigLoader,
}

impl Default for Aws {
    fn default() -> Self {
        Self { config: OnceCell::new(), loader: || aws_config::defaults(BehaviorVersion::latest()) }
    }
}

impl Aws {
    /// With a configuration made elsewhere: a test's.
    pub fn with_config(config: SdkConfig) -> Self {
        Self { config: OnceCell::new_with(Some(bounded(config))), ..Self::default() }
    }

    async fn config(&self) -> &SdkConfig {
        let load = || async {
            let tls = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
            let client = Builder::new().tls_provider(tls).build_https();
            bounded((self.loader)().http_client(client).load().await)
        };
        self.config.get_or_init(load).await
    }
}

/// Retries, with the SDK's own jittered pauses, inside one deadline.
fn bounded(config: SdkConfig) -> SdkConfig {
    let timeouts = TimeoutConfig::builder().operation_timeout(OPERATION).operation_attempt_timeout(ATTEMPT).build();
    // With its pauses, at most 1, 2, 3 and 3 s, the last try ends inside the operation's time.
    let retries = RetryConfig::standard().with_max_attempts(5).with_max_backoff(Duration::from_secs(3));
    config.to_builder().timeout_config(timeouts).retry_config(retries).build()
}

#[async_trait]
impl Cloud for Aws {
    async fn enter(&self, need: &Need) -> Result<Box<dyn Acting>, Refusal> {
        let config = acting(self.config().await, need).await?;
        Ok(Box::new(Entered { config, need: need.clone() }))
    }

    async fn own_identity(&self) -> Result<Caller, Refusal> {
        let config = self.config().await;
        // Any region of the partition can answer; without one configured, the oldest is asked.
        let region = config.region().cloned().unwrap_or_else(|| aws_config::Region::new("us-east-1"));
        identity(&config.to_builder().region(region).build()).await
    }
}

async fn identity(config: &SdkConfig) -> Result<Caller, Refusal> {
    let answer = aws_sdk_sts::Client::new(config).get_caller_identity().send().await;
    let answer = answer.map_err(|error| Refusal::of(&error, Asked::Identity, ""))?;
    Ok(Caller { arn: answer.arn.unwrap_or_default(), account: answer.account.unwrap_or_default() })
}

struct Entered {
    config: SdkConfig,
    need: Need,
}

#[async_trait]
impl Acting for Entered {
    async fn identity(&self) -> Result<Caller, Refusal> {
        identity(&self.config).await
    }

    async fn find(&self) -> Result<Place, Refusal> {
        match self.need.kind {
            Kind::Provisioned => self.find_cluster().await,
            Kind::Serverless => self.find_workgroup().await,
        }
    }

    async fn mint(&self) -> Result<Minted, Refusal> {
        match (self.need.kind, &self.need.user) {
            (Kind::Serverless, _) => self.mint_serverless().await,
            (Kind::Provisioned, Some(user)) => self.mint_for(user).await,
            (Kind::Provisioned, None) => self.mint_as_caller().await,
        }
    }
}

impl Entered {
    async fn find_cluster(&self) -> Result<Place, Refusal> {
        let client = aws_sdk_redshift::Client::new(&self.config);
        let answer = client.describe_clusters().cluster_identifier(&self.need.cluster).send().await;
        let answer = answer.map_err(|error| Refusal::of(&error, Asked::Endpoint, ""))?;
        let cluster = answer.clusters().first().ok_or(Refusal::ClusterUnknown)?;
        let status = cluster.cluster_status().unwrap_or_default();
        // `available` with something after it, and a maintenance that only the availability tells.
        let doing = match cluster.cluster_availability_status() {
            Some("Available") | None if status.starts_with("available") => None,
            Some(availability) if status == "available" => Some(availability.to_ascii_lowercase()),
            _ => Some(status.to_owned()),
        };
        let endpoint = cluster.endpoint().and_then(|endpoint| Some((endpoint.address()?, endpoint.port()?)));
        let place = place(endpoint, status, doing)?;
        Ok(Place { admin: cluster.master_username().map(str::to_owned), ..place })
    }

    async fn find_workgroup(&self) -> Result<Place, Refusal> {
        let client = aws_sdk_redshiftserverless::Client::new(&self.config);
        let answer = client.get_workgroup().workgroup_name(&self.need.cluster).send().await;
        let answer = answer.map_err(|error| Refusal::of(&error, Asked::Endpoint, ""))?;
        let workgroup = answer.workgroup().ok_or(Refusal::WorkgroupUnknown)?;
        let status = workgroup.status().map(|status| status.as_str().to_ascii_lowercase()).unwrap_or_default();
        let endpoint = workgroup.endpoint().and_then(|endpoint| Some((endpoint.address()?, endpoint.port()?)));
        place(endpoint, &status, (status != "available").then(|| status.clone()))
    }

    async fn mint_for(&self, user: &str) -> Result<Minted, Refusal> {
        let client = aws_sdk_redshift::Client::new(&self.config);
        let answer = client
            .get_cluster_credentials()
            .cluster_identifier(&self.need.cluster)
            .db_user(user)
            .db_name(&self.need.database)
            .duration_seconds(SECONDS)
            .auto_create(false)
            .send()
            .await;
        let answer = answer.map_err(|error| Refusal::of(&error, Asked::Mint, ""))?;
        minted(answer.db_user, answer.db_password, answer.expiration)
    }

    async fn mint_as_caller(&self) -> Result<Minted, Refusal> {
        let client = aws_sdk_redshift::Client::new(&self.config);
        let answer = client
            .get_cluster_credentials_with_iam()
            .cluster_identifier(&self.need.cluster)
            .db_name(&self.need.database)
            .duration_seconds(SECONDS)
            .send()
            .await;
        let answer = answer.map_err(|error| Refusal::of(&error, Asked::Mint, ""))?;
        minted(answer.db_user, answer.db_password, answer.expiration)
    }

    async fn mint_serverless(&self) -> Result<Minted, Refusal> {
        let client = aws_sdk_redshiftserverless::Client::new(&self.config);
        let answer = client
            .get_credentials()
            .workgroup_name(&self.need.cluster)
            .db_name(&self.need.database)
            .duration_seconds(SECONDS)
            .send()
            .await;
        let answer = answer.map_err(|error| Refusal::of(&error, Asked::Mint, ""))?;
        minted(answer.db_user, answer.db_password, answer.expiration)
    }
}

/// A cluster that is being made has no endpoint, and one that is paused has one that nobody answers at.
fn place(endpoint: Option<(&str, i32)>, status: &str, doing: Option<String>) -> Result<Place, Refusal> {
    if is_away(status) {
        return Err(Refusal::Unavailable { status: clean_text(status) });
    }
    let missing = || Refusal::NoEndpoint { status: clean_text(status) };
    let (host, port) = endpoint.ok_or_else(missing)?;
    let port = u16::try_from(port).map_err(|_| missing())?;
    if host.is_empty() {
        return Err(missing());
    }
    Ok(Place { host: host.to_ascii_lowercase(), port, busy: doing.map(|doing| clean_text(&doing)), admin: None })
}

/// States in which nobody answers (Cluster status, Redshift's management guide). In others, resizing and maintenance
/// among them, a cluster may answer, and is tried.
fn is_away(status: &str) -> bool {
    matches!(
        status,
        "paused" | "pausing" | "resuming" | "creating" | "deleting" | "final-snapshot" | "hardware-failure"
    ) || status.starts_with("incompatible-")
}

fn minted(
    user: Option<String>,
    password: Option<String>,
    expiration: Option<aws_smithy_types::DateTime>,
) -> Result<Minted, Refusal> {
    let incomplete = || Refusal::Said { code: "GetCredentials".into(), message: "an incomplete answer".into() };
    let expires_at = expiration.and_then(|at| SystemTime::try_from(at).ok());
    Ok(Minted {
        user: user.ok_or_else(incomplete)?,
        password: SecretString::from(password.ok_or_else(incomplete)?),
        expires_at: expires_at.ok_or_else(incomplete)?,
    })
}
