//! O-PEER-09 to 13, 20 and 21: what a peer can do between the start-up message and the first statement.

use std::sync::Mutex;

use tokio::io::AsyncWriteExt;

use super::wire::{flood, linger, message, read, said};
use super::{Heard, Stream, locked};

fn request(code: i32, rest: &[u8]) -> Vec<u8> {
    message(b'R', &[code.to_be_bytes().as_slice(), rest].concat())
}

fn accepted() -> Vec<u8> {
    [
        request(0, b""),
        message(b'S', b"padb_version\x001.0.77467\0"),
        message(b'S', b"client_encoding\0UTF8\0"),
        message(b'K', &[0, 0, 0, 7, 0, 0, 0, 9]),
        message(b'Z', b"I"),
    ]
    .concat()
}

pub async fn answer(id: &str, stream: &mut Box<dyn Stream>, heard: &Mutex<Heard>) -> anyhow::Result<()> {
    match id {
        "O-PEER-09" => {
            stream.write_all(&request(3, b"")).await?;
            let (_, password) = read(stream).await?;
            locked(heard).passwords.push(password);
        }
        "O-PEER-10" => scram(stream, heard, |nonce| format!("r={nonce}more,s=c2FsdA==,i=2000000000"), b"").await?,
        "O-PEER-11" => scram(stream, heard, |_| "r=another,s=c2FsdA==,i=4096".to_owned(), b"").await?,
        "O-PEER-12" => {
            let wrong_signature = b"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
            scram(stream, heard, |nonce| format!("r={nonce}more,s=c2FsdA==,i=4096"), wrong_signature).await?;
        }
        "O-PEER-13" => {
            let body = [0_i32.to_be_bytes(), i32::MAX.to_be_bytes()].concat();
            stream.write_all(&request(13, &[&body, b"salt".as_slice()].concat())).await?;
            linger(stream).await?;
        }
        "O-PEER-20" => {
            stream.write_all(&request(0, b"")).await?;
            flood(stream, &said(b'N', "NOTICE", "00000", &[b'n'; 60_000])).await?;
        }
        "O-PEER-21" => {
            stream.write_all(&request(0, b"")).await?;
            let value = "v".repeat(500);
            for key in 0..super::wire::FLOOD / 512 {
                stream.write_all(&message(b'S', format!("key{key}\0{value}\0").as_bytes())).await?;
            }
        }
        _ => {}
    }
    Ok(stream.write_all(&accepted()).await?)
}

/// SASL with this first message of the server, given the client's nonce, and this last one.
async fn scram(
    stream: &mut Box<dyn Stream>,
    heard: &Mutex<Heard>,
    first: impl FnOnce(&str) -> String,
    last: &[u8],
) -> anyhow::Result<()> {
    stream.write_all(&request(10, b"SCRAM-SHA-256\0\0")).await?;
    let (_, offer) = read(stream).await?;
    let offer = String::from_utf8_lossy(&offer).into_owned();
    let nonce = offer.split("r=").nth(1).unwrap_or_default();
    stream.write_all(&request(11, first(nonce).as_bytes())).await?;
    let (_, proof) = read(stream).await?;
    locked(heard).passwords.push(proof);
    Ok(stream.write_all(&request(12, last)).await?)
}
