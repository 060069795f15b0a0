//! The set-up code: proof that whoever makes the first team can read the server's own output.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use subtle::ConstantTimeEq;

/// Kept in the data folder until it is used, so that a restart does not change it.
pub struct SetupCode {
    path: PathBuf,
    code: Option<String>,
}

/// Letters and digits that nobody mistakes for one another.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

impl SetupCode {
    pub fn open(path: &Path, is_new: bool) -> io::Result<Self> {
        let path = path.to_owned();
        if !is_new {
            let _ = fs::remove_file(&path);
            return Ok(Self { path, code: None });
        }
        let code = match fs::read_to_string(&path) {
            Ok(code) if code.trim().len() >= 12 => code.trim().to_owned(),
            _ => {
                let code = random_code();
                let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
                file.write_all(code.as_bytes())?;
                code
            }
        };
        Ok(Self { path, code: Some(code) })
    }

    /// The code to print; `None` once a team exists.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    pub(crate) fn is_right(&self, typed: &str) -> bool {
        let typed = typed.trim().to_ascii_uppercase();
        self.code.as_ref().is_some_and(|code| code.as_bytes().ct_eq(typed.as_bytes()).into())
    }

    pub(crate) fn used(&self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Three groups of four: 60 random bits.
fn random_code() -> String {
    let bytes: [u8; 12] = rand::random();
    let letters: Vec<char> = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}
