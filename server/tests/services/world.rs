//! A whole backend over an embedded store, for tests of services.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contract::check::CheckView;
use contract::connection::{CheckRef, ConnectionForm};
use contract::connection_string::Rules;
use contract::ports::Backend;
use contract::secret::Secret;
use contract::team::{Actor, WelcomeForm};
use redshift::address::LookupError;
use redshift::{Deadlines, Limits, Means, Policy, Resolver, SystemDialer};
use server::services::{SetupCode, Shared, backend};
use store::Store;
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

/// What a test changes about its world.
pub struct Plan {
    pub policy: Policy,
    pub names: Arc<dyn Resolver>,
    pub extra_ca_pem: Option<String>,
    pub deadlines: Deadlines,
    pub catalog_limits: Limits,
    pub dialer: Arc<dyn redshift::Dialer>,
    pub rules: Rules,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            policy: Policy { is_loopback_allowed: true, ..Policy::default() },
            names: Arc::new(Names(Vec::new())),
            extra_ca_pem: None,
            deadlines: Deadlines::default(),
            catalog_limits: Limits::CATALOG,
            dialer: Arc::new(SystemDialer),
            rules: Rules { is_plain_allowed: true },
        }
    }
}

impl World {
    pub async fn new(plan: Plan) -> Self {
        let folder = std::env::temp_dir().join(format!("flitch-world-{}", store::new_id()));
        std::fs::create_dir_all(&folder).unwrap();
        let store = Store::open_sqlite(&folder.join("flitch.sqlite")).await.unwrap();
        Self::over(plan, store, folder).await
    }

    pub async fn over(plan: Plan, store: Store, folder: PathBuf) -> Self {
        let setup_code = SetupCode::open(&folder.join("setup-code"), true).unwrap();
        let code = setup_code.code().unwrap().to_owned();
        let shared = Arc::new(Shared {
            store,
            ring: KeyRing::ephemeral(),
            means: Means { policy: plan.policy, resolver: plan.names, dialer: plan.dialer, deadlines: plan.deadlines },
            extra_ca_pem: plan.extra_ca_pem,
            rules: plan.rules,
            egress: vec!["203.0.113.7/32".into()],
            sample: None,
            checks_per_minute: 1000,
            catalog_limits: plan.catalog_limits,
            setup_code,
        });
        let backend = backend(Arc::clone(&shared));
        let form = WelcomeForm {
            team_name: "Acme".into(),
            email: "ann@acme.example".into(),
            password: Secret::new("correct horse battery"),
            setup_code: Secret::new(code),
        };
        let token = backend.team.found(form, "test").await.unwrap();
        let actor = backend.sessions.actor(&token.0).await.unwrap().unwrap();
        Self { shared, backend, actor, folder }
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
        loop {
            let checks = &self.backend.checks;
            let view = checks.show(&self.actor, &started.connection_id, &started.check_id).await.unwrap();
            if !view.outcome.is_running() {
                return view;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

pub fn form(connection_string: impl Into<String>) -> ConnectionForm {
    ConnectionForm { connection_string: Secret::new(connection_string), ..ConnectionForm::default() }
}

/// Every code in a check, in order.
pub fn codes(view: &CheckView) -> Vec<&'static str> {
    view.stages.iter().flat_map(|stage| stage.findings.iter().map(|finding| finding.code())).collect()
}
