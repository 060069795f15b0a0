//! Findings about refreshing a dataset, and about what is served of it.

use super::Hint;
use crate::words::numbers;

pub(super) fn lost() -> Hint {
    Hint::plain("The server that ran it stopped in the middle. Nothing of this run is served.")
        .step("A schedule that is not paused tries it again by itself.")
}

pub(super) fn full() -> Hint {
    Hint::plain("There is no room left where Flitch keeps its snapshots. Nothing of this run is served.")
        .step("The operator makes room in the data folder, or sets FLITCH_CACHE_URL to a bucket. A schedule that is not paused tries it again by itself.")
}

pub(super) fn failed(reference: u32) -> Hint {
    Hint::plain("The snapshot could not be written. Nothing of this run is served.")
        .step(format!("The operator finds the reason in Flitch's log, under {reference}. A schedule that is not paused tries it again by itself."))
}

pub(super) fn too_much(gib: u32) -> Hint {
    Hint::plain(format!("The table has more than {gib} GiB of text, which is the most that one refresh reads."))
        .step("Refresh a view of it with fewer rows or columns, or leave refresh off and ask the source.")
        .step("The operator sets the limit: FLITCH_REFRESH_GIB.")
}

pub(super) fn too_slow(seconds: u32) -> Hint {
    let limit = numbers::duration(u64::from(seconds) * 1_000_000);
    Hint::plain(format!("The table was not read within {limit}, which is the most that one refresh takes."))
        .step("Refresh a view of it with fewer rows or columns, or leave refresh off and ask the source.")
        .step("The operator sets the limit: FLITCH_REFRESH_SECONDS.")
}

pub(super) fn value(column: &str) -> Hint {
    Hint::plain(format!("The column {column} has a value that a snapshot cannot keep, such as “infinity” as a date or “NaN” as a decimal number."))
        .step("Refresh a view of the table that leaves such rows out, or that reads the column as text, or leave refresh off and ask the source.")
}

pub(super) fn memory(mib: u32) -> Hint {
    Hint::plain(format!(
        "This answer needs more than answers from snapshots may take together: {mib} MiB of memory, and disk beside it."
    ))
    .step("Ask for fewer groups, or ask the source instead.")
    .step("The operator sets the limits: FLITCH_SNAPSHOT_MEMORY_MIB and FLITCH_SNAPSHOT_DISK_GIB.")
}

pub(super) fn gone() -> Hint {
    Hint::plain("The snapshot's file is not where it was written.")
        .step("Where nothing is paused, a refresh that writes a new one starts at once. Until it has ended, ask the source.")
        .step("The operator checks what removes files from the data folder or the bucket.")
}

pub(super) fn unread(reference: u32) -> Hint {
    Hint::plain(
        "The snapshot could not be read: what Flitch keeps snapshots in does not answer, or the file is damaged.",
    )
    .step("Ask the source instead, or look again in a moment. Refresh now writes a new snapshot.")
    .step(format!("The operator finds the reason in Flitch's log, under {reference}."))
}

pub(super) fn overtaken() -> Hint {
    Hint::plain("The connection was changed, or the refresh turned off, while it ran. What it read was thrown away.")
        .step("Nothing is to be done: where it is still on, it runs again by itself.")
}
