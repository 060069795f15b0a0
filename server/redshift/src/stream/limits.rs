//! The caps of the bounded stream, all in one place.

/// One message, after start-up.
pub const MESSAGE: usize = 32 * 1024 * 1024;
/// One message before the session is ready, and all of them together.
pub const STARTUP: usize = 256 * 1024;
pub const PARAMETERS: usize = 64;
pub const PARAMETER: usize = 1024;
pub const STARTUP_NOTICES: usize = 64;
/// Notices kept of a session; later ones are dropped.
pub const NOTICES: usize = 20;
pub const NOTICE: usize = 4 * 1024;
/// Notices, parameters and notifications of one statement together; a server that has more to say is not answering.
pub const CHATTER: usize = 4 * 1024 * 1024;
/// An ErrorResponse as a whole, and one field of it as it is handed on.
pub const ERROR: usize = 64 * 1024;
pub const ERROR_FIELD: usize = 4 * 1024;
/// The most columns a Redshift table or result has.
pub const COLUMNS: u16 = 1664;
pub const COLUMN_NAME: usize = 1024;
/// Salt and nonce of Redshift's digest.
pub const DIGEST_FIELD: usize = 1024;
/// SCRAM rounds; more are a way to burn this server's processor (CVE-2026-42198).
pub const SCRAM_ROUNDS: u32 = 100_000;
/// Bytes waiting to be sent before the driver has to wait.
pub const OUTGOING: usize = 256 * 1024;
