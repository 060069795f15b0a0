//! Reading and writing messages on one connection.

use bytes::{BufMut, BytesMut};
use pgwire::messages::response::{ErrorResponse, ReadyForQuery, TransactionStatus};
use pgwire::messages::{DecodeContext, Message, PgWireFrontendMessage, ProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Stream;
use crate::engine::Refusal;

pub(super) struct Link {
    stream: Box<dyn Stream>,
    inbox: BytesMut,
    outbox: BytesMut,
    context: DecodeContext,
}

/// What is written before the first byte leaves.
const FLUSH_AT: usize = 64 * 1024;

impl Link {
    pub fn new(stream: Box<dyn Stream>) -> Self {
        Self {
            stream,
            inbox: BytesMut::new(),
            outbox: BytesMut::new(),
            context: DecodeContext::new(ProtocolVersion::PROTOCOL3_0),
        }
    }

    pub fn skip_negotiation(&mut self) {
        self.context.awaiting_frontend_ssl = false;
    }

    pub fn expect_messages(&mut self) {
        self.context.awaiting_frontend_startup = false;
    }

    /// The next message; `None` when the client went away.
    pub async fn read(&mut self) -> anyhow::Result<Option<PgWireFrontendMessage>> {
        loop {
            if let Some(message) = PgWireFrontendMessage::decode(&mut self.inbox, &self.context)? {
                return Ok(Some(message));
            }
            if self.stream.read_buf(&mut self.inbox).await? == 0 {
                return Ok(None);
            }
        }
    }

    pub fn put(&mut self, message: &impl Message) -> anyhow::Result<()> {
        Ok(message.encode(&mut self.outbox)?)
    }

    /// A message that the codec does not know.
    pub fn put_raw(&mut self, tag: u8, body: &[u8]) {
        self.outbox.put_u8(tag);
        self.outbox.put_i32(body.len() as i32 + 4);
        self.outbox.put_slice(body);
    }

    pub async fn flush(&mut self) -> anyhow::Result<()> {
        self.stream.write_all_buf(&mut self.outbox).await?;
        Ok(self.stream.flush().await?)
    }

    pub async fn flush_if_full(&mut self) -> anyhow::Result<()> {
        if self.outbox.len() >= FLUSH_AT { self.flush().await } else { Ok(()) }
    }

    pub fn put_error(&mut self, severity: &str, refusal: &Refusal) -> anyhow::Result<()> {
        let detail = refusal.detail.as_deref().map(|detail| (b'D', detail));
        let fields = [(b'S', severity), (b'C', refusal.sqlstate), (b'M', refusal.message.as_str())];
        let fields = fields.into_iter().chain(detail);
        self.put(&ErrorResponse::new(fields.map(|(kind, text)| (kind, text.to_owned())).collect()))
    }

    pub fn put_ready(&mut self, status: TransactionStatus) -> anyhow::Result<()> {
        self.put(&ReadyForQuery::new(status))
    }

    /// Says why, and ends.
    pub async fn fatal(&mut self, sqlstate: &'static str, message: &str) -> anyhow::Result<()> {
        self.put_error("FATAL", &Refusal::new(sqlstate, message))?;
        self.flush().await?;
        Ok(self.stream.shutdown().await?)
    }
}
