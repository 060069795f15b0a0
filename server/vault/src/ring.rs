//! The key ring: the master keys of this installation. A ring from a file follows the file: keys that an operator adds
//! or retires beside a running server are known with the next secret.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use crate::file::{self, RingError, Stamp};
use crate::key::{Key, KeyId};

pub struct KeyRing {
    /// The first is the one that seals.
    keys: RwLock<(Vec<Arc<Key>>, Option<Stamp>)>,
    path: Option<PathBuf>,
}

impl KeyRing {
    /// Reads the key file, and makes it with one fresh key where there is none.
    pub fn open_or_create(path: &Path) -> Result<Self, RingError> {
        match Self::open(path) {
            Err(RingError::File(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                file::write(path, &[&Key::random()]).map_err(RingError::File)?;
                Self::open(path)
            }
            outcome => outcome,
        }
    }

    pub fn open(path: &Path) -> Result<Self, RingError> {
        let (keys, stamp) = file::read(path)?;
        let keys = keys.into_iter().map(Arc::new).collect();
        Ok(Self { keys: RwLock::new((keys, Some(stamp))), path: Some(path.to_owned()) })
    }

    /// A ring with one fresh key, kept nowhere. For tests.
    pub fn ephemeral() -> Self {
        Self { keys: RwLock::new((vec![Arc::new(Key::random())], None)), path: None }
    }

    /// The ids of the keys, the active one first.
    pub fn ids(&self) -> Vec<KeyId> {
        self.follow();
        self.read().iter().map(|key| key.id).collect()
    }

    pub(crate) fn active(&self) -> Arc<Key> {
        self.follow();
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        // No reader of keys leaves a ring empty.
        Arc::clone(&keys.0[0])
    }

    pub(crate) fn key(&self, id: KeyId) -> Option<Arc<Key>> {
        let find = || self.read().into_iter().find(|key| key.id == id);
        find().or_else(|| {
            self.follow();
            find()
        })
    }

    fn read(&self) -> Vec<Arc<Key>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    /// Reads the file again where it is another one than was read. A file that cannot be read changes nothing: the keys
    /// that are known stay good.
    fn follow(&self) {
        let Some(path) = &self.path else { return };
        let stamp = fs::metadata(path).ok().map(|meta| Stamp::of(&meta));
        let is_known = self.keys.read().unwrap_or_else(PoisonError::into_inner).1 == stamp;
        if is_known {
            return;
        }
        if let Ok((keys, stamp)) = file::read(path) {
            let keys = keys.into_iter().map(Arc::new).collect();
            *self.keys.write().unwrap_or_else(PoisonError::into_inner) = (keys, Some(stamp));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::Binding;
    use crate::file::{add, retire};

    const HOME: Binding<'_> = Binding { team: "t", record: "c1", field: "password", purpose: "p" };

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("flitch-vault-{name}-{:016x}", rand::random::<u64>()));
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
        assert_eq!(first.ids(), second.ids());
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

    #[test]
    fn a_ring_in_use_follows_its_file() {
        let folder = folder("follow");
        let path = folder.join("master.keys");
        let (server, other) = (KeyRing::open_or_create(&path).expect("made"), KeyRing::open(&path).expect("read"));
        let first = server.ids()[0];
        let old = server.seal(&HOME, b"old");
        let second = add(&path).expect("added");
        assert_eq!(server.ids(), [second, first], "a new key is the active one");
        let new = server.seal(&HOME, b"new");
        assert_eq!((KeyRing::sealed_with(&old), KeyRing::sealed_with(&new)), (Some(first), Some(second)));
        assert_eq!(&*other.open_bytes(&HOME, &new).expect("met an unknown key"), b"new");
        assert!(matches!(retire(&path, second), Err(RingError::Active)));
        retire(&path, first).expect("retired");
        assert!(matches!(retire(&path, first), Err(RingError::NoSuchKey)));
        assert!(server.open_bytes(&HOME, &new).is_ok());
        assert!(KeyRing::open(&path).expect("read").open_bytes(&HOME, &old).is_err());
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);

        assert_eq!(server.ids(), [second]);
        // A file that went bad, or away, takes no key from a server that runs.
        fs::write(&path, "nonsense").expect("spoilt");
        assert_eq!(server.ids(), [second]);
        fs::remove_dir_all(folder).expect("clean up");
        assert_eq!(server.ids(), [second]);
    }
}
