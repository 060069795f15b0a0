//! Every sentence a person reads that is more than a label: what happened, then what to do.

pub mod audit;
pub mod catalog;
pub mod checks;
pub mod faults;
/// Put into words where the server is, not in the browser: they are long, and nobody reads more than a few.
#[cfg(feature = "ssr")]
pub mod findings;
pub mod numbers;
pub mod sql;
pub mod strings;
#[cfg(feature = "ssr")]
pub mod whereabouts;

use serde::{Deserialize, Serialize};

/// One thing to do: a sentence, or something to copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    Do(String),
    /// A label, and the text to copy.
    Copy(String, String),
}

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
    pub hint: Hint,
}

/// A sentence, and the steps that follow from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    pub sentence: String,
    pub steps: Vec<Step>,
}

impl Hint {
    pub fn plain(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), steps: Vec::new() }
    }

    pub fn step(mut self, step: impl Into<String>) -> Self {
        self.steps.push(Step::Do(step.into()));
        self
    }

    pub fn copy(mut self, label: &'static str, text: impl Into<String>) -> Self {
        self.steps.push(Step::Copy(label.to_owned(), text.into()));
        self
    }
}
