#![doc = include_str!("../README.md")]

pub mod file;
mod key;
mod ring;
mod seal;

pub use file::RingError;
pub use key::{KeyFault, KeyId};
pub use ring::KeyRing;
pub use seal::{Binding, OpenError};
