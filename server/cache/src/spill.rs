//! Where what does not fit into memory goes meanwhile: a folder for each process, which holds rows of customers and must not
//! outlive it. A process that is killed removes nothing; whoever starts next does, by the locks that went with it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Held by whoever owns the folder that it is in.
const LOCK: &str = "lock";

/// Removes its folder when it is dropped.
pub struct Spill {
    folder: PathBuf,
    _lock: File,
}

impl Spill {
    /// Makes a folder of its own in this one, where other processes may have theirs, and removes those that nobody owns.
    pub fn open(all: &Path) -> io::Result<Self> {
        // One at a time: a folder that was just made has no lock yet.
        let gate = File::create(all.join(LOCK))?;
        gate.lock()?;
        for entry in fs::read_dir(all)? {
            let path = entry?.path();
            if is_ours(&path) && is_abandoned(&path) {
                fs::remove_dir_all(&path)?;
            }
        }
        let folder = (0_u32..)
            .map(|n| all.join(format!("{}-{n}", std::process::id())))
            .find(|folder| !folder.exists())
            .ok_or(io::ErrorKind::StorageFull)?;
        fs::create_dir(&folder)?;
        let lock = File::create(folder.join(LOCK))?;
        lock.lock()?;
        Ok(Self { folder, _lock: lock })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Spill {
    fn drop(&mut self) {
        // What cannot be removed now is removed at the next start.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// By its name: nothing else is ever removed.
fn is_ours(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once('-'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    folder.is_dir() && name.is_some_and(|(process, n)| is_number(process) && is_number(n))
}

fn is_abandoned(folder: &Path) -> bool {
    match File::open(folder.join(LOCK)) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_the_dead_are_removed_and_nothing_else_is() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
        let all = std::env::temp_dir().join(format!("flitch-spill-{now}"));
        fs::create_dir(&all).unwrap();
        let living = Spill::open(&all).unwrap();
        fs::write(living.folder().join("rows"), "of a question").unwrap();
        for dead in ["1-0", "1-1", "of-somebody"] {
            fs::create_dir_all(all.join(dead).join("datafusion")).unwrap();
            fs::write(all.join(dead).join("datafusion/rows"), "of a customer").unwrap();
        }
        // It had a lock, which went with its process.
        fs::write(all.join("1-0").join(LOCK), "").unwrap();
        let next = Spill::open(&all).unwrap();
        assert!(living.folder().join("rows").exists() && next.folder() != living.folder());
        let left = || fs::read_dir(&all).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir()).count();
        assert!(left() == 3 && all.join("of-somebody").exists());
        drop((living, next));
        assert_eq!(left(), 1);
        fs::remove_dir_all(&all).unwrap();
    }
}
