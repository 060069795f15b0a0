//! Messages as bytes.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Stream;

/// The most that any behaviour sends, so that a defect of the client does not fill the machine.
pub const FLOOD: usize = 220 * 1024 * 1024;

pub fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    bytes.extend_from_slice(&(i32::try_from(body.len()).unwrap() + 4).to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// `count` columns of this name and type.
pub fn described(name: &[u8], oid: u32, count: u16) -> Vec<u8> {
    let mut body = count.to_be_bytes().to_vec();
    for _ in 0..count {
        body.extend_from_slice(name);
        body.extend_from_slice(b"\0\0\0\0\0\0\0");
        body.extend_from_slice(&oid.to_be_bytes());
        body.extend_from_slice(b"\0\x04\xff\xff\xff\xff\0\0");
    }
    message(b'T', &body)
}

/// A row of one cell.
pub fn row(cell: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 1];
    body.extend_from_slice(&i32::try_from(cell.len()).unwrap().to_be_bytes());
    body.extend_from_slice(cell);
    message(b'D', &body)
}

pub fn said(tag: u8, severity: &str, sqlstate: &str, text: &[u8]) -> Vec<u8> {
    let mut body = format!("S{severity}\0C{sqlstate}\0M").into_bytes();
    body.extend_from_slice(text);
    body.extend_from_slice(b"\0\0");
    message(tag, &body)
}

pub fn done() -> Vec<u8> {
    [message(b'C', b"SELECT\0"), message(b'Z', b"T")].concat()
}

/// Reads the first message. True when it is a request to cancel, and not a start-up.
pub async fn is_cancel(stream: &mut Box<dyn Stream>) -> anyhow::Result<bool> {
    let length = usize::try_from(stream.read_i32().await?)?;
    let mut body = vec![0; length.saturating_sub(4).min(64 * 1024)];
    stream.read_exact(&mut body).await?;
    Ok(body.starts_with(&80_877_102_i32.to_be_bytes()))
}

pub async fn read(stream: &mut Box<dyn Stream>) -> anyhow::Result<(u8, Vec<u8>)> {
    let tag = stream.read_u8().await?;
    let length = usize::try_from(stream.read_i32().await?)?;
    let mut body = vec![0; length.saturating_sub(4).min(1024 * 1024)];
    stream.read_exact(&mut body).await?;
    Ok((tag, body))
}

/// Sends the same bytes again and again, until the client has enough or `FLOOD` is reached.
pub async fn flood(stream: &mut Box<dyn Stream>, bytes: &[u8]) -> anyhow::Result<()> {
    for _ in 0..FLOOD / bytes.len() {
        stream.write_all(bytes).await?;
    }
    Ok(())
}

/// Keeps the socket open and says nothing more, until the client leaves.
pub async fn linger(stream: &mut Box<dyn Stream>) -> anyhow::Result<()> {
    let mut ignored = [0; 4096];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}
