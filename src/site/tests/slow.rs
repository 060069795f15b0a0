//! Clients that send nothing more, or a byte now and then, over real sockets.

use std::time::{Duration, Instant};

use server::http::serve::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::Site;

/// More than the header's 10 s and the request's 15 s, and less than twice as long.
const PATIENCE: Duration = Duration::from_secs(19);

/// How long the server kept the socket, if it did not outlast our patience.
async fn held(mut socket: TcpStream, first: &[u8], drip: Option<Duration>) -> Option<Duration> {
    let started = Instant::now();
    socket.write_all(first).await.unwrap();
    let (mut read, mut write) = socket.into_split();
    let dripping = async {
        let Some(every) = drip else { return std::future::pending().await };
        loop {
            tokio::time::sleep(every).await;
            if write.write_all(b"x").await.is_err() {
                return std::future::pending::<()>().await;
            }
        }
    };
    let mut heard = [0; 4096];
    let ended = async {
        loop {
            match read.read(&mut heard).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
    };
    let closed = tokio::time::timeout(PATIENCE, async {
        tokio::select! {
            () = dripping => {}
            () = ended => {}
        }
    });
    closed.await.ok().map(|()| started.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_web_17_18_slow_clients_are_let_go_and_hold_nobody_up() {
    let site = Site::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(serve(listener, site.router.clone(), std::future::pending()));
    let head = "POST /api/sessions/sign-in HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nSec-Fetch-Site: same-origin\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n";
    let kinds: [(&str, String, Option<Duration>); 4] = [
        ("half a head", "GET / HTTP/1.1\r\nHost: x\r\n".to_owned(), None),
        ("a byte now and then", format!("{head}Content-Length: 500\r\n\r\nf"), Some(Duration::from_secs(5))),
        ("a gigabyte, it says", format!("{head}Content-Length: 1073741824\r\n\r\nf"), None),
        ("chunks without end", format!("{head}Transfer-Encoding: chunked\r\n\r\n1\r\nf\r\n"), None),
    ];
    let mut clients = JoinSet::new();
    for number in 0..500 {
        let (kind, first, drip) = kinds[number % kinds.len()].clone();
        let socket = TcpStream::connect(address).await.unwrap();
        clients.spawn(async move { (kind, held(socket, first.as_bytes(), drip).await) });
    }
    // New clients are served all the while.
    for _ in 0..20 {
        let asked = Instant::now();
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(asked.elapsed() < Duration::from_secs(5), "it waited for the slow ones");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    while let Some(client) = clients.join_next().await {
        let (kind, held) = client.unwrap();
        assert!(held.is_some(), "{kind}: still held after {PATIENCE:?}");
    }
    server.abort();
}
