//! `flitch key`: looking after the master keys, beside a running server.

use std::process::ExitCode;

use clap::Subcommand;
use contract::audit::Action;
use server::config::Home;
use server::services::keys::{self, KeyUse, Rotated};
use server::services::{open_ring, open_store};
use vault::{KeyId, file};

#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// List the keys, and how many records are sealed with each. Exits with 1 where a record needs a key that the file
    /// does not hold.
    Status(Home),
    /// Make a key and seal with it from now on. Records keep their keys until `rotate`.
    Add {
        /// There is no key file any more: make one. What is sealed stays sealed for good.
        #[arg(long)]
        anew: bool,
        #[command(flatten)]
        home: Home,
    },
    /// Seal every record with the active key. Can be ended anywhere and run again.
    Rotate {
        /// Open everything and count, but change nothing.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        home: Home,
    },
    /// Take a key out of the file. Refused while a record is sealed with it.
    Retire {
        id: String,
        #[command(flatten)]
        home: Home,
    },
}

pub async fn key(command: &KeyCommand) -> anyhow::Result<ExitCode> {
    match command {
        KeyCommand::Status(home) => {
            let uses = keys::status(&open_store(home).await?, &open_ring(home)?).await?;
            uses.iter().for_each(show);
            let is_whole = uses.iter().all(|known| known.is_known);
            Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        KeyCommand::Add { anew, home } => {
            let store = open_store(home).await?;
            let path = home.master_keys_path();
            let id = if *anew { file::create(&path)? } else { file::add(&path)? };
            keys::record(&store, Action::KeyAdded, "").await?;
            println!("{id} is the active key now. Seal what there is with it: flitch key rotate");
            Ok(ExitCode::SUCCESS)
        }
        KeyCommand::Rotate { dry_run, home } => {
            let rotated = keys::rotate(&open_store(home).await?, &open_ring(home)?, *dry_run).await?;
            Ok(told(&rotated, *dry_run))
        }
        KeyCommand::Retire { id, home } => {
            let id: KeyId = id.parse().map_err(|_| anyhow::anyhow!("a key's id has 16 hexadecimal digits"))?;
            let (store, ring) = (open_store(home).await?, open_ring(home)?);
            keys::unused(&store, &ring, id).await?;
            file::retire(&home.master_keys_path(), id)?;
            keys::record(&store, Action::KeyRetired, "").await?;
            println!("{id} is retired, and set aside in the key file's neighbour *.retired for backups that need it.");
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn show(key: &KeyUse) {
    let state = match (key.is_active, key.is_known) {
        (true, _) => "active",
        (false, true) => "kept",
        (false, false) => "MISSING from the key file",
    };
    println!("{} {:>8} records, {state}", key.id, key.records);
}

fn told(rotated: &Rotated, is_dry: bool) -> ExitCode {
    let Rotated { resealed, already, unreadable } = rotated;
    let verb = if is_dry { "would be sealed" } else { "sealed" };
    println!(
        "{resealed} records {verb} with the active key, {already} were before, {} cannot be opened",
        unreadable.len()
    );
    for (kind, id) in unreadable {
        println!("cannot be opened: {kind:?} {id}");
    }
    if unreadable.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
