//! `flitch team`: several teams on one installation.

use std::process::ExitCode;

use clap::Subcommand;
use server::config::{Home, origin};
use server::services::operator::{Invited, add_team, invite_admin};
use server::services::{open_ring, open_store};

#[derive(Debug, Subcommand)]
pub enum TeamCommand {
    /// Make a team, and print its id and the invitation of its first admin, which opens once and for seven days.
    Add {
        name: String,
        /// The address people type, for the invitation.
        #[arg(long, env = "FLITCH_PUBLIC_URL", default_value = "http://127.0.0.1:3000")]
        public_url: String,
        #[command(flatten)]
        home: Home,
    },
    /// Print another admin's invitation, for a team that has nobody to invite.
    Invite {
        team_id: String,
        /// The address people type, for the invitation.
        #[arg(long, env = "FLITCH_PUBLIC_URL", default_value = "http://127.0.0.1:3000")]
        public_url: String,
        #[command(flatten)]
        home: Home,
    },
    /// List the teams: id and name.
    List(Home),
}

pub async fn team(command: &TeamCommand) -> anyhow::Result<ExitCode> {
    let (invited, public_url, fault) = match command {
        TeamCommand::List(home) => {
            for (id, name) in open_store(home).await?.team_list().await? {
                println!("{id} {name}");
            }
            return Ok(ExitCode::SUCCESS);
        }
        TeamCommand::Add { name, public_url, home } => {
            let invited = add_team(&open_store(home).await?, &open_ring(home)?, name).await?;
            (invited, public_url, "A team's name has 1 to 80 characters.")
        }
        TeamCommand::Invite { team_id, public_url, home } => {
            let invited = invite_admin(&open_store(home).await?, &open_ring(home)?, team_id).await?;
            (invited, public_url, "There is no team of this id; see `flitch team list`.")
        }
    };
    match invited {
        Some(Invited { team_id, path }) => {
            println!("{team_id} {}{path}", origin(public_url));
            Ok(ExitCode::SUCCESS)
        }
        None => {
            eprintln!("{fault}");
            Ok(ExitCode::FAILURE)
        }
    }
}
