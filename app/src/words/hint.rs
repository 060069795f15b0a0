//! What happened, and what to do about it.

/// One thing to do: a sentence, or something to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Do(String),
    /// A label, and the text to copy.
    Copy(String, String),
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
        self.steps.push(Step::Copy(label.to_owned(), text.into()));
        self
    }
}
