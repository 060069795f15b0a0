//! The key file: one key per line, the active one first. Written aside and renamed, so that a crash leaves either the
//! old file or the new one.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::key::{Key, KeyFault, KeyId};

#[derive(Debug, Error)]
pub enum RingError {
    #[error("the key file cannot be read or made")]
    File(#[source] io::Error),
    #[error("the key file may be read by others; its mode must be 0600")]
    Mode,
    #[error("the key file holds {0}; remove the line, or the file to have a new key made")]
    Key(KeyFault),
    #[error("the active key cannot be retired; add another one first")]
    Active,
    #[error("the key file holds no key of this id")]
    NoSuchKey,
    #[error("there is a key file")]
    There,
    #[error("another command is changing the key file")]
    Locked,
}

/// What tells one state of the file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    inode: u64,
    seconds: i64,
    nanoseconds: i64,
    length: u64,
}

impl Stamp {
    pub fn of(meta: &Metadata) -> Self {
        Self { inode: meta.ino(), seconds: meta.mtime(), nanoseconds: meta.mtime_nsec(), length: meta.len() }
    }
}

pub(crate) fn parse(text: &str) -> Result<Vec<Key>, KeyFault> {
    let mut keys: Vec<Key> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let key = Key::from_line(line)?;
        if keys.iter().any(|known| known.id == key.id) {
            return Err(KeyFault::Twice);
        }
        keys.push(key);
    }
    if keys.is_empty() { Err(KeyFault::None) } else { Ok(keys) }
}

pub(crate) fn read(path: &Path) -> Result<(Vec<Key>, Stamp), RingError> {
    let meta = fs::metadata(path).map_err(RingError::File)?;
    if meta.permissions().mode() & 0o077 != 0 {
        return Err(RingError::Mode);
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(RingError::File)?);
    Ok((parse(&text).map_err(RingError::Key)?, Stamp::of(&meta)))
}

pub(crate) fn write(path: &Path, keys: &[&Key]) -> io::Result<()> {
    let aside = path.with_extension("new");
    let _ = fs::remove_file(&aside);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    for key in keys {
        file.write_all(key.to_line().as_bytes())?;
    }
    file.sync_all()?;
    fs::rename(&aside, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Makes the file, with one fresh key, where there is none.
pub fn create(path: &Path) -> Result<KeyId, RingError> {
    let _lock = lock(path)?;
    if path.exists() {
        return Err(RingError::There);
    }
    let fresh = Key::random();
    write(path, &[&fresh]).map_err(RingError::File)?;
    Ok(fresh.id)
}

/// Puts a fresh key in front, which makes it the active one.
pub fn add(path: &Path) -> Result<KeyId, RingError> {
    let _lock = lock(path)?;
    let (known, _) = read(path)?;
    let fresh = Key::random();
    let keys: Vec<&Key> = std::iter::once(&fresh).chain(&known).collect();
    write(path, &keys).map_err(RingError::File)?;
    Ok(fresh.id)
}

/// Takes a key out. What is still sealed with it cannot be opened any more: see that nothing is.
pub fn retire(path: &Path, id: KeyId) -> Result<(), RingError> {
    let _lock = lock(path)?;
    let (known, _) = read(path)?;
    match known.iter().position(|key| key.id == id) {
        None => return Err(RingError::NoSuchKey),
        Some(0) => return Err(RingError::Active),
        Some(_) => {}
    }
    let (kept, out): (Vec<&Key>, Vec<&Key>) = known.iter().partition(|key| key.id != id);
    set_aside(path, &out).map_err(RingError::File)?;
    write(path, &kept).map_err(RingError::File)
}

/// Retired keys go to a file beside, for backups that need them; nothing reads it.
fn set_aside(path: &Path, keys: &[&Key]) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path.with_extension("retired"))?;
    for key in keys {
        file.write_all(key.to_line().as_bytes())?;
    }
    file.sync_all()
}

/// Held until it is dropped, or the process ends.
fn lock(path: &Path) -> Result<File, RingError> {
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path.with_extension("lock"));
    let file = file.map_err(RingError::File)?;
    file.try_lock().map_err(|_| RingError::Locked)?;
    Ok(file)
}
