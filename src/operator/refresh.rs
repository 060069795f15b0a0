//! `flitch refresh`: for the job that has loaded the data.

use std::process::ExitCode;

use app::words::refresh::{ASKED_LATELY, OVER_BUDGET, WAY_REFUSED};
use clap::Args;
use contract::fault::Fault;
use contract::refresh::Triggered;
use server::config::Home;
use server::services::open_store;
use server::services::operator::ask_refresh;

#[derive(Debug, Args)]
pub struct RefreshArgs {
    /// The dataset's id, as its page's address has it.
    dataset: String,
    #[command(flatten)]
    home: Home,
}

pub async fn refresh(args: &RefreshArgs) -> anyhow::Result<ExitCode> {
    match ask_refresh(&open_store(&args.home).await?, &args.dataset).await? {
        Some(Triggered::Started) => println!("A running server starts it within a second."),
        Some(Triggered::Joined) => println!("A refresh is on its way already."),
        Some(Triggered::Recent) => println!("{ASKED_LATELY}"),
        Some(Triggered::OverBudget) => println!("{OVER_BUDGET}"),
        Some(Triggered::CutOff) => {
            eprintln!("{}", app::words::faults::fault(&Fault::ConnectionRests));
            return Ok(ExitCode::FAILURE);
        }
        Some(Triggered::Refused) => {
            eprintln!("{WAY_REFUSED}");
            return Ok(ExitCode::FAILURE);
        }
        Some(Triggered::Paused) => {
            eprintln!("Somebody paused the refresh of this dataset. Resume it on its page.");
            return Ok(ExitCode::FAILURE);
        }
        None => {
            eprintln!("There is no such dataset, or its refresh is off. Its page says how to turn it on.");
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
