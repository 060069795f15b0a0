//! A bucket that takes a request and says nothing: whoever writes to it waits, and the run goes on beating and heeds its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use contract::refresh::RunState;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::{Refreshed, every, states};
use crate::world::Plan;

/// So many rows of text that does not compress, each read when it is asked for.
fn large(rows: u32) -> String {
    format!(
        "drop table sales;
         create view sales as
         select n, (select string_agg(md5(n::text || m), '') from generate_series(1, 12) m) as noise
         from generate_series(1, {rows}) n"
    )
}

/// Begins uploads, and holds their parts until it is told otherwise; then it refuses them for good.
struct Silent {
    endpoint: String,
    held: Arc<AtomicUsize>,
    end: watch::Sender<bool>,
}

impl Silent {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let (held, end) = (Arc::new(AtomicUsize::new(0)), watch::Sender::new(false));
        let (counted, ends) = (Arc::clone(&held), end.subscribe());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(answer(socket, Arc::clone(&counted), ends.clone()));
            }
        });
        Self { endpoint, held, end }
    }
}

async fn answer(mut socket: TcpStream, held: Arc<AtomicUsize>, mut end: watch::Receiver<bool>) {
    let (mut head, mut piece) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match socket.read(&mut piece).await {
            Ok(read) if read > 0 => head.extend_from_slice(&piece[..read]),
            _ => return,
        }
    }
    let begins = head.starts_with(b"POST") && head.windows(8).any(|part| part == b"?uploads");
    let body = "<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>";
    let answer = if begins {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    } else {
        held.fetch_add(1, Ordering::Relaxed);
        let _ = end.wait_for(|end| *end).await;
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned()
    };
    let _ = socket.write_all(answer.as_bytes()).await;
}

/// Row groups are sent while rows are read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_says_nothing_in_the_middle_holds_no_run() {
    hold(1_000_000).await;
}

/// Of a smaller table all is sent when the last row was read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_says_nothing_at_the_end_holds_no_run() {
    hold(120_000).await;
}

async fn hold(rows: u32) {
    let silent = Silent::new().await;
    let plan = Plan { bucket: Some(silent.endpoint.clone()), ..Plan::default() };
    let mut data = Refreshed::planned(plan, 1, &large(rows)).await;
    data.set(every(1, "hours")).await;
    data.refresher.turn().await;
    while silent.held.load(Ordering::Relaxed) < 2 {
        assert!(data.view().await.running.is_some(), "{:?}", data.view().await.runs);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // The writer waits for one of them by now, or will in a moment; a lease passes.
    let store = data.team.world.shared.store.clone();
    let lease = data.team.world.shared.refresh_limits.lease;
    let beat = async || store.refresh_running().await.unwrap().first().map_or(0, |run| run.beat);
    let (before, began) = (beat().await, Instant::now());
    while began.elapsed() < 2 * lease {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let beats = beat().await - before;
    assert!(beats >= 3, "{beats} beats in two leases of {lease:?}");
    let run_id = data.view().await.running.unwrap().run_id;
    let asked = Instant::now();
    data.team.world.backend.refreshes.cancel(&data.team.world.actor, &run_id).await.unwrap();
    data.refresher.settle().await;
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert_eq!((states(&data.view().await), data.team.running().await), (vec![RunState::Cancelled], 0));
    silent.end.send(true).unwrap();
}
