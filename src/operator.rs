//! Commands for the operator, beside a running server.

mod key;
mod refresh;
mod team;

pub use key::{KeyCommand, key};
pub use refresh::{RefreshArgs, refresh};
pub use team::{TeamCommand, team};

use std::process::ExitCode;

use clap::Subcommand;
use server::config::Home;
use server::services::open_store;
use server::services::operator::reset_password;
use store::Chain;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Follow each team's audit log from its first entry to its last. Exits with 1 where an entry was changed or taken
    /// away.
    Verify(Home),
}

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Give a member a fresh password, which is printed once. Their sessions end.
    ResetPassword {
        email: String,
        #[command(flatten)]
        home: Home,
    },
}

pub async fn admin(command: &AdminCommand) -> anyhow::Result<ExitCode> {
    let AdminCommand::ResetPassword { email, home } = command;
    let store = open_store(home).await?;
    match reset_password(&store, email).await? {
        Some(password) => {
            println!("{password}");
            Ok(ExitCode::SUCCESS)
        }
        None => {
            eprintln!("Nobody has this address.");
            Ok(ExitCode::FAILURE)
        }
    }
}

pub async fn audit(command: &AuditCommand) -> anyhow::Result<ExitCode> {
    let AuditCommand::Verify(home) = command;
    let store = open_store(home).await?;
    let mut code = ExitCode::SUCCESS;
    for team in store.team_ids().await? {
        match store.audit_verify(&team).await? {
            Chain::Whole { rows } => println!("team {team}: {rows} entries, each follows from the one before it"),
            Chain::Broken { seq } => {
                println!("team {team}: BROKEN at entry {seq}: it was changed, or one is missing");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}
