//! The settings of a session: SET, SHOW and RESET.

use std::collections::HashMap;
use std::time::Duration;

use crate::engine::Refusal;

/// Name and default of the settings that the sample knows.
const KNOWN: [(&str, &str); 14] = [
    ("application_name", ""),
    ("client_encoding", "UTF8"),
    ("datestyle", "ISO, MDY"),
    ("enable_case_sensitive_identifier", "off"),
    ("enable_result_cache_for_session", "on"),
    ("extra_float_digits", "0"),
    ("intervalstyle", "postgres"),
    ("query_group", "default"),
    ("readonly", "off"),
    ("search_path", "\"$user\", public"),
    ("statement_timeout", "0"),
    ("timezone", "UTC"),
    ("transaction_isolation", "serializable"),
    ("transaction_read_only", "off"),
];

#[derive(Clone, Default)]
pub(super) struct Settings(HashMap<&'static str, String>);

fn known(name: &str) -> Result<(&'static str, &'static str), Refusal> {
    let found = KNOWN.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.ok_or_else(|| Refusal::new("42704", format!("unrecognized configuration parameter \"{name}\"")))
}

impl Settings {
    pub fn show(&self, name: &str) -> Result<String, Refusal> {
        if name.eq_ignore_ascii_case("server_version") {
            return Err(Refusal::new("42501", "must be superuser to examine \"server_version\""));
        }
        let (name, default) = known(name)?;
        Ok(self.0.get(name).cloned().unwrap_or_else(|| default.to_owned()))
    }

    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let (name, _) = known(name)?;
        self.0.insert(name, value.trim().trim_matches('\'').to_owned());
        Ok(())
    }

    pub fn reset(&mut self, name: &str) -> Result<(), Refusal> {
        if name.eq_ignore_ascii_case("all") {
            self.0.clear();
            return Ok(());
        }
        let (name, _) = known(name)?;
        self.0.remove(name);
        Ok(())
    }

    /// How long a statement may run; `None` without a limit.
    pub fn statement_timeout(&self) -> Option<Duration> {
        let ms = self.0.get("statement_timeout")?.parse().ok()?;
        (ms > 0).then(|| Duration::from_millis(ms))
    }
}
