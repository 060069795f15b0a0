//! The command line.

mod check;
mod open_files;
mod operator;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Parser, Subcommand};
use flitch::site::{Parts, router};
use server::config::Settings;
use server::http::serve::serve;
use server::{refresher, services, telemetry};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// Rows are decoded on one thread and written on another: the C library's allocator keeps what each of them ever used, and
/// takes longer.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Connects a team to Amazon Redshift from the browser, read-only.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(Box<Settings>),
    /// Test a connection string, stage by stage, without a server.
    Check(Box<check::Args>),
    /// Help a member who cannot sign in.
    #[command(subcommand)]
    Admin(operator::AdminCommand),
    /// Make a team, or invite to one.
    #[command(subcommand)]
    Team(operator::TeamCommand),
    /// Look after the master keys.
    #[command(subcommand)]
    Key(operator::KeyCommand),
    /// Refresh a dataset, as a job does that has loaded its data: within a minute of one, another is the same.
    Refresh(operator::RefreshArgs),
    /// Look after the audit log.
    #[command(subcommand)]
    Audit(operator::AuditCommand),
}

/// How long whatever still runs may take to end once there is nothing more to do.
const LAST: Duration = Duration::from_secs(1);

fn main() -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(run_command());
    // A write that a bucket does not answer holds a thread, and must not hold the process.
    runtime.shutdown_timeout(LAST);
    outcome
}

async fn run_command() -> anyhow::Result<ExitCode> {
    match Cli::parse().command {
        Command::Serve(settings) => {
            telemetry::start(&settings.log, settings.log_json).map_err(anyhow::Error::msg)?;
            open_files::raise_limit();
            run(*settings).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Check(args) => check::run(&args).await,
        Command::Admin(command) => operator::admin(&command).await,
        Command::Team(command) => operator::team(&command).await,
        Command::Key(command) => operator::key(&command).await,
        Command::Refresh(args) => operator::refresh(&args).await,
        Command::Audit(command) => operator::audit(&command).await,
    }
}

async fn run(settings: Settings) -> anyhow::Result<()> {
    let opened = services::open(&settings).await?;
    let shared = opened.shared.clone();
    if settings.reach.dev_loopback {
        tracing::warn!(
            "DEVELOPMENT: connections to loopback are open (--dev-loopback). Never run production like this."
        );
    }
    if let Some(listen) = settings.metrics_listen {
        tokio::spawn(async move {
            if let Err(error) = server::metrics::run(listen, stopped()).await {
                tracing::error!("no metrics: {error}");
            }
        });
    }
    let listener =
        TcpListener::bind(settings.listen).await.with_context(|| format!("listening on {}", settings.listen))?;
    let site = router(Parts {
        backend: services::backend(shared.clone()),
        store: shared.store.clone(),
        origin: settings.origin(),
        site: settings.site.clone(),
    });
    tokio::spawn(services::housekeeping::run(shared.clone()));
    let (stop, stopping) = (stopped(), stopped());
    let refresher = tokio::spawn(refresher::run(shared.clone(), stopping));
    println!("Flitch is ready at {}", settings.public_url);
    if let Some(code) = shared.setup_code.code() {
        println!("It has no team yet. Open {}/welcome; the set-up code is {code}", settings.origin());
    }
    serve(listener, site, stop).await.context("serving")?;
    refresher.await.context("refreshing")?;
    shared.store.close().await;
    Ok(())
}

/// Resolves on SIGTERM or Ctrl-C, also where that came before anybody waited for it.
fn stopped() -> impl Future<Output = ()> {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        let (Ok(mut terminate), Ok(mut interrupt)) = signals else { return std::future::pending().await };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
