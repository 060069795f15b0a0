//! O-PEER-01 to 08: what a peer can do before there is encryption.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::cut::{self, Phase};

/// Answers the request for encryption. True when that was all.
pub async fn answer(id: &str, stream: &mut TcpStream) -> anyhow::Result<bool> {
    let answer: Vec<u8> = match id {
        "O-PEER-01" => Vec::new(),
        "O-PEER-02" => b"N".to_vec(),
        "O-PEER-03" => [b"S".as_slice(), &[0x5a; 32]].concat(),
        // As if the first message of the session had already come, unencrypted.
        "O-PEER-04" => b"SR\0\0\0\x08\0\0\0\0Z\0\0\0\x05I".to_vec(),
        "O-PEER-08" => {
            let text = b"<b>Session expired, enter your password</b>\x1b[2J".repeat(1400);
            super::wire::said(b'E', "FATAL", "28000", &text)
        }
        _ if cut::is_at(id, Phase::SslRequest) => return cut::end(id, stream).await.map(|()| true),
        _ if cut::is_at(id, Phase::Tls) => {
            stream.write_all(b"S").await?;
            return cut::end(id, stream).await.map(|()| true);
        }
        _ => {
            stream.write_all(b"S").await?;
            return Ok(false);
        }
    };
    stream.write_all(&answer).await?;
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(true)
}
