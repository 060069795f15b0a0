//! Cancelling a statement: a second connection, to the same pinned address, with the key of the first.

use tokio::io::AsyncWriteExt;

use crate::address::PinnedAddr;
use crate::deadlines::Deadlines;
use crate::dial::{Dialer, dial};
use crate::error::Error;
use crate::tls::{TlsPolicy, secure};

/// The request code of a CancelRequest.
const CANCEL: i32 = 80_877_102;

/// Everything a cancel needs.
#[derive(Clone, Debug)]
pub struct Canceller {
    pub(crate) address: PinnedAddr,
    pub(crate) tls: TlsPolicy,
    pub(crate) backend: (i32, i32),
}

impl Canceller {
    /// Sends the request. The server does not answer one; whether it helped shows in the statement.
    pub async fn cancel(&self, dialer: &dyn Dialer, deadlines: &Deadlines) -> Result<(), Error> {
        let (stream, address) = dial(&[self.address], dialer, deadlines).await?;
        let mut stream = secure(stream, address, &self.tls, dialer, deadlines).await?;
        let mut request = 16_i32.to_be_bytes().to_vec();
        for part in [CANCEL, self.backend.0, self.backend.1] {
            request.extend_from_slice(&part.to_be_bytes());
        }
        let lost = |_| Error::Lost { phase: crate::error::Phase::Statement };
        stream.write_all(&request).await.map_err(lost)?;
        stream.shutdown().await.map_err(lost)
    }
}
