//! The sample cluster as a program.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use clap::Parser;
use sample_cluster::aws::{self, AwsServer, Cloud};
use sample_cluster::{Cluster, Options, Quirks, users};

/// A pretend Amazon Redshift with sample data, for trying Flitch without an AWS account.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:5439")]
    listen: SocketAddr,
    /// Where to write the certificate of the sample's own authority, in PEM.
    #[arg(long)]
    ca_file: Option<PathBuf>,
    /// Where the pretend AWS listens; without it there is none.
    #[arg(long)]
    aws: Option<SocketAddr>,
    /// Every minted user has this password, for tests that look for it.
    #[arg(long, requires = "aws")]
    mint_password: Option<String>,
    /// How many rows `sales` has.
    #[arg(long, default_value_t = 172_456)]
    sales: usize,
    /// Refuse sessions without TLS.
    #[arg(long)]
    require_tls: bool,
    /// Pass for a plain PostgreSQL.
    #[arg(long)]
    plain_postgres: bool,
    /// Refuse more sessions than this.
    #[arg(long, default_value_t = 100)]
    max_sessions: usize,
    /// Refuse the first read of an external table inside a read-only transaction.
    #[arg(long)]
    cold_external_tables: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_env_filter("sample_cluster=info").with_writer(std::io::stderr).init();
    let args = Args::parse();
    let cloud = Arc::new(Cloud::default());
    if let Some(password) = &args.mint_password {
        cloud.mint_with(password);
    }
    let cluster = Cluster::start(Options {
        cloud: Arc::clone(&cloud),
        listen: args.listen,
        sales: args.sales,
        quirks: Quirks {
            is_redshift: !args.plain_postgres,
            requires_tls: args.require_tls,
            max_sessions: args.max_sessions,
            has_cold_external_tables: args.cold_external_tables,
            ..Quirks::default()
        },
        ..Options::default()
    })
    .await?;
    if let Some(path) = &args.ca_file {
        // Renamed into place: whoever waits for the file finds a whole one.
        let aside = path.with_extension("new");
        std::fs::write(&aside, cluster.ca_pem()).with_context(|| format!("writing {}", aside.display()))?;
        std::fs::rename(&aside, path).with_context(|| format!("writing {}", path.display()))?;
    }
    let aws = match args.aws {
        Some(listen) => Some(AwsServer::start(listen, cloud, cluster.address().port()).await?),
        None => None,
    };
    println!("Sample cluster on {}", cluster.address());
    for user in users::USERS {
        println!("  {:<16} {}", user.name, user.password);
    }
    if let Some(aws) = &aws {
        println!("AWS at {}, access key {} of {}", aws.url(), aws::KEY, aws::SECRET);
    }
    cluster.wait().await;
    Ok(())
}
