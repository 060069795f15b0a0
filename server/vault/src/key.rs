//! Master keys and their ids.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;
use zeroize::Zeroizing;

/// Names a key inside a sealed record. Eight bytes, shown as hex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// Why a line of the key file is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyFault {
    #[error("a line that is not `id base64`")]
    Shape,
    #[error("a key that is not 32 bytes long")]
    Length,
    #[error("a key without randomness in it")]
    Weak,
    #[error("the same key id twice")]
    Twice,
    #[error("no key at all")]
    None,
}

pub(crate) struct Key {
    pub id: KeyId,
    pub bytes: Zeroizing<[u8; 32]>,
}

impl Key {
    pub fn random() -> Self {
        let mut id = [0; 8];
        let mut bytes = Zeroizing::new([0; 32]);
        rand::fill(&mut id);
        rand::fill(bytes.as_mut_slice());
        Self { id: KeyId(id), bytes }
    }

    pub fn to_line(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{} {}\n", self.id, STANDARD.encode(self.bytes.as_slice())))
    }

    pub fn from_line(line: &str) -> Result<Self, KeyFault> {
        let (id, key) = line.trim().split_once(' ').ok_or(KeyFault::Shape)?;
        let id = parse_id(id).ok_or(KeyFault::Shape)?;
        let decoded = Zeroizing::new(STANDARD.decode(key.trim()).map_err(|_| KeyFault::Shape)?);
        let bytes: [u8; 32] = decoded.as_slice().try_into().map_err(|_| KeyFault::Length)?;
        let bytes = Zeroizing::new(bytes);
        // 32 random bytes have fewer than 12 different ones once in 10^22 draws; words, zeros and counters do.
        let distinct: std::collections::HashSet<u8> = bytes.iter().copied().collect();
        let is_counter = bytes.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1));
        let is_text = bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        if distinct.len() < 12 || is_counter || is_text {
            return Err(KeyFault::Weak);
        }
        Ok(Self { id, bytes })
    }
}

impl std::str::FromStr for KeyId {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        parse_id(text.trim()).ok_or(KeyFault::Shape)
    }
}

fn parse_id(text: &str) -> Option<KeyId> {
    let mut id = [0; 8];
    if text.len() != 16 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in id.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(KeyId(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_line() {
        let key = Key::random();
        let read = Key::from_line(&key.to_line()).expect("own line");
        assert_eq!((read.id, *read.bytes), (key.id, *key.bytes));
    }

    #[test]
    fn weak_and_broken_keys_are_refused() {
        let line = |bytes: &[u8]| format!("0011223344556677 {}", STANDARD.encode(bytes));
        let counter: Vec<u8> = (0..32).collect();
        for (text, fault) in [
            (line(&[0; 32]), KeyFault::Weak),
            (line(&counter), KeyFault::Weak),
            (line(b"change-me-to-something-random-00"), KeyFault::Weak),
            (line(&[7; 16]), KeyFault::Length),
            ("nonsense".to_owned(), KeyFault::Shape),
            ("00112233445566 AAAA".to_owned(), KeyFault::Shape),
        ] {
            assert_eq!(Key::from_line(&text).err(), Some(fault), "{text}");
        }
    }
}
