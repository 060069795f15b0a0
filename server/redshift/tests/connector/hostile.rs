//! Peers that sign a user in and then break the protocol: each is refused, and costs nothing.

use std::time::{Duration, Instant};

use redshift::stream::WireFault;
use redshift::{Error, Limits, TlsMode, TlsPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::way::open;

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    bytes.extend_from_slice(&(body.len() as i32 + 4).to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}

fn signed_in() -> Vec<u8> {
    [message(b'R', &[0; 4]), message(b'K', &[0; 8]), message(b'Z', b"I")].concat()
}

/// One column `x` of this type.
fn described(oid: u32, columns: u16) -> Vec<u8> {
    let mut body = columns.to_be_bytes().to_vec();
    for _ in 0..columns {
        body.extend_from_slice(b"x\0\0\0\0\0\0\0");
        body.extend_from_slice(&oid.to_be_bytes());
        body.extend_from_slice(b"\0\x04\xff\xff\xff\xff\0\0");
    }
    message(b'T', &body)
}

/// Signs everybody in, answers the first simple query as done, and the first extended one with `rows`.
async fn peer(rows: Vec<u8>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let rows = rows.clone();
            tokio::spawn(async move { serve(stream, &rows).await });
        }
    });
    port
}

async fn serve(mut stream: TcpStream, rows: &[u8]) -> std::io::Result<()> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).await?;
    let mut startup = vec![0; i32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut startup).await?;
    stream.write_all(&signed_in()).await?;
    loop {
        let tag = stream.read_u8().await?;
        let mut body = vec![0; stream.read_i32().await? as usize - 4];
        stream.read_exact(&mut body).await?;
        match tag {
            b'Q' => stream.write_all(&[message(b'C', b"BEGIN\0"), message(b'Z', b"T")].concat()).await?,
            b'S' => {
                let head = [message(b'1', b""), message(b'2', b""), message(b't', b"\0\0")].concat();
                stream.write_all(&[&head, rows].concat()).await?;
            }
            _ => {}
        }
    }
}

async fn read_from(rows: Vec<u8>) -> Result<redshift::Rows, Error> {
    let port = peer(rows).await;
    let tls = TlsPolicy { mode: TlsMode::Disable, server_name: String::new(), ca_pem: None, extra_ca_pem: None };
    let session = open(port, &tls, "u", "p", "d").await.unwrap();
    session.read_within("select x from t", Limits::PREVIEW, Duration::from_secs(2)).await
}

fn row(cells: &[u8]) -> Vec<u8> {
    message(b'D', cells)
}

#[tokio::test]
async fn broken_answers_are_refused_by_name() {
    let one = |row: Vec<u8>| [described(23, 1), row].concat();
    for (what, rows, fault) in [
        ("a negative length", one(row(b"\0\x01\xff\xff\xff\xf9")), WireFault::Malformed),
        ("fewer fields than columns", one(row(b"\0\0")), WireFault::Malformed),
        ("more fields than columns", one(row(b"\0\x02\0\0\0\x01a\0\0\0\x01b")), WireFault::Malformed),
        ("a field longer than its message", one(row(b"\0\x01\0\0\0\x09a")), WireFault::Malformed),
        ("a row before its description", row(b"\0\x01\0\0\0\x01a"), WireFault::Unexpected),
        ("a header of 2 GiB", [described(23, 1), b"D\x7f\xff\xff\xff".to_vec()].concat(), WireFault::TooLarge),
        ("a length of 3", [described(23, 1), b"D\0\0\0\x03".to_vec()].concat(), WireFault::Length),
        ("too many columns", described(23, 30_000), WireFault::TooManyColumns { count: 30_000 }),
        ("COPY out", message(b'H', b"\0\0\0"), WireFault::Unexpected),
        ("COPY in", message(b'G', b"\0\0\0"), WireFault::Unexpected),
        ("COPY both", message(b'W', b"\0\0\0"), WireFault::Unexpected),
        ("a portal suspended", message(b's', b""), WireFault::Unexpected),
    ] {
        let outcome = read_from(rows).await;
        let got = match &outcome {
            Err(Error::Wire { fault, .. }) => Some(*fault),
            _ => None,
        };
        assert_eq!(got, Some(fault), "{what}: {outcome:?}");
    }
}

#[tokio::test]
async fn an_unknown_type_is_text_and_is_never_looked_up() {
    let rows = [described(999_999, 1), row(b"\0\x01\0\0\0\x01a"), message(b'C', b"SELECT\0"), message(b'Z', b"T")];
    let read = read_from(rows.concat()).await.unwrap();
    assert_eq!((read.text(0, 0), read.columns[0].oid), (Some("a"), 999_999));
}

#[tokio::test]
async fn bytes_that_are_no_text_are_shown_as_such() {
    let rows = [described(25, 1), row(b"\0\x01\0\0\0\x02\xff\xfe"), message(b'C', b"SELECT\0"), message(b'Z', b"T")];
    assert_eq!(read_from(rows.concat()).await.unwrap().text(0, 0), Some("\u{fffd}\u{fffd}"));
}

#[tokio::test]
async fn an_answer_without_an_end_is_not_taken_for_whole() {
    let rows = [described(23, 1), row(b"\0\x01\0\0\0\x01a"), message(b'C', b"SELECT\0")];
    let started = Instant::now();
    let outcome = read_from(rows.concat()).await;
    assert!(matches!(outcome, Err(Error::TimedOut { .. } | Error::Lost { .. })), "{outcome:?}");
    assert!(started.elapsed() < Duration::from_secs(10));
}
