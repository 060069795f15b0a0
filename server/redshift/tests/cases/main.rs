//! The catalogue of attacks, one test per id and layer, generated from testkit's `cases/*.jsonl`.
//!
//! Layers: L1 is one function alone; L2 is the connector with that function off, signed in as a superuser; L3 is
//! everything on, as a reader.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world should stop there")]

mod long;
mod peers;
mod sql;
#[path = "../connector/way.rs"]
mod way;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let trials: Vec<Trial> = [sql::trials(), peers::trials(), long::trials()].into_iter().flatten().collect();
    libtest_mimic::run(&arguments, trials).exit();
}
