//! For `make bench`: drains a statement from a PostgreSQL and says how long it took and how much memory.
//!
//! `drain unread|arrow|parquet HOST PORT USER PASSWORD DATABASE STATEMENT`

use std::fs::File;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use cache::Writer;
use redshift::arrow::{BatchSink, DrainLimits};
use redshift::stream::{RowShape, RowSink, WireFault};
use redshift::{Deadlines, Endpoint, Login, Means, Policy, Session, SystemDialer, SystemResolver, TlsMode, TlsPolicy};
use secrecy::SecretString;

/// Counts rows and looks at nothing in them.
struct Unread(u64);

impl RowSink for Unread {
    fn begin(&mut self, _: &[RowShape]) -> Result<(), WireFault> {
        Ok(())
    }
    fn field(&mut self, _: usize, _: Option<&[u8]>) -> Result<(), WireFault> {
        Ok(())
    }
    fn end_row(&mut self) -> Result<(), WireFault> {
        self.0 += 1;
        Ok(())
    }
    fn is_waiting(&self) -> bool {
        false
    }
    fn poll_room(&mut self, _: &mut Context<'_>) -> Poll<Result<(), WireFault>> {
        Poll::Ready(Ok(()))
    }
    fn finish(&mut self) -> Result<u64, WireFault> {
        Ok(self.0)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [how, host, port, user, password, database, statement] = arguments.as_slice() else {
        anyhow::bail!("seven arguments, please");
    };
    let means = Means {
        policy: Policy { is_loopback_allowed: true, ..Policy::default() },
        resolver: Arc::new(SystemResolver),
        dialer: Arc::new(SystemDialer),
        deadlines: Deadlines::default(),
    };
    // As its peers in the bench: encrypted, without a look at the certificate.
    let tls = TlsPolicy { mode: TlsMode::Unverified, server_name: host.clone(), ca_pem: None, extra_ca_pem: None };
    let password = SecretString::from(password.as_str());
    let login = Login { user: user.clone(), password, database: database.clone() };
    let endpoint = Endpoint { host: host.clone(), port: port.parse()? };
    let started = Instant::now();
    let session = Session::open(&means, &endpoint, &tls, &login).await?;
    let deadline = Duration::from_secs(600);
    let rows = match how.as_str() {
        "unread" => session.drain(statement, Box::new(Unread(0)), deadline).await?,
        "arrow" => {
            let (sink, mut batches) = BatchSink::new(DrainLimits::default(), 2);
            let read = async {
                let mut rows = 0;
                while let Some(batch) = batches.recv().await {
                    rows += batch.num_rows() as u64;
                }
                rows
            };
            let (drained, read) = tokio::join!(session.drain(statement, Box::new(sink), deadline), read);
            anyhow::ensure!(drained? == read, "rows were lost");
            read
        }
        "parquet" => {
            let (sink, mut batches) = BatchSink::new(DrainLimits::default(), 2);
            let path = std::env::temp_dir().join(format!("flitch-bench-{}.parquet", std::process::id()));
            let place = path.clone();
            let write = tokio::task::spawn_blocking(move || -> anyhow::Result<u64> {
                let mut writer = None;
                while let Some(batch) = batches.blocking_recv() {
                    if writer.is_none() {
                        writer = Some(Writer::new(File::create(&place)?, batch.schema())?);
                    }
                    writer.as_mut().context("a writer")?.write(&batch)?;
                }
                Ok(writer.context("no row came")?.finish()?.rows)
            });
            let drained = session.drain(statement, Box::new(sink), deadline).await?;
            let written = write.await??;
            std::fs::remove_file(path)?;
            anyhow::ensure!(drained == written, "rows were lost");
            written
        }
        other => anyhow::bail!("no such way: {other}"),
    };
    let seconds = started.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("the peak")?;
    let peak: f64 = peak.trim().trim_end_matches(" kB").parse()?;
    println!("{{\"rows\":{rows},\"seconds\":{seconds:.3},\"peak_mb\":{:.1}}}", peak / 1024.0);
    Ok(())
}
