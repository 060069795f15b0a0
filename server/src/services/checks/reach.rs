//! From an address to a signed-in session, one step at a time, each with patience for a workgroup that wakes up. A
//! later step that is cut starts over from the first.

use redshift::tls::Secured;
use redshift::wake::Patience;
use redshift::{Error, Login, Means, PinnedAddr, Session, TlsPolicy, dial, tls};
use tokio::net::TcpStream;

pub(super) struct Reach<'a> {
    pub means: &'a Means,
    pub addresses: Vec<PinnedAddr>,
    pub tls: &'a TlsPolicy,
}

type Dialled = (TcpStream, PinnedAddr);
pub(super) type Encrypted = (Box<dyn Secured>, PinnedAddr);

impl Reach<'_> {
    pub async fn dial(&self) -> Result<Dialled, Error> {
        let mut patience = Patience::new(&self.means.deadlines);
        loop {
            match self.dial_once().await {
                Err(error) if patience.after(&error).await => {}
                outcome => return outcome,
            }
        }
    }

    pub async fn secure(&self, dialled: Dialled) -> Result<Encrypted, Error> {
        let mut patience = Patience::new(&self.means.deadlines);
        let mut outcome = self.secure_once(dialled).await;
        while let Err(error) = &outcome
            && patience.after(error).await
        {
            outcome = self.encrypted().await;
        }
        outcome
    }

    pub async fn sign_in(&self, (stream, address): Encrypted, login: &Login) -> Result<Session, Error> {
        let mut patience = Patience::new(&self.means.deadlines);
        let mut outcome = Session::sign_in(self.means, stream, address, self.tls, login).await;
        while let Err(error) = &outcome
            && patience.after(error).await
        {
            outcome = match self.encrypted().await {
                Ok((stream, address)) => Session::sign_in(self.means, stream, address, self.tls, login).await,
                Err(error) => Err(error),
            };
        }
        outcome
    }

    /// From the start: the socket of an earlier attempt is gone.
    pub async fn sign_in_anew(&self, login: &Login) -> Result<Session, Error> {
        self.sign_in(self.encrypted().await?, login).await
    }

    async fn dial_once(&self) -> Result<Dialled, Error> {
        dial::dial(&self.addresses, &*self.means.dialer, &self.means.deadlines).await
    }

    async fn secure_once(&self, (stream, address): Dialled) -> Result<Encrypted, Error> {
        let secured = tls::secure(stream, address, self.tls, &*self.means.dialer, &self.means.deadlines).await?;
        Ok((secured, address))
    }

    async fn encrypted(&self) -> Result<Encrypted, Error> {
        self.secure_once(self.dial_once().await?).await
    }
}
