//! How many files and connections the process may have open at once.

use rustix::process::{Resource, getrlimit, setrlimit};

/// With fewer, large answers from snapshots fail before their disk or their memory is used up: each batch of rows that is
/// set aside on disk is an open file until it is read again.
const ENOUGH: u64 = 16_384;

/// Takes as many as the system lets it. Most start a process with 1,024, for programs that cannot count beyond, and let it
/// have hundreds of thousands (`man 2 select`, `man 2 setrlimit`).
pub fn raise_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!("the limit on open files could not be raised: {error}");
    }
    if let Some(files) = getrlimit(Resource::Nofile).current.filter(|files| *files < ENOUGH) {
        tracing::warn!(
            "This process may have {files} open files. Large answers from snapshots take more; let it have {ENOUGH} \
             (ulimit -n, or LimitNOFILE in a systemd unit)."
        );
    }
}
