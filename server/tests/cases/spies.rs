//! A resolver and a dialer that keep what they were asked, and let nothing out.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use redshift::address::LookupError;
use redshift::{Dialer, PinnedAddr, Resolver};
use tokio::net::TcpStream;

/// Answers every name with the next list of addresses; the last one stays.
#[derive(Clone, Default)]
pub struct Spy {
    answers: Arc<Mutex<Vec<Vec<SocketAddr>>>>,
    pub looked_up: Arc<Mutex<Vec<String>>>,
    pub dialled: Arc<Mutex<Vec<SocketAddr>>>,
    /// Where a dial really goes, for tests that need an answer.
    really: Option<SocketAddr>,
}

/// An address that anybody may dial, if a dial came that far.
pub const PUBLIC: &str = "52.1.2.3:5439";

impl Spy {
    pub fn answering(answers: &[&[&str]]) -> Self {
        let parsed = answers.iter().map(|answer| answer.iter().map(|text| text.parse().unwrap()).collect());
        Self { answers: Arc::new(Mutex::new(parsed.collect())), ..Self::default() }
    }

    pub fn leading_to(self, really: SocketAddr) -> Self {
        Self { really: Some(really), ..self }
    }

    pub fn looked_up(&self) -> Vec<String> {
        self.looked_up.lock().unwrap().clone()
    }

    pub fn dialled(&self) -> Vec<SocketAddr> {
        self.dialled.lock().unwrap().clone()
    }
}

#[async_trait]
impl Resolver for Spy {
    async fn lookup(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, LookupError> {
        if let Ok(address) = host.parse() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        self.looked_up.lock().unwrap().push(host.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers.first().cloned().unwrap_or_default() };
        Ok(answer)
    }
}

#[async_trait]
impl Dialer for Spy {
    async fn dial(&self, address: PinnedAddr) -> io::Result<TcpStream> {
        self.dialled.lock().unwrap().push(address.socket_addr());
        match self.really {
            Some(really) => TcpStream::connect(really).await,
            None => Err(io::ErrorKind::ConnectionRefused.into()),
        }
    }
}
