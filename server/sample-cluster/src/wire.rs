//! The wire: negotiating TLS, signing in, and then one session's loop.

mod auth;
mod encode;
mod link;
mod parameter;
mod prepared;
mod session;
mod settings;
mod statement;
mod trouble;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::bail;
use pgwire::messages::PgWireFrontendMessage as Front;
use pgwire::messages::cancel::CancelRequest;
use pgwire::messages::startup::SecretKey;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::cluster::Shared;
use link::Link;

pub(crate) use trouble::Touched;

/// Request codes, where a start-up message has its version.
const SSL_REQUEST: i32 = 80_877_103;
const GSS_REQUEST: i32 = 80_877_104;

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for T {}

/// Serves one connection from its first byte to its last.
pub(crate) async fn serve(stream: TcpStream, shared: Arc<Shared>) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    if shared.connections.fetch_add(1, Ordering::Relaxed) < shared.quirks.waking.drops {
        return Ok(());
    }
    let Some((stream, is_encrypted)) = negotiate(stream, &shared).await? else {
        return Ok(());
    };
    let mut link = Link::new(stream);
    link.skip_negotiation();
    match link.read().await? {
        Some(Front::CancelRequest(CancelRequest { pid, secret_key: SecretKey::I32(key), .. })) => {
            if !shared.quirks.ignores_cancel {
                shared.backends.cancel((pid, key));
            }
            Ok(())
        }
        Some(Front::Startup(startup)) => {
            tokio::time::sleep_until((shared.started + shared.quirks.waking.blocks).into()).await;
            let Some(signed_in) = auth::sign_in(&mut link, &startup.parameters, is_encrypted, &shared).await? else {
                return Ok(());
            };
            let Some((backend, interrupt)) = shared.backends.enter(shared.quirks.max_sessions) else {
                let refusal =
                    format!("connection limit \"{}\" exceeded for non-bootstrap users", shared.quirks.max_sessions);
                return link.fatal("53300", &refusal).await;
            };
            let outcome = session::run(&mut link, &shared, &signed_in, backend, interrupt).await;
            shared.backends.leave(backend);
            outcome
        }
        Some(_) => bail!("the first message is not a start-up"),
        None => Ok(()),
    }
}

/// Answers requests for encryption until something else comes. `None` when the client went away.
async fn negotiate(mut stream: TcpStream, shared: &Shared) -> anyhow::Result<Option<(Box<dyn Stream>, bool)>> {
    loop {
        let mut head = [0; 8];
        // A look without taking: a start-up message has to stay whole for the next reader.
        loop {
            match stream.peek(&mut head).await? {
                0 => return Ok(None),
                8 => break,
                _ => stream.readable().await?,
            }
        }
        let code = i32::from_be_bytes([head[4], head[5], head[6], head[7]]);
        match code {
            SSL_REQUEST => {
                stream.read_exact(&mut head).await?;
                stream.write_all(b"S").await?;
                return Ok(Some((Box::new(shared.tls.accept(stream).await?), true)));
            }
            GSS_REQUEST => {
                stream.read_exact(&mut head).await?;
                stream.write_all(b"N").await?;
            }
            _ => return Ok(Some((Box::new(stream), false))),
        }
    }
}
