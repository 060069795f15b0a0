//! The catalogue of attacks at the level of the product: strings, hosts and names through the form and the check,
//! and the hostile servers through every way in.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

mod connections;
mod cuts;
mod dns;
mod hosts;
mod peers;
mod spies;
mod statements;
#[path = "../services/world.rs"]
#[expect(dead_code, reason = "these tests need less of it")]
mod world;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let sections =
        [connections::trials(), hosts::trials(), dns::trials(), peers::trials(), statements::trials(), cuts::trials()];
    let trials: Vec<Trial> = sections.into_iter().flatten().collect();
    libtest_mimic::run(&arguments, trials).exit();
}
