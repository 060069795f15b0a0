//! Every sentence a person reads that is more than a label: what happened, then what to do.

pub mod asks;
#[cfg(feature = "ssr")]
pub mod audit;
pub mod catalog;
pub mod checks;
pub mod faults;
/// Put into words where the server is, not in the browser: they are long, and nobody reads more than a few.
#[cfg(feature = "ssr")]
pub mod findings;
#[cfg(feature = "ssr")]
pub mod hint;
pub mod numbers;
pub mod refresh;
pub mod served;
pub mod sql;
pub mod strings;
#[cfg(feature = "ssr")]
pub mod whereabouts;

use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub use hint::{Hint, Step};

/// What pressing costs, on Redshift Serverless (its pricing page: "billed … with a 60-second minimum charge").
pub const WAKES: &str = "Wakes the workgroup: it is billed for at least 60 seconds.";
/// The same of what a schedule does.
pub const RUN_WAKES: &str = "Each run wakes the workgroup, which is billed for at least 60 seconds.";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tone {
    Good,
    Warning,
    Bad,
}

impl Tone {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }
}

/// A finding in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub code: String,
    pub tone: Tone,
    pub sentence: String,
    /// The sentence and the steps, as markup.
    pub hint: String,
}
