//! Peers on loopback that do not do what a database does.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

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
