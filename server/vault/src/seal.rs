//! Sealing and opening.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key as CipherKey, XChaCha20Poly1305, XNonce};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::key::KeyId;
use crate::ring::KeyRing;

const FORMAT: u8 = 1;
const NONCE: usize = 24;
const WRAPPED: usize = 32 + 16;

/// Where a secret belongs. It opens there and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding<'a> {
    pub team: &'a str,
    pub record: &'a str,
    pub field: &'a str,
    /// The endpoint the secret may be sent to, or another purpose where there is none.
    pub purpose: &'a str,
}

impl Binding<'_> {
    /// Length before content, so that no two bindings run together into the same bytes.
    fn digest(&self, key: KeyId) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update([FORMAT]);
        hash.update(key.0);
        for part in [self.team, self.record, self.field, self.purpose] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize().into()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    #[error("the record is not one of ours")]
    Shape,
    #[error("the key it was sealed with is not in the ring")]
    UnknownKey,
    #[error("the record was changed or moved")]
    Refused,
}

impl KeyRing {
    pub fn seal(&self, binding: &Binding<'_>, secret: &[u8]) -> Vec<u8> {
        let master = self.active();
        let aad = binding.digest(master.id);
        let mut data_key = Zeroizing::new([0; 32]);
        rand::fill(data_key.as_mut_slice());
        let mut record = vec![FORMAT];
        record.extend_from_slice(&master.id.0);
        encrypt(&mut record, &master.bytes, data_key.as_slice(), &aad);
        encrypt(&mut record, &data_key, secret, &aad);
        record
    }

    /// The key that a record was sealed with; `None` for what is no record.
    pub fn sealed_with(record: &[u8]) -> Option<KeyId> {
        let (&format, rest) = record.split_first()?;
        let (id, _) = rest.split_first_chunk::<8>()?;
        (format == FORMAT).then_some(KeyId(*id))
    }

    pub fn open_bytes(&self, binding: &Binding<'_>, record: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (&format, rest) = record.split_first().ok_or(OpenError::Shape)?;
        let (id, rest) = rest.split_first_chunk::<8>().ok_or(OpenError::Shape)?;
        let (wrapped, sealed) = rest.split_at_checked(NONCE + WRAPPED).ok_or(OpenError::Shape)?;
        if format != FORMAT {
            return Err(OpenError::Shape);
        }
        let master = self.key(KeyId(*id)).ok_or(OpenError::UnknownKey)?;
        let aad = binding.digest(master.id);
        let data_key = decrypt(&master.bytes, wrapped, &aad)?;
        let data_key: &[u8; 32] = data_key.as_slice().try_into().map_err(|_| OpenError::Shape)?;
        decrypt(data_key, sealed, &aad)
    }

    /// Opens a secret that is text.
    pub fn open_text(&self, binding: &Binding<'_>, record: &[u8]) -> Result<SecretString, OpenError> {
        let bytes = self.open_bytes(binding, record)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| OpenError::Shape)?;
        Ok(SecretString::from(text.to_owned()))
    }
}

fn encrypt(out: &mut Vec<u8>, key: &[u8; 32], plain: &[u8], aad: &[u8]) {
    let mut nonce = [0; NONCE];
    rand::fill(&mut nonce);
    let cipher = XChaCha20Poly1305::new(&CipherKey::from(*key));
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad });
    out.extend_from_slice(&nonce);
    // XChaCha20-Poly1305 refuses only messages of more than 256 GiB.
    out.extend_from_slice(&sealed.unwrap_or_default());
}

fn decrypt(key: &[u8; 32], sealed: &[u8], aad: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(OpenError::Shape)?;
    let cipher = XChaCha20Poly1305::new(&CipherKey::from(*key));
    let plain = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad });
    plain.map(Zeroizing::new).map_err(|_| OpenError::Refused)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;

    const HOME: Binding<'_> = Binding { team: "t", record: "c1", field: "password", purpose: "db.example:5439/dev" };

    #[test]
    fn what_was_sealed_opens_in_its_place_only() {
        let ring = KeyRing::ephemeral();
        let record = ring.seal(&HOME, b"Zq7!cAnArY@/:#?%&+=~");
        assert_eq!(ring.open_text(&HOME, &record).expect("at home").expose_secret(), "Zq7!cAnArY@/:#?%&+=~");
        for elsewhere in [
            Binding { team: "u", ..HOME },
            Binding { record: "c2", ..HOME },
            Binding { field: "ca", ..HOME },
            Binding { purpose: "evil.example:5439/dev", ..HOME },
            Binding { team: "tc", record: "1", ..HOME },
        ] {
            assert_eq!(ring.open_bytes(&elsewhere, &record).err(), Some(OpenError::Refused), "{elsewhere:?}");
        }
        assert_eq!(KeyRing::ephemeral().open_bytes(&HOME, &record).err(), Some(OpenError::UnknownKey));
    }

    #[test]
    fn equal_secrets_look_different_and_no_flipped_bit_opens() {
        let ring = KeyRing::ephemeral();
        let record = ring.seal(&HOME, b"secret");
        assert_ne!(record, ring.seal(&HOME, b"secret"));
        for bit in 0..record.len() * 8 {
            let mut changed = record.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(ring.open_bytes(&HOME, &changed).is_err(), "bit {bit}");
        }
        for length in 0..record.len() {
            assert!(ring.open_bytes(&HOME, &record[..length]).is_err(), "{length} bytes");
        }
    }

    proptest! {
        #[test]
        fn any_secret_survives(secret in proptest::collection::vec(any::<u8>(), 0..512)) {
            let ring = KeyRing::ephemeral();
            prop_assert_eq!(&*ring.open_bytes(&HOME, &ring.seal(&HOME, &secret)).expect("own"), &secret);
        }
    }
}
