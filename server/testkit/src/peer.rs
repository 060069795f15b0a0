//! Peers on loopback that do not do what a database does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What a peer does with each connection.
#[derive(Clone, Copy, Debug)]
pub enum Habit {
    /// Accepts, and never says a word.
    Silent,
    /// Accepts, and hangs up.
    HangsUp,
    /// Reads what comes, then answers with these bytes and stays.
    Answers(&'static [u8]),
}

/// A peer that lives until it is dropped.
pub struct Peer {
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Peer {
    pub async fn start(habit: Habit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                match habit {
                    Habit::Silent => {}
                    Habit::HangsUp => continue,
                    Habit::Answers(bytes) => {
                        let mut asked = [0; 1024];
                        let _ = stream.read(&mut asked).await;
                        let _ = stream.write_all(bytes).await;
                    }
                }
                held.push(stream);
            }
        });
        Self { address, task }
    }
}

/// A port on which nothing listens.
pub async fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// Passes everything on to another address and back, until something between forgets all connections without a word, as
/// a firewall does with silent ones: nothing gets through any more, and nobody is told.
pub struct Relay {
    pub address: SocketAddr,
    is_cut: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Relay {
    pub async fn start(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let is_cut = Arc::new(AtomicBool::new(false));
        let cut = Arc::clone(&is_cut);
        let task = tokio::spawn(async move {
            let mut passing = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(to).await.unwrap();
                let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                passing.spawn(pass(near_in, far_out, Arc::clone(&cut)));
                passing.spawn(pass(far_in, near_out, Arc::clone(&cut)));
            }
        });
        Self { address, is_cut, task }
    }

    pub fn cut(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, is_cut: Arc<AtomicBool>) {
    let mut bytes = [0; 16 * 1024];
    loop {
        let read = from.read(&mut bytes).await.unwrap_or(0);
        if is_cut.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        if read == 0 || to.write_all(&bytes[..read]).await.is_err() {
            return;
        }
    }
}

/// A port that answers no SYN: its queue is full and nobody accepts.
pub struct BlackHole {
    pub address: SocketAddr,
    _listener: tokio::net::TcpListener,
    _fillers: Vec<JoinHandle<Option<TcpStream>>>,
}

impl BlackHole {
    pub async fn start() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let filler = || tokio::spawn(async move { TcpStream::connect(address).await.ok() });
        let fillers: Vec<_> = (0..8).map(|_| filler()).collect();
        // Until a connection of ours waits in vain, the queue is not full yet.
        loop {
            let try_one = tokio::time::timeout(std::time::Duration::from_millis(300), TcpStream::connect(address));
            if try_one.await.is_err() {
                return Self { address, _listener: listener, _fillers: fillers };
            }
        }
    }
}
