//! Commands for the operator, beside a running server.

use std::process::ExitCode;

use clap::Subcommand;
use server::config::Home;
use server::services::open_store;
use store::Chain;

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Follow each team's audit log from its first entry to its last. Exits with 1 where an entry was changed or taken
    /// away.
    Verify(Home),
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
