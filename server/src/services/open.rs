//! Opening everything that the settings name, in the order in which it can fail most clearly.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cache::{Bucket, ReadError, Reader, Room, SnapshotError, Snapshots};
use contract::aws::IamFields;
use contract::connection_string::Rules;
use contract::query::QueryLimits;
use redshift::address::DevResolver;
use redshift::iam::Aws;
use redshift::{Deadlines, Limits, Means, Policy, Resolver, SystemDialer, SystemResolver};
use store::{Store, StoreError};
use thiserror::Error;
use tokio::sync::Notify;
use vault::{KeyRing, RingError};

use super::iam::Iam;
use super::queries::{FairUse, Live};
use super::{Clock, ExportLimits, RefreshLimits, SetupCode, Shared, keys};
use crate::config::{Home, Reach, Settings};

#[derive(Debug, Error)]
pub enum OpenError {
    #[error("{0}")]
    Settings(String),
    #[error("the data folder {0} cannot be made")]
    Folder(PathBuf, #[source] io::Error),
    #[error("another Flitch is using the data folder {0}")]
    InUse(PathBuf),
    #[error("{0} cannot be read")]
    File(PathBuf, #[source] io::Error),
    #[error(
        "what is sealed in the store needs the installation's master keys, and there is no file {0}. Copy it there; where it \
         is lost for good, `flitch key add --anew` makes another, and stored passwords have to be typed again"
    )]
    KeysMissing(PathBuf),
    #[error("the master keys cannot be used")]
    Keys(#[source] RingError),
    #[error("the store cannot be opened")]
    Store(#[source] StoreError),
    #[error("the store of snapshots cannot be opened")]
    Snapshots(#[source] SnapshotError),
    #[error("snapshots cannot be asked")]
    Reader(#[source] ReadError),
    #[error("the set-up code cannot be kept")]
    SetupCode(#[source] io::Error),
}

/// The opened parts, and the lock that keeps a second server out of the data folder.
pub struct Opened {
    pub shared: Arc<Shared>,
    _lock: Option<fs::File>,
}

pub async fn open(settings: &Settings) -> Result<Opened, OpenError> {
    if let Some(fault) = settings.fault() {
        return Err(OpenError::Settings(fault));
    }
    let data = &settings.home.data;
    make_private(data).map_err(|error| OpenError::Folder(data.clone(), error))?;
    let url = database(&settings.home)?;
    let lock = if url.is_none() { Some(lock(data)?) } else { None };
    let store = store(url.as_deref(), data).await?;
    let ring = ring(&store, settings.home.master_keys_path()).await?;
    let is_new = store.team_count().await.map_err(OpenError::Store)? == 0;
    let snapshots = snapshots(settings)?;
    let setup_code = SetupCode::open(&data.join("setup-code"), is_new).map_err(OpenError::SetupCode)?;
    let shared = Shared {
        store,
        ring,
        means: means(&settings.reach),
        extra_ca_pem: extra_ca_pem(&settings.reach)?,
        rules: Rules { is_plain_allowed: settings.reach.dev_loopback },
        egress: settings.reach.egress_ips.iter().map(|net| net.0.to_string()).collect(),
        origin: settings.origin(),
        sample: settings.dev_sample.clone(),
        sample_iam: settings.dev_sample_iam.as_deref().and_then(paste_of_sample),
        iam: Arc::new(Iam::new(Arc::new(Aws::default()), settings.aws_identity.clone())),
        checks_per_minute: settings.checks_per_minute,
        catalog_limits: Limits::CATALOG,
        setup_code,
        query_limits: QueryLimits {
            rows: settings.query_rows,
            bytes: u64::from(settings.query_mib) * 1024 * 1024,
            seconds: settings.query_seconds,
        },
        export_limits: ExportLimits {
            bytes: u64::from(settings.export_gib) * 1024 * 1024 * 1024,
            seconds: settings.export_seconds,
            patience: Duration::from_secs(30),
        },
        fair_use: FairUse {
            per_connection: settings.queries_per_connection.max(1),
            per_team: settings.queries_per_team.max(1),
        },
        live: Live::default(),
        ended: Notify::new(),
        reader: reader(settings, &snapshots)?,
        snapshots,
        refresh_limits: RefreshLimits {
            least_minutes: settings.refresh_minutes.max(1),
            per_connection: settings.refreshes_per_connection.max(1),
            at_once: settings.refreshes_at_once.max(1),
            bytes: u64::from(settings.refresh_gib) * 1024 * 1024 * 1024,
            seconds: settings.refresh_seconds,
            sign_ins: 5,
            first_wait: Duration::from_millis(500),
            lease: Duration::from_secs(u64::from(settings.refresh_lease_seconds.max(3))),
            memory: settings.snapshot_memory_mib as usize * 1024 * 1024,
        },
        nudge: Notify::new(),
        clock: Clock::default(),
    };
    Ok(Opened { shared: Arc::new(shared), _lock: lock })
}

/// Keys are made for an installation that has nothing to open: a second server with keys of its own could open nothing of
/// the first one's, nor the first what that sealed.
async fn ring(store: &Store, path: PathBuf) -> Result<KeyRing, OpenError> {
    if !path.exists() && keys::is_anything_sealed(store).await.map_err(OpenError::Store)? {
        return Err(OpenError::KeysMissing(path));
    }
    KeyRing::open_or_create(&path).map_err(OpenError::Keys)
}

/// In the data folder, or in a bucket, which is reached as AWS's tools reach one.
fn snapshots(settings: &Settings) -> Result<Snapshots, OpenError> {
    let opened = match &settings.cache_url {
        None => Snapshots::in_folder(&settings.home.data.join("snapshots")),
        Some(url) => {
            let left = settings.home.data.join("snapshots");
            if std::fs::read_dir(&left).is_ok_and(|mut files| files.next().is_some()) {
                tracing::warn!("snapshots of before are left in {}, and serve nobody: remove it", left.display());
            }
            Snapshots::in_bucket(url, &Bucket::default())
        }
    };
    opened.map_err(OpenError::Snapshots)
}

/// What answers from snapshots, with a folder beside the data for what does not fit into its memory.
fn reader(settings: &Settings, snapshots: &Snapshots) -> Result<Reader, OpenError> {
    let room = Room {
        memory: settings.snapshot_memory_mib as usize * 1024 * 1024,
        disk: u64::from(settings.snapshot_disk_gib) * 1024 * 1024 * 1024,
    };
    let spill = settings.home.data.join("spill");
    make_private(&spill).map_err(|error| OpenError::Folder(spill.clone(), error))?;
    Reader::new(snapshots, room, &spill).map_err(OpenError::Reader)
}

fn database(home: &Home) -> Result<Option<String>, OpenError> {
    let path = home.database_url_file.clone().unwrap_or_default();
    home.database().map_err(|error| OpenError::File(path, error))
}

async fn store(url: Option<&str>, data: &std::path::Path) -> Result<Store, OpenError> {
    let store = match url {
        Some(url) => Store::open_postgres(url).await,
        None => Store::open_sqlite(&data.join("flitch.sqlite")).await,
    };
    store.map_err(OpenError::Store)
}

/// The store alone, for an operator's command beside a running server. It is never made here.
pub async fn open_store(home: &Home) -> Result<Store, OpenError> {
    let url = database(home)?;
    let file = home.data.join("flitch.sqlite");
    if url.is_none() && !file.exists() {
        return Err(OpenError::Settings(format!("there is no store in {}", home.data.display())));
    }
    store(url.as_deref(), &home.data).await
}

/// The master keys, for an operator's command. They are never made here.
pub fn open_ring(home: &Home) -> Result<KeyRing, OpenError> {
    KeyRing::open(&home.master_keys_path()).map_err(OpenError::Keys)
}

/// The sample's JDBC IAM URL as fields.
fn paste_of_sample(url: &str) -> Option<IamFields> {
    let pasted = IamFields { pasted: url.to_owned(), ..IamFields::default() };
    contract::aws::read(&pasted).ok().as_ref().map(IamFields::from)
}

pub(super) fn means(settings: &Reach) -> Means {
    let names = settings.dev_resolve.iter().map(|name| (name.host.clone(), name.address));
    let resolver: Arc<dyn Resolver> = if settings.dev_loopback {
        Arc::new(DevResolver::new(names, SystemResolver))
    } else {
        Arc::new(SystemResolver)
    };
    Means {
        policy: Policy {
            allowed_networks: settings.allow_networks.clone(),
            extra_ports: settings.allow_ports.clone(),
            // One address of one's own may be listed as an address; a network of them is somebody's NAT.
            own_addresses: settings
                .egress_ips
                .iter()
                .filter(|net| net.0.prefix_len() == net.0.max_prefix_len())
                .map(|net| net.0.addr())
                .chain(interfaces())
                .collect(),
            is_loopback_allowed: settings.dev_loopback,
        },
        resolver,
        dialer: Arc::new(SystemDialer),
        deadlines: Deadlines::default(),
    }
}

/// The addresses of this server's own interfaces: whatever listens there is no cluster.
fn interfaces() -> Vec<IpAddr> {
    let found = if_addrs::get_if_addrs().unwrap_or_default();
    found.iter().map(if_addrs::Interface::ip).filter(|address| !address.is_loopback()).collect()
}

pub(super) fn extra_ca_pem(settings: &Reach) -> Result<Option<String>, OpenError> {
    settings.dev_ca.as_ref().map(read).transpose()
}

fn read(path: &PathBuf) -> Result<String, OpenError> {
    fs::read_to_string(path).map_err(|error| OpenError::File(path.clone(), error))
}

/// Nobody else on the machine needs to look into it.
fn make_private(folder: &std::path::Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

/// Held until the process ends, however it ends.
fn lock(data: &std::path::Path) -> Result<fs::File, OpenError> {
    let path = data.join("lock");
    let file = fs::File::create(&path).map_err(|error| OpenError::Folder(data.to_owned(), error))?;
    file.try_lock().map_err(|_| OpenError::InUse(data.to_owned()))?;
    Ok(file)
}
