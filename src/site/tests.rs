//! Placeholder until the fake backend stands.
