//! A whole backend over an embedded store, for tests of services.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cache::{Bucket, Reader, Room, Snapshots};
use contract::check::CheckView;
use contract::connection::{CheckRef, ConnectionForm};
use contract::connection_string::Rules;
use contract::members::AcceptForm;
use contract::ports::Backend;
use contract::query::QueryLimits;
use contract::secret::Secret;
use contract::team::{Actor, Role, WelcomeForm};
use redshift::address::LookupError;
use redshift::iam::{Acting, Aws, Caller, Cloud, Need, Refusal};
use redshift::{Deadlines, Limits, Means, Policy, Resolver, SystemDialer};
use sample_cluster::aws::{self, AwsServer};
use server::services::iam::{Iam, ListedCluster};
use server::services::{Clock, DEFAULT_LIMITS, ExportLimits, FairUse, Live, RefreshLimits, SetupCode, Shared, backend};
use store::Store;
use testkit::postgres::Database;
use tokio::sync::Notify;
use vault::KeyRing;

/// Knows what it was told.
pub struct Names(pub Vec<(&'static str, Result<SocketAddr, LookupError>)>);

#[async_trait]
impl Resolver for Names {
    async fn lookup(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, LookupError> {
        if let Ok(address) = host.parse() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let known = self.0.iter().find(|(name, _)| *name == host);
        known.map_or(Err(LookupError::Unknown), |(_, answer)| answer.map(|address| vec![address]))
    }
}

/// The same, until somebody turns every name to a private network, or nobody tells any name.
pub struct Turning {
    pub is_turned: Arc<AtomicBool>,
    pub is_silent: Arc<AtomicBool>,
    pub names: Arc<dyn Resolver>,
}

#[async_trait]
impl Resolver for Turning {
    async fn lookup(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, LookupError> {
        if self.is_silent.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        match self.is_turned.load(Ordering::Relaxed) {
            true => Ok(vec![SocketAddr::from(([10, 0, 0, 5], port))]),
            false => self.names.lookup(host, port).await,
        }
    }
}

pub struct World {
    pub shared: Arc<Shared>,
    pub backend: Backend,
    pub actor: Actor,
    pub folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A server without an AWS identity.
pub struct NoCloud;

#[async_trait]
impl Cloud for NoCloud {
    async fn enter(&self, _: &Need) -> Result<Box<dyn Acting>, Refusal> {
        Err(Refusal::NoCredentials)
    }

    async fn own_identity(&self) -> Result<Caller, Refusal> {
        Err(Refusal::NoCredentials)
    }
}

/// The pretend AWS, asked by somebody who may do what Flitch needs.
pub fn cloud(aws: &AwsServer) -> Arc<dyn Cloud> {
    cloud_of(aws, aws::KEY)
}

pub fn cloud_of(aws: &AwsServer, key: &str) -> Arc<dyn Cloud> {
    Arc::new(Aws::with_config(testkit::aws::config(&aws.url(), key, aws::SECRET)))
}

/// Where an export ends by itself, unless a test says otherwise.
pub const EXPORTS: ExportLimits = ExportLimits { bytes: u64::MAX, seconds: 600, patience: Duration::from_secs(30) };

/// What a test changes about its world.
pub struct Plan {
    pub policy: Policy,
    pub names: Arc<dyn Resolver>,
    pub extra_ca_pem: Option<String>,
    pub deadlines: Deadlines,
    pub catalog_limits: Limits,
    pub query_limits: QueryLimits,
    pub dialer: Arc<dyn redshift::Dialer>,
    pub rules: Rules,
    pub cloud: Arc<dyn Cloud>,
    pub listed: Vec<ListedCluster>,
    pub refresh_limits: RefreshLimits,
    pub export_limits: ExportLimits,
    /// Of a server that speaks S3; without it snapshots lie in a folder.
    pub bucket: Option<String>,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            policy: Policy { is_loopback_allowed: true, ..Policy::default() },
            names: Arc::new(Names(Vec::new())),
            extra_ca_pem: None,
            deadlines: Deadlines::default(),
            catalog_limits: Limits::CATALOG,
            query_limits: DEFAULT_LIMITS,
            dialer: Arc::new(SystemDialer),
            rules: Rules { is_plain_allowed: true },
            cloud: Arc::new(NoCloud),
            listed: Vec::new(),
            refresh_limits: RefreshLimits {
                least_minutes: 5,
                per_connection: 2,
                at_once: 4,
                bytes: u64::MAX,
                seconds: 600,
                sign_ins: 5,
                first_wait: Duration::from_millis(100),
                lease: Duration::from_secs(3),
                memory: 128 * 1024 * 1024,
            },
            export_limits: EXPORTS,
            bucket: None,
        }
    }
}

impl World {
    pub async fn new(plan: Plan) -> Self {
        let folder = std::env::temp_dir().join(format!("flitch-world-{}", store::new_id()));
        std::fs::create_dir_all(&folder).unwrap();
        // `make test` walks refreshing on each of the two stores.
        let store = match std::env::var("FLITCH_TEST_STORE").as_deref() {
            Ok("postgres") => Store::open_postgres(&Database::fresh().await.url).await,
            _ => Store::open_sqlite(&folder.join("flitch.sqlite")).await,
        };
        Self::over(plan, store.unwrap(), folder).await
    }

    pub async fn over(plan: Plan, store: Store, folder: PathBuf) -> Self {
        let shared = shared(plan, store, &folder);
        let backend = backend(Arc::clone(&shared));
        let form = WelcomeForm {
            team_name: "Acme".into(),
            email: "ann@acme.example".into(),
            password: Secret::new("correct horse battery"),
            setup_code: Secret::new(shared.setup_code.code().unwrap()),
        };
        let token = backend.team.found(form, "test").await.unwrap();
        let actor = backend.sessions.actor(&token.0).await.unwrap().unwrap();
        Self { shared, backend, actor, folder }
    }

    /// The same store and the same person, after a restart with other settings.
    pub fn restarted(&self, plan: Plan) -> Self {
        let folder = std::env::temp_dir().join(format!("flitch-world-{}", store::new_id()));
        std::fs::create_dir_all(&folder).unwrap();
        let shared = shared(plan, self.shared.store.clone(), &folder);
        Self { backend: backend(Arc::clone(&shared)), shared, actor: self.actor.clone(), folder }
    }

    /// Somebody of a second team.
    pub async fn stranger(&self) -> Actor {
        let (team_id, member_id) = (store::new_id(), store::new_id());
        let email = "bob@other.example";
        let new = store::NewTeam {
            team_id: &team_id,
            team_name: "Other",
            member_id: &member_id,
            email,
            password_hash: "none",
        };
        self.shared.store.team_insert(&new, 1).await.unwrap();
        Actor { team_id, member_id, team_name: "Other".into(), email: email.into(), ..self.actor.clone() }
    }

    /// A plain member of the team.
    pub async fn member(&self, email: &str) -> Actor {
        self.backend.members.invite(&self.actor, Role::Member).await.unwrap();
        let invitation = self.backend.members.list(&self.actor).await.unwrap().invitations.remove(0);
        let code = invitation.link.rsplit('/').next().unwrap();
        let password = Secret::new("a battery of horses");
        let form = AcceptForm { code: Secret::new(code), email: email.into(), password };
        let token = self.backend.members.accept(form, "10.1.1.1").await.unwrap();
        self.backend.sessions.actor(&token.0).await.unwrap().unwrap()
    }

    /// Keeps the form as a draft, checks it, and waits for the end.
    pub async fn check(&self, form: ConnectionForm) -> CheckView {
        let saved = self.backend.connections.draft(&self.actor, form, true).await.unwrap();
        assert_eq!(saved.fault, None, "the form was refused");
        self.check_again(&saved.id).await
    }

    pub async fn check_again(&self, connection_id: &str) -> CheckView {
        let started = self.backend.checks.start(&self.actor, connection_id).await.unwrap();
        self.ended(&started).await
    }

    pub async fn ended(&self, started: &CheckRef) -> CheckView {
        self.ended_for(&self.actor, started).await
    }

    pub async fn ended_for(&self, actor: &Actor, started: &CheckRef) -> CheckView {
        loop {
            let checks = &self.backend.checks;
            let view = checks.show(actor, &started.connection_id, &started.check_id).await.unwrap();
            if !view.outcome.is_running() {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Every file in a folder, however deep, in order.
pub fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            inner if inner.is_dir() => found.extend(files(&inner)),
            file => found.push(file),
        }
    }
    found.sort();
    found
}

fn shared(plan: Plan, store: Store, folder: &std::path::Path) -> Arc<Shared> {
    let snapshots = match plan.bucket {
        None => Snapshots::in_folder(&folder.join("snapshots")),
        endpoint => {
            let (region, access_key) = (Some("eu-west-1".into()), Some(("id".into(), "secret".into())));
            Snapshots::in_bucket("s3://snapshots", &Bucket { region, endpoint, access_key })
        }
    };
    let snapshots = snapshots.unwrap();
    Arc::new(Shared {
        store,
        ring: KeyRing::ephemeral(),
        means: Means { policy: plan.policy, resolver: plan.names, dialer: plan.dialer, deadlines: plan.deadlines },
        extra_ca_pem: plan.extra_ca_pem,
        rules: plan.rules,
        egress: vec!["203.0.113.7/32".into()],
        origin: "https://flitch.example".into(),
        sample: None,
        sample_iam: None,
        iam: Arc::new(Iam::new(plan.cloud, plan.listed)),
        checks_per_minute: 1000,
        catalog_limits: plan.catalog_limits,
        setup_code: SetupCode::open(&folder.join("setup-code"), true).unwrap(),
        query_limits: plan.query_limits,
        export_limits: plan.export_limits,
        fair_use: FairUse { per_connection: 3, per_team: 8 },
        live: Live::default(),
        ended: Notify::new(),
        reader: Reader::new(&snapshots, Room { memory: plan.refresh_limits.memory, disk: 1 << 30 }, folder).unwrap(),
        snapshots,
        refresh_limits: plan.refresh_limits,
        nudge: Notify::new(),
        clock: Clock::default(),
    })
}

pub fn form(connection_string: impl Into<String>) -> ConnectionForm {
    ConnectionForm { connection_string: Secret::new(connection_string), ..ConnectionForm::default() }
}

/// Every code in a check, in order.
pub fn codes(view: &CheckView) -> Vec<&'static str> {
    view.stages.iter().flat_map(|stage| stage.findings.iter().map(|finding| finding.code())).collect()
}
