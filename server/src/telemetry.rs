//! Logging: one line per request, check stage and query; never a user, a password, SQL text or data.

use std::io::{self, Stderr, Write};

use tracing_subscriber::EnvFilter;

use crate::metrics;

/// Starts logging to standard error. The driver and the TLS stack stay quiet whatever the filter says: at their
/// lowest levels they print what passes through them.
pub fn start(filter: &str, is_json: bool) -> Result<(), String> {
    let mut filter = EnvFilter::try_new(filter).map_err(|error| format!("FLITCH_LOG is not a filter: {error}"))?;
    for quiet in ["tokio_postgres=off", "hyper=warn", "sqlx=warn", "h2=warn"] {
        if let Ok(directive) = quiet.parse() {
            filter = filter.add_directive(directive);
        }
    }
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would report to where the line could not be written.
        .log_internal_errors(false)
        .with_writer(|| Lines(io::stderr()));
    if is_json {
        lines.json().init()
    } else {
        lines.with_target(false).init()
    }
    Ok(())
}

/// Standard error, which may lead to a file on a full disk, or to nobody: a line that cannot be written is counted.
struct Lines(Stderr);

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.write_all(line).map(|()| line.len())
    }

    fn write_all(&mut self, line: &[u8]) -> io::Result<()> {
        if self.0.write_all(line).is_err() {
            metrics::line_dropped();
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
