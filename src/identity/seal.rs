//! Sealing: what is stored in the database but may be read by the service alone.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

const NONCE_LENGTH: usize = 24;

/// Binds the derived key to its one use, so that the secret may serve for others too.
const LABEL: &[u8] = b"jixiao/signing-keys/1\0";

/// Something sealed that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("the sealed key {0} cannot be opened: JIXIAO_SECRET is not the one with which it was sealed")]
pub(super) struct CannotOpen(String);

/// Seals with a key derived from the service's secret.
pub(super) struct Seal(XChaCha20Poly1305);

impl Seal {
    pub(super) fn new(secret: &SecretString) -> Self {
        let hash = Sha256::new().chain_update(LABEL).chain_update(secret.expose_secret());
        let key: [u8; 32] = hash.finalize().into();
        Self(XChaCha20Poly1305::new(&key.into()))
    }

    /// Seals something under a name, without which it cannot be opened.
    pub(super) fn close(&self, name: &str, open: &[u8]) -> Result<Vec<u8>, chacha20poly1305::Error> {
        let nonce: [u8; NONCE_LENGTH] = rand::random();
        let sealed = self.0.encrypt(&XNonce::from(nonce), Payload { msg: open, aad: name.as_bytes() })?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(super) fn open(&self, name: &str, closed: &[u8]) -> Result<Vec<u8>, CannotOpen> {
        let refusal = || CannotOpen(name.to_owned());
        let (nonce, sealed) = closed.split_first_chunk::<NONCE_LENGTH>().ok_or_else(refusal)?;
        self.0.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: name.as_bytes() }).map_err(|_| refusal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(secret: &str) -> Seal {
        Seal::new(&SecretString::from(secret))
    }

    #[test]
    fn what_is_sealed_is_opened_by_the_same_secret_and_name_alone() {
        let closed = seal("one").close("a", b"private").unwrap();
        assert_eq!(seal("one").open("a", &closed).unwrap(), b"private");
        assert!(seal("two").open("a", &closed).is_err());
        assert!(seal("one").open("b", &closed).is_err());
        assert!(!closed.windows(7).any(|part| part == b"private"));
    }

    #[test]
    fn any_changed_byte_is_noticed() {
        let closed = seal("one").close("a", b"private").unwrap();
        for place in 0..closed.len() {
            let mut changed = closed.clone();
            changed[place] ^= 1;
            assert!(seal("one").open("a", &changed).is_err(), "byte {place}");
        }
        assert!(seal("one").open("a", &closed[..10]).is_err());
    }

    #[test]
    fn the_same_thing_is_never_sealed_alike() {
        assert_ne!(seal("one").close("a", b"private").unwrap(), seal("one").close("a", b"private").unwrap());
    }
}
