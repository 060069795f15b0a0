//! Opening sessions in tests.

use std::sync::Arc;
use std::time::Duration;

use redshift::{
    Deadlines, Endpoint, Error, Login, Means, Policy, Session, SystemDialer, SystemResolver, TlsMode, TlsPolicy,
};
use secrecy::SecretString;

pub fn means() -> Means {
    Means {
        policy: Policy { is_loopback_allowed: true, ..Policy::default() },
        resolver: Arc::new(SystemResolver),
        dialer: Arc::new(SystemDialer),
        deadlines: Deadlines { statement: Duration::from_secs(20), ..Deadlines::default() },
    }
}

pub fn tls(ca_pem: &str) -> TlsPolicy {
    TlsPolicy {
        mode: TlsMode::VerifyFull,
        server_name: "127.0.0.1".into(),
        ca_pem: Some(ca_pem.to_owned()),
        extra_ca_pem: None,
    }
}

pub async fn open(port: u16, tls: &TlsPolicy, user: &str, password: &str, database: &str) -> Result<Session, Error> {
    let endpoint = Endpoint { host: "127.0.0.1".into(), port };
    let login = Login { user: user.into(), password: SecretString::from(password), database: database.into() };
    Session::open(&means(), &endpoint, tls, &login).await
}
