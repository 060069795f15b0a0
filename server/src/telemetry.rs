//! Logging: one line per request, check stage and query; never a user, a password, SQL text or data.

use tracing_subscriber::EnvFilter;

/// Starts logging to standard error. The driver and the TLS stack stay quiet whatever the filter says: at their
/// lowest levels they print what passes through them.
pub fn start(filter: &str, is_json: bool) -> Result<(), String> {
    let mut filter = EnvFilter::try_new(filter).map_err(|error| format!("FLITCH_LOG is not a filter: {error}"))?;
    for quiet in ["tokio_postgres=off", "hyper=warn", "sqlx=warn", "h2=warn"] {
        if let Ok(directive) = quiet.parse() {
            filter = filter.add_directive(directive);
        }
    }
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if is_json {
        lines.json().init()
    } else {
        lines.with_target(false).init()
    }
    Ok(())
}
