//! Findings about a file that was not made to its end.

use super::Hint;
use crate::words::numbers;

pub(super) fn value_unfit(column: &str) -> Hint {
    Hint::plain(format!("The column {column} holds a value that the file's type for it cannot hold."))
        .step("Take the result along as CSV or NDJSON, which keep every value as text, or cast the column to varchar.")
}

pub(super) fn rows_replaced() -> Hint {
    Hint::plain("The rows were replaced while the file was made of them; it was cut off.")
        .step("The query was run again, or its rows had had their time. Export it again.")
}

pub(super) fn too_large(gib: u32) -> Hint {
    Hint::plain(format!("The file was cut off: it may have {gib} GiB of text, and there is more."))
        .step("Take less along: fewer columns, a filter, a smaller stretch of time.")
        .step("The operator sets the limit: FLITCH_EXPORT_GIB.")
}

pub(super) fn too_slow(seconds: u32) -> Hint {
    let limit = numbers::duration(u64::from(seconds) * 1_000_000);
    Hint::plain(format!("The file was cut off: it may take {limit}, and was not done."))
        .step("Take less along: fewer columns, a filter, a smaller stretch of time. A slow download takes up the time too.")
        .step("The operator sets the limit: FLITCH_EXPORT_SECONDS.")
}

pub(super) fn left(after_ms: u32) -> Hint {
    let after = numbers::duration(u64::from(after_ms) * 1_000);
    Hint::plain(format!("Nobody took the file to its end: the download stopped after {after}. It was cut off."))
        .step("Export it again.")
}
