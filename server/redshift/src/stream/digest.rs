//! Redshift's own sign-in: authentication request 13, a salted SHA-256 digest.
//!
//! The request holds an algorithm (0 is SHA-256), a salt and a server nonce, each with its length. The answer is a
//! message `d`: SHA256(SHA256(password ‖ salt) ‖ server nonce ‖ client nonce), and the client nonce. AWS's JDBC and
//! Python drivers are the published description (`ExtensibleDigest.java`, `extensible_digest.py`).

use sha2::{Digest, Sha256};

use super::WireFault;
use super::frame::Body;
use super::limits;

/// The tag of the answer.
pub(super) const TAG: u8 = b'd';

pub(super) fn answer(request: &mut Body<'_>, password: &str, client_nonce: &[u8]) -> Result<Vec<u8>, WireFault> {
    let algorithm = request.i32()?;
    let salt = field(request)?;
    let server_nonce = field(request)?;
    if algorithm != 0 || !request.is_empty() {
        return Err(WireFault::SignInMalformed);
    }
    let stored = Sha256::new().chain_update(password.as_bytes()).chain_update(salt).finalize();
    let digest = Sha256::new().chain_update(stored).chain_update(server_nonce).chain_update(client_nonce).finalize();
    let mut body = Vec::with_capacity(digest.len() + client_nonce.len() + 8);
    for part in [digest.as_slice(), client_nonce] {
        body.extend_from_slice(&(part.len() as i32).to_be_bytes());
        body.extend_from_slice(part);
    }
    Ok(body)
}

fn field<'a>(request: &mut Body<'a>) -> Result<&'a [u8], WireFault> {
    let length = usize::try_from(request.i32()?).map_err(|_| WireFault::SignInMalformed)?;
    if length > limits::DIGEST_FIELD {
        return Err(WireFault::SignInMalformed);
    }
    request.bytes(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(algorithm: i32, salt: &[u8], salt_length: i32) -> Vec<u8> {
        let mut body = algorithm.to_be_bytes().to_vec();
        body.extend_from_slice(&salt_length.to_be_bytes());
        body.extend_from_slice(salt);
        body.extend_from_slice(&2_i32.to_be_bytes());
        body.extend_from_slice(b"sn");
        body
    }

    #[test]
    fn answers_as_the_published_drivers_do() {
        let body = request(0, b"salt", 4);
        let answer = answer(&mut Body(&body), "Secret1!", b"17").expect("well-formed");
        let stored = Sha256::digest(b"Secret1!salt");
        let digest = Sha256::new().chain_update(stored).chain_update(b"sn17").finalize();
        assert_eq!(answer[..4], 32_i32.to_be_bytes());
        assert_eq!(&answer[4..36], digest.as_slice());
        assert_eq!(answer[36..], [0, 0, 0, 2, b'1', b'7']);
    }

    #[test]
    fn senseless_requests_are_refused() {
        for body in [request(1, b"salt", 4), request(0, b"salt", i32::MAX), request(0, b"salt", -1), vec![0, 0]] {
            assert!(answer(&mut Body(&body), "p", b"1").is_err());
        }
    }
}
