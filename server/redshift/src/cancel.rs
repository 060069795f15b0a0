//! Cancelling a statement: a second connection, to the same pinned address.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::AsyncWriteExt;

use crate::address::PinnedAddr;
use crate::deadlines::Deadlines;
use crate::dial::{Dialer, dial};
use crate::error::{Error, Phase};
use crate::sign_in::{Login, sign_in};
use crate::tls::{Secured, TlsPolicy, secure};

/// The request code of a CancelRequest.
const CANCEL: i32 = 80_877_102;

/// Everything a cancel needs.
#[derive(Clone, Debug)]
pub struct Canceller {
    pub(crate) address: PinnedAddr,
    pub(crate) tls: TlsPolicy,
    pub(crate) login: Login,
    /// Process id and key.
    pub(crate) backend: (i32, i32),
    /// Somebody asked, so that the session can tell its end from a time-out.
    pub(crate) was_asked: Arc<AtomicBool>,
}

impl Canceller {
    /// Asks for the end of what runs. The server does not answer one; whether it helped shows in the statement.
    pub async fn cancel(&self, dialer: &dyn Dialer, deadlines: &Deadlines) -> Result<(), Error> {
        self.was_asked.store(true, Ordering::Relaxed);
        self.send(dialer, deadlines).await
    }

    /// The protocol's request, encrypted like everything else.
    pub(crate) async fn send(&self, dialer: &dyn Dialer, deadlines: &Deadlines) -> Result<(), Error> {
        let mut stream = self.connect(dialer, deadlines).await?;
        let mut request = 16_i32.to_be_bytes().to_vec();
        for part in [CANCEL, self.backend.0, self.backend.1] {
            request.extend_from_slice(&part.to_be_bytes());
        }
        let lost = |_| Error::Lost { phase: Phase::Statement };
        stream.write_all(&request).await.map_err(lost)?;
        stream.shutdown().await.map_err(lost)
    }

    /// `pg_cancel_backend`, for a cluster that does not heed the request. Users may cancel their own statements
    /// (PG_CANCEL_BACKEND in Redshift's manual).
    pub(crate) async fn cancel_by_statement(&self, dialer: &dyn Dialer, deadlines: &Deadlines) -> Result<(), Error> {
        let stream = self.connect(dialer, deadlines).await?;
        let signed_in = sign_in(stream, self.tls.mode, &self.login, deadlines).await?;
        let statement = format!("select pg_cancel_backend({})", self.backend.0);
        let explain = |error| Error::from_driver(&error, signed_in.report.fault(), Phase::Statement);
        signed_in.client.batch_execute(&statement).await.map_err(explain)
    }

    async fn connect(&self, dialer: &dyn Dialer, deadlines: &Deadlines) -> Result<Box<dyn Secured>, Error> {
        let (stream, address) = dial(&[self.address], dialer, deadlines).await?;
        secure(stream, address, &self.tls, dialer, deadlines).await
    }
}
