//! Every sentence a person reads that is more than a label: what happened, then what to do.

pub mod catalog;
pub mod checks;
pub mod faults;
pub mod findings;
pub mod numbers;
pub mod strings;

/// One thing to do: a sentence, or something to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Do(String),
    /// A label, and the text to copy.
    Copy(&'static str, String),
}

/// A sentence, and the steps that follow from it.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        self.steps.push(Step::Copy(label, text.into()));
        self
    }
}
