//! Passwords of members: Argon2id, off the async threads, a few at a time.

use std::sync::LazyLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use contract::fault::{Fault, Field};
use contract::secret::Secret;
use tokio::sync::Semaphore;

/// Each hash takes 19 MiB; a flood of sign-ins waits rather than filling the memory.
static SLOTS: Semaphore = Semaphore::const_new(4);

/// Verified when the account does not exist, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now(&Secret::new("nobody's password")).unwrap_or_default());

/// Shorter ones are refused; longer ones than this are not a password.
pub(crate) const LENGTH: std::ops::RangeInclusive<usize> = 12..=256;

fn hash_now(password: &Secret) -> Option<String> {
    let hash: PasswordHash = Argon2::default().hash_password(password.expose().as_bytes()).ok()?;
    Some(hash.to_string())
}

pub(crate) async fn hash(password: Secret) -> Option<String> {
    let _slot = SLOTS.acquire().await.ok()?;
    tokio::task::spawn_blocking(move || hash_now(&password)).await.ok()?
}

/// A new password's hash, once its length was looked at.
pub(crate) async fn judged_and_hashed(password: Secret) -> Result<String, Fault> {
    if !LENGTH.contains(&password.expose().chars().count()) {
        return Err(Fault::FieldInvalid { field: Field::Password });
    }
    hash(password).await.ok_or(Fault::Busy)
}

/// Whether the password fits the hash; without a hash the same work is done for nothing.
pub(crate) async fn verify(password: Secret, hash: Option<String>) -> bool {
    let Ok(_slot) = SLOTS.acquire().await else {
        return false;
    };
    let work = tokio::task::spawn_blocking(move || {
        let is_known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let is_right = PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.expose().as_bytes(), &hash).is_ok());
        is_known && is_right
    });
    work.await.unwrap_or(false)
}
