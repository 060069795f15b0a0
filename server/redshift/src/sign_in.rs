//! Signing in: the driver's own handshake, through the bounded stream.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, NoTls, config::SslMode};

use crate::deadlines::{Deadlines, milliseconds};
use crate::error::{Error, Phase};
use crate::stream::{Bounded, Report};
use crate::tls::{Secured, TlsMode};

/// As whom, and into which database.
#[derive(Clone, Debug)]
pub struct Login {
    pub user: String,
    pub password: SecretString,
    pub database: String,
}

/// A signed-in client. Dropping it closes the socket.
pub struct SignedIn {
    pub(crate) client: Client,
    pub(crate) report: Arc<Report>,
    driver: JoinHandle<()>,
}

impl Drop for SignedIn {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// The name under which Flitch's sessions show in `stv_sessions` and `pg_stat_activity`.
const APPLICATION_NAME: &str = "flitch";

pub async fn sign_in(
    stream: Box<dyn Secured>,
    tls: TlsMode,
    login: &Login,
    deadlines: &Deadlines,
) -> Result<SignedIn, Error> {
    // In clear text a password goes only to a server whose certificate was verified.
    let may_send_clear = matches!(tls, TlsMode::VerifyFull | TlsMode::VerifyCa);
    let (bounded, report) = Bounded::new(stream, login.password.clone(), may_send_clear);
    let mut config = Config::new();
    config
        .user(&login.user)
        .password(login.password.expose_secret())
        .dbname(&login.database)
        .application_name(APPLICATION_NAME)
        // TLS is below the bounded stream already.
        .ssl_mode(SslMode::Disable);
    let connect = config.connect_raw(bounded, NoTls);
    let connected = tokio::time::timeout(deadlines.sign_in, connect)
        .await
        .map_err(|_| Error::TimedOut { phase: Phase::SignIn, after_ms: milliseconds(deadlines.sign_in) })?;
    let (client, connection) = connected.map_err(|error| Error::from_driver(&error, report.fault(), Phase::SignIn))?;
    let driver = tokio::spawn(async move {
        // Its error reaches whoever waits for a result; a connection that ends while idle concerns nobody.
        let _ = connection.await;
    });
    Ok(SignedIn { client, report, driver })
}
