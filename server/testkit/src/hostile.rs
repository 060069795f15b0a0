//! A peer that behaves, until it is told to behave like one of the catalogue's hostile servers.
//!
//! While it behaves it passes every byte on to an honest server. Then it does what its id says: before TLS, while
//! signing in, or in answer to a statement. It keeps what it heard, for tests that ask what was sent.

mod answering;
mod before_tls;
pub mod cut;
mod signing_in;
mod wire;

use cut::Phase;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

#[derive(Clone)]
pub struct Plan {
    /// `O-PEER-17`, with a letter behind it where a behaviour has several forms.
    pub id: String,
    /// The certificate it shows; without one it speaks plainly.
    pub identity: Option<native_tls::Identity>,
    /// Where bytes go while it behaves.
    pub honest: Option<SocketAddr>,
}

/// What clients sent.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    pub connections: usize,
    pub startups: usize,
    pub passwords: Vec<Vec<u8>>,
    pub statements: Vec<String>,
    pub cancels: usize,
}

pub struct Hostile {
    pub address: SocketAddr,
    is_hostile: Arc<AtomicBool>,
    heard: Arc<Mutex<Heard>>,
    task: JoinHandle<()>,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Hostile {
    /// Hostile from the first byte, unless there is an honest server behind it.
    pub async fn start(plan: Plan) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let is_hostile = Arc::new(AtomicBool::new(plan.honest.is_none()));
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (switch, ear) = (Arc::clone(&is_hostile), Arc::clone(&heard));
        let task = tokio::spawn(async move {
            // Sessions end with the peer: the set aborts what it holds.
            let mut sessions = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (plan, ear) = (plan.clone(), Arc::clone(&ear));
                let is_hostile = switch.load(Ordering::Relaxed);
                sessions.spawn(async move {
                    let _ = stream.set_nodelay(true);
                    match plan.honest {
                        Some(honest) if !is_hostile => forward(stream, honest).await,
                        _ => {
                            // The end of a hostile session is of no interest.
                            let _ = serve(stream, &plan, &ear).await;
                        }
                    }
                });
                while sessions.try_join_next().is_some() {}
            }
        });
        Self { address, is_hostile, heard, task }
    }

    pub fn turn_hostile(&self) {
        self.is_hostile.store(true, Ordering::Relaxed);
    }

    pub fn heard(&self) -> Heard {
        locked(&self.heard).clone()
    }
}

/// A behaviour that has several forms is each of them.
pub fn forms(id: &str) -> Vec<String> {
    let letters = match id {
        "O-PEER-14" | "O-PEER-24" => "abc",
        "O-PEER-17" | "O-PEER-25" | "O-PEER-26" | "O-PEER-29" => "ab",
        _ => return vec![id.to_owned()],
    };
    letters.chars().map(|letter| format!("{id}{letter}")).collect()
}

fn locked(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn forward(mut stream: TcpStream, honest: SocketAddr) {
    if let Ok(mut behind) = TcpStream::connect(honest).await {
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut behind).await;
    }
}

async fn serve(mut stream: TcpStream, plan: &Plan, heard: &Mutex<Heard>) -> anyhow::Result<()> {
    locked(heard).connections += 1;
    cut::prepare(&plan.id, &stream)?;
    let mut stream: Box<dyn Stream> = match &plan.identity {
        None => Box::new(stream),
        Some(identity) => {
            let mut request = [0; 8];
            stream.read_exact(&mut request).await?;
            if before_tls::answer(&plan.id, &mut stream).await? {
                return Ok(());
            }
            let acceptor = tokio_native_tls::TlsAcceptor::from(native_tls::TlsAcceptor::new(identity.clone())?);
            Box::new(acceptor.accept(stream).await?)
        }
    };
    if wire::is_cancel(&mut stream).await? {
        locked(heard).cancels += 1;
        return Ok(());
    }
    locked(heard).startups += 1;
    if cut::is_at(&plan.id, Phase::SignIn) {
        return cut::end(&plan.id, &mut stream).await;
    }
    signing_in::answer(&plan.id, &mut stream, heard).await?;
    answering::answer(&plan.id, &mut stream, heard).await
}
