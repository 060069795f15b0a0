//! The key ring: the master keys of this installation, from a file that only its owner may read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::key::{Key, KeyFault, KeyId};

pub struct KeyRing {
    /// The first is the one that seals.
    keys: Vec<Key>,
}

#[derive(Debug, Error)]
pub enum RingError {
    #[error("the key file cannot be read or made")]
    File(#[source] io::Error),
    #[error("the key file may be read by others; its mode must be 0600")]
    Mode,
    #[error("the key file holds {0}; remove the line, or the file to have a new key made")]
    Key(KeyFault),
}

impl KeyRing {
    /// Reads the key file, and makes it with one fresh key where there is none.
    pub fn open_or_create(path: &Path) -> Result<Self, RingError> {
        match Self::open(path) {
            Err(RingError::File(error)) if error.kind() == io::ErrorKind::NotFound => {
                create(path).map_err(RingError::File)?;
                Self::open(path)
            }
            outcome => outcome,
        }
    }

    pub fn open(path: &Path) -> Result<Self, RingError> {
        let mode = fs::metadata(path).map_err(RingError::File)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(RingError::Mode);
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(RingError::File)?);
        Self::parse(&text).map_err(RingError::Key)
    }

    /// Reads keys from text, one per line.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        let mut keys: Vec<Key> = Vec::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let key = Key::from_line(line)?;
            if keys.iter().any(|known| known.id == key.id) {
                return Err(KeyFault::Twice);
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(KeyFault::None) } else { Ok(Self { keys }) }
    }

    /// A ring with one fresh key, kept nowhere. For tests.
    pub fn ephemeral() -> Self {
        Self { keys: vec![Key::random()] }
    }

    pub(crate) fn active(&self) -> &Key {
        // `parse` and `ephemeral` never leave the ring empty.
        &self.keys[0]
    }

    pub(crate) fn key(&self, id: KeyId) -> Option<&Key> {
        self.keys.iter().find(|key| key.id == id)
    }
}

/// Written aside and renamed, so that a crash leaves either no key or a whole one.
fn create(path: &Path) -> io::Result<()> {
    let aside = path.with_extension("new");
    let _ = fs::remove_file(&aside);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    file.write_all(Key::random().to_line().as_bytes())?;
    file.sync_all()?;
    fs::rename(&aside, path)?;
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("flitch-vault-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    #[test]
    fn the_first_start_makes_a_private_key_and_the_second_keeps_it() {
        let folder = folder("first");
        let path = folder.join("master.keys");
        let first = KeyRing::open_or_create(&path).expect("made");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        let second = KeyRing::open_or_create(&path).expect("kept");
        assert_eq!(first.active().id, second.active().id);
        fs::remove_dir_all(folder).expect("clean up");
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = folder("mode");
        let path = folder.join("master.keys");
        KeyRing::open_or_create(&path).expect("made");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("chmod");
        assert!(matches!(KeyRing::open_or_create(&path), Err(RingError::Mode)));
        fs::remove_dir_all(folder).expect("clean up");
    }
}
