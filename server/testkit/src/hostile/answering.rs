//! O-PEER-14 to 29: what a peer can answer to a statement.

use std::sync::Mutex;
use std::time::Duration;

use tokio::io::AsyncWriteExt;

use super::cut::{self, Phase};
use super::wire::{FLOOD, described, done, flood, linger, message, read, row, said};
use super::{Heard, Stream, locked};

pub const SCRIPT: &[u8] = b"<img src=x onerror=alert(1)></script><script>alert(1)</script>";

/// Answers simple statements as done and extended ones as the id says, until the client leaves.
pub async fn answer(id: &str, stream: &mut Box<dyn Stream>, heard: &Mutex<Heard>) -> anyhow::Result<()> {
    loop {
        let (tag, body) = read(stream).await?;
        match tag {
            b'Q' => {
                let text = text(&body);
                let status: &[u8] = if text.contains("begin") { b"T" } else { b"I" };
                locked(heard).statements.push(text);
                let done = [message(b'C', b"BEGIN\0"), message(b'C', b"SET\0"), message(b'Z', status)].concat();
                stream.write_all(&done).await?;
            }
            b'P' => {
                // Parse: a name, then the text.
                let after_name = body.iter().position(|b| *b == 0).map_or(0, |at| at + 1);
                locked(heard).statements.push(text(&body[after_name..]));
            }
            b'S' if cut::is_at(id, Phase::Parse) => return cut::end(id, stream).await,
            b'S' => {
                stream.write_all(&[message(b'1', b""), message(b'2', b""), message(b't', b"\0\0")].concat()).await?;
                statement(id, stream).await?;
            }
            b'X' => return Ok(()),
            _ => {}
        }
    }
}

fn text(body: &[u8]) -> String {
    let end = body.iter().position(|b| *b == 0).unwrap_or(body.len());
    String::from_utf8_lossy(&body[..end]).into_owned()
}

async fn statement(id: &str, stream: &mut Box<dyn Stream>) -> anyhow::Result<()> {
    let one = || described(b"x", 25, 1);
    if let Some(bytes) = cut::answer(id) {
        stream.write_all(&bytes).await?;
        return cut::end(id, stream).await;
    }
    let bytes = match id {
        "O-PEER-14" | "O-PEER-14a" => [one(), b"D\0\0\0\0".to_vec()].concat(),
        "O-PEER-14b" => [one(), b"D\0\0\0\x03".to_vec()].concat(),
        "O-PEER-14c" => [one(), b"D\xff\xff\xff\xfb".to_vec()].concat(),
        "O-PEER-15" => {
            stream.write_all(&[one(), b"D\x7f\xff\xff\xff".to_vec()].concat()).await?;
            let chunk = vec![b'x'; 64 * 1024];
            for _ in 0..FLOOD / chunk.len() {
                stream.write_all(&chunk).await?;
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Vec::new()
        }
        "O-PEER-16" => {
            stream.write_all(&one()).await?;
            return flood(stream, &row(&[b'r'; 1000])).await;
        }
        "O-PEER-17" | "O-PEER-17a" => [one(), message(b'D', b"\0\0"), done()].concat(),
        "O-PEER-17b" => [one(), message(b'D', b"\0\x02\0\0\0\x01a\0\0\0\x01b"), done()].concat(),
        "O-PEER-18" => [one(), message(b'D', b"\0\x01\xff\xff\xff\xf9"), done()].concat(),
        "O-PEER-19" => [described(b"x", 999_999, 1), row(b"on"), done()].concat(),
        "O-PEER-22" => {
            stream.write_all(&one()).await?;
            return flood(stream, &said(b'N', "NOTICE", "00000", &[b'n'; 60_000])).await;
        }
        "O-PEER-23" => [one(), row(b"on"), message(b'C', b"SELECT\0")].concat(),
        "O-PEER-24" | "O-PEER-24a" => message(b'H', b"\0\0\0"),
        "O-PEER-24b" => message(b'G', b"\0\0\0"),
        "O-PEER-24c" => message(b'W', b"\0\0\0"),
        "O-PEER-25" | "O-PEER-25a" => [row(b"on"), done()].concat(),
        "O-PEER-25b" => [one(), row(b"on"), message(b'C', b"SELECT\0"), done()].concat(),
        "O-PEER-26" | "O-PEER-26a" => [described(b"x\xff\xfe", 25, 1), row(b"\xff\xfe"), done()].concat(),
        "O-PEER-26b" => [said(b'E', "ERROR", "42501", b"\xff\xfe"), message(b'Z', b"E")].concat(),
        "O-PEER-27" => [described(b"x", 25, 30_000), done()].concat(),
        "O-PEER-28" => [said(b'E', "ERROR", "XX000", b"transaction is read-only"), message(b'Z', b"E")].concat(),
        "O-PEER-29" | "O-PEER-29a" => {
            [said(b'N', "NOTICE", "00000", SCRIPT), described(SCRIPT, 25, 1), row(SCRIPT), done()].concat()
        }
        "O-PEER-29b" => [said(b'E', "ERROR", "XX000", SCRIPT), message(b'Z', b"E")].concat(),
        _ => [one(), row(b"on"), done()].concat(),
    };
    stream.write_all(&bytes).await?;
    if matches!(id, "O-PEER-15" | "O-PEER-23") { linger(stream).await } else { Ok(()) }
}
