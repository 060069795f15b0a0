#![doc = include_str!("../README.md")]

mod snapshots;
mod upload;
mod writer;

pub use snapshots::{Bucket, Listed, SnapshotError, Snapshots};
pub use upload::Upload;
pub use writer::{WriteError, Writer, Written};
