//! The way out for a file that a library writes: its failure is kept as it was, and told only once.

use std::io::{self, Write};

pub(super) struct Outlet<'a> {
    out: &'a mut (dyn Write + Send),
    failed: Option<io::Error>,
}

impl<'a> Outlet<'a> {
    pub fn new(out: &'a mut (dyn Write + Send)) -> Self {
        Self { out, failed: None }
    }

    /// Why the bytes could not be handed on, whatever the library made of it.
    pub fn failure(self) -> Option<io::Error> {
        self.failed
    }
}

impl Write for Outlet<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Once it failed the library was told, and gives up. Its zip then still tries to end well when it is dropped,
        // and would complain on standard error of each download that was broken off.
        if self.failed.is_some() {
            return Ok(bytes.len());
        }
        self.out.write(bytes).inspect_err(|error| self.failed = Some(copy(error)))
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed.is_some() {
            return Ok(());
        }
        self.out.flush().inspect_err(|error| self.failed = Some(copy(error)))
    }
}

fn copy(error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_once_and_kept() {
        // A slice takes what it has room for, and is full after that.
        let mut room = [0; 3];
        let mut slice: &mut [u8] = &mut room;
        let mut outlet = Outlet::new(&mut slice);
        outlet.write_all(b"ab").unwrap();
        assert!(outlet.write_all(b"cd").is_err());
        outlet.failed = Some(io::ErrorKind::BrokenPipe.into());
        outlet.write_all(b"ef").unwrap();
        outlet.flush().unwrap();
        assert_eq!(outlet.failure().map(|error| error.kind()), Some(io::ErrorKind::BrokenPipe));
        assert_eq!(&room, b"abc");
        assert!(Outlet::new(&mut Vec::new()).failure().is_none());
    }
}
