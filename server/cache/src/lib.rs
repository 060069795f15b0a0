#![doc = include_str!("../README.md")]

mod calendar;
mod floats;
mod memory;
mod reader;
mod snapshots;
mod spill;
mod statistics;
mod upload;
mod writer;

pub use reader::{Question, ReadError, Reader, Room, Rows, TABLE};
pub use snapshots::{Bucket, Listed, SnapshotError, Snapshots};
pub use upload::Upload;
pub use writer::{WriteError, Writer, Written};
