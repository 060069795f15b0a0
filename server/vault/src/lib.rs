#![doc = include_str!("../README.md")]

mod key;
mod ring;
mod seal;

pub use key::{KeyFault, KeyId};
pub use ring::{KeyRing, RingError};
pub use seal::{Binding, OpenError};
