//! Every setting: a flag and an environment variable each. The README's table is made from this.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use contract::secret::Secret;
use ipnet::IpNet;

use crate::services::iam::ListedCluster;

#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// Where to listen.
    #[arg(long, env = "FLITCH_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,
    /// The address people type. Plain http is taken for loopback only: the session cookie would not arrive.
    #[arg(long, env = "FLITCH_PUBLIC_URL", default_value = "http://127.0.0.1:3000")]
    pub public_url: String,
    #[command(flatten)]
    pub home: Home,
    #[command(flatten)]
    pub reach: Reach,
    /// What is logged, as tracing filters.
    #[arg(long, env = "FLITCH_LOG", default_value = "info")]
    pub log: String,
    /// Log lines as JSON.
    #[arg(long, env = "FLITCH_LOG_JSON")]
    pub log_json: bool,
    /// Where to serve metrics for Prometheus, at /metrics. They are for the operator: keep it off the network that people
    /// reach. None without it.
    #[arg(long, env = "FLITCH_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,
    /// The folder that `make site` filled.
    #[arg(long, env = "FLITCH_SITE", default_value = "target/site")]
    pub site: PathBuf,
    /// How many connection tests one person may start in a minute.
    #[arg(long, env = "FLITCH_CHECKS_PER_MINUTE", default_value_t = 10)]
    pub checks_per_minute: u32,
    /// How many rows of a typed statement's result are read. Files have all of them.
    #[arg(long, env = "FLITCH_QUERY_ROWS", default_value_t = 100_000)]
    pub query_rows: u32,
    /// How much of a typed statement's result is read, in MiB of text.
    #[arg(long, env = "FLITCH_QUERY_MIB", default_value_t = 64)]
    pub query_mib: u32,
    /// How long a statement may take, in seconds.
    #[arg(long, env = "FLITCH_QUERY_SECONDS", default_value_t = 60)]
    pub query_seconds: u32,
    /// How many statements run at once through one connection; others wait.
    #[arg(long, env = "FLITCH_QUERIES_PER_CONNECTION", default_value_t = 3)]
    pub queries_per_connection: usize,
    /// How many statements run at once for one team.
    #[arg(long, env = "FLITCH_QUERIES_PER_TEAM", default_value_t = 8)]
    pub queries_per_team: usize,
    /// How long an export may take, in seconds.
    #[arg(long, env = "FLITCH_EXPORT_SECONDS", default_value_t = 7_200)]
    pub export_seconds: u32,
    /// How large an export may get, in GiB of text.
    #[arg(long, env = "FLITCH_EXPORT_GIB", default_value_t = 50)]
    pub export_gib: u32,
    /// Where snapshots of refreshed datasets are kept, as s3://BUCKET/PREFIX: with AWS_REGION and, by name, AWS_ACCESS_KEY_ID
    /// and its like, or a role. AWS_ENDPOINT_URL_S3 is another server's address. Without it, a folder in the data folder.
    #[arg(long, env = "FLITCH_CACHE_URL")]
    pub cache_url: Option<String>,
    /// The least minutes between two refreshes of a dataset by itself, also where more often was set before.
    #[arg(long, env = "FLITCH_REFRESH_MINUTES", default_value_t = 5)]
    pub refresh_minutes: u32,
    /// How many refreshes run at once through one connection, on all servers together.
    #[arg(long, env = "FLITCH_REFRESHES_PER_CONNECTION", default_value_t = 2)]
    pub refreshes_per_connection: u32,
    /// How many refreshes this server runs at once. Each takes up to 70 MB of memory.
    #[arg(long, env = "FLITCH_REFRESHES_AT_ONCE", default_value_t = 4)]
    pub refreshes_at_once: u32,
    /// How long a refresh may take, in seconds.
    #[arg(long, env = "FLITCH_REFRESH_SECONDS", default_value_t = 7_200)]
    pub refresh_seconds: u32,
    /// How much a refresh may read, in GiB of text.
    #[arg(long, env = "FLITCH_REFRESH_GIB", default_value_t = 50)]
    pub refresh_gib: u32,
    /// After so many seconds without a sign of life from the server that runs it, a refresh is taken over by another.
    #[arg(long, env = "FLITCH_REFRESH_LEASE_SECONDS", default_value_t = 15)]
    pub refresh_lease_seconds: u32,
    /// Memory for answers from snapshots, in MiB, beside 16 for each of up to 12 at once. What needs more is written to disk
    /// meanwhile.
    #[arg(long, env = "FLITCH_SNAPSHOT_MEMORY_MIB", default_value_t = 512)]
    pub snapshot_memory_mib: u32,
    /// Disk for what is written so, in GiB, in the data folder. Who needs more is told so.
    #[arg(long, env = "FLITCH_SNAPSHOT_DISK_GIB", default_value_t = 10)]
    pub snapshot_disk_gib: u32,
    /// Clusters that the server's own AWS identity may mint for, as TEAM_ID/REGION/CLUSTER. Needed only where several
    /// teams share the installation; a team that is alone may use it for any.
    #[arg(long, env = "FLITCH_AWS_IDENTITY", value_delimiter = ',')]
    pub aws_identity: Vec<ListedCluster>,
    /// Development: a connection string to offer in the Add Source form. Needs --dev-loopback.
    #[arg(long, env = "FLITCH_DEV_SAMPLE", hide_env_values = true, requires = "dev_loopback")]
    pub dev_sample: Option<String>,
    /// Development: a JDBC IAM URL to offer in the IAM form. Needs --dev-loopback.
    #[arg(long, env = "FLITCH_DEV_SAMPLE_IAM", requires = "dev_loopback")]
    pub dev_sample_iam: Option<String>,
}

/// Where Flitch keeps what it knows: the same for the server and for an operator's commands.
#[derive(Clone, Debug, Args)]
pub struct Home {
    /// The folder of data: the embedded store, the master keys.
    #[arg(long, env = "FLITCH_DATA", default_value = "data")]
    pub data: PathBuf,
    /// A Postgres for the metadata, shared by several servers. Without it, SQLite in the data folder.
    #[arg(long, env = "FLITCH_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<Secret>,
    /// A file that holds the database URL, so that it shows in no process list.
    #[arg(long, env = "FLITCH_DATABASE_URL_FILE", conflicts_with = "database_url")]
    pub database_url_file: Option<PathBuf>,
    /// The master keys that seal stored passwords. Made on first start.
    #[arg(long, env = "FLITCH_MASTER_KEYS_FILE", default_value = "<data>/master.keys")]
    pub master_keys_file: PathBuf,
}

impl Home {
    pub fn master_keys_path(&self) -> PathBuf {
        match self.master_keys_file.strip_prefix("<data>") {
            Ok(inside) => self.data.join(inside),
            Err(_) => self.master_keys_file.clone(),
        }
    }

    /// The Postgres of the metadata, if it is not the embedded store.
    pub fn database(&self) -> std::io::Result<Option<String>> {
        match (&self.database_url, &self.database_url_file) {
            (Some(url), _) => Ok(Some(url.expose().to_owned())),
            (None, Some(path)) => Ok(Some(std::fs::read_to_string(path)?.trim().to_owned())),
            (None, None) => Ok(None),
        }
    }
}

/// What may be connected to, and how: the same for the server and for `flitch check`.
#[derive(Clone, Debug, Args)]
pub struct Reach {
    /// The addresses Flitch connects from, as the cluster's firewall sees them; shown in the Add Source form.
    #[arg(long, env = "FLITCH_EGRESS_IPS", value_delimiter = ',')]
    pub egress_ips: Vec<IpNetOrAddr>,
    /// Private networks that may be connected to, as 10.20.0.0/16. Loopback and metadata addresses stay closed.
    #[arg(long, env = "FLITCH_ALLOW_NETWORKS", value_delimiter = ',')]
    pub allow_networks: Vec<IpNet>,
    /// Ports that may be connected to besides Redshift's own (5431-5455, 8191-8215).
    #[arg(long, env = "FLITCH_ALLOW_PORTS", value_delimiter = ',')]
    pub allow_ports: Vec<u16>,
    /// Development: connections to loopback, on any port, with sslmode=disable if asked.
    #[arg(long, env = "FLITCH_DEV_LOOPBACK")]
    pub dev_loopback: bool,
    /// Development: answer for a name by hand, as HOST=ADDRESS:PORT. Needs --dev-loopback.
    #[arg(long, env = "FLITCH_DEV_RESOLVE", value_delimiter = ',', requires = "dev_loopback")]
    pub dev_resolve: Vec<DevName>,
    /// Development: one more certificate authority for every connection, in PEM. Needs --dev-loopback.
    #[arg(long, env = "FLITCH_DEV_CA", requires = "dev_loopback")]
    pub dev_ca: Option<PathBuf>,
}

/// An address or a network; shown as a network, `/32` or `/128` for one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpNetOrAddr(pub IpNet);

impl std::str::FromStr for IpNetOrAddr {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let net = text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
        net.map(Self).map_err(|_| format!("`{text}` is neither an address nor a network"))
    }
}

/// A name answered by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DevName {
    pub host: String,
    pub address: SocketAddr,
}

impl std::str::FromStr for DevName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let shape = || format!("`{text}` is not HOST=ADDRESS:PORT");
        let (host, address) = text.split_once('=').ok_or_else(shape)?;
        Ok(Self { host: host.to_ascii_lowercase(), address: address.parse().map_err(|_| shape())? })
    }
}

impl Settings {
    /// What is wrong with the settings as a whole, in one line.
    pub fn fault(&self) -> Option<String> {
        let Some((scheme, rest)) = self.public_url.split_once("://") else {
            return Some("FLITCH_PUBLIC_URL must start with https:// (or http:// on loopback)".to_owned());
        };
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
        let is_loopback =
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        match scheme {
            "https" => None,
            "http" if is_loopback => None,
            _ => Some(
                "FLITCH_PUBLIC_URL is plain http and not loopback: browsers would drop the session cookie. Use https."
                    .to_owned(),
            ),
        }
    }

    /// The public URL's scheme, host and port, as a browser sends it in `Origin`: without a default port.
    pub fn origin(&self) -> String {
        origin(&self.public_url)
    }
}

/// The scheme, host and port of a URL, without a default port.
pub fn origin(url: &str) -> String {
    let end = url.find("://").map_or(0, |at| at + 3);
    let path = url[end..].find('/').map_or(url.len(), |at| end + at);
    let origin = url[..path].to_ascii_lowercase();
    let default_port = if origin.starts_with("https:") { ":443" } else { ":80" };
    origin.strip_suffix(default_port).unwrap_or(&origin).to_owned()
}
