//! AES-256-GCM with a fresh random nonce: what is stored is `nonce (12 bytes) || ciphertext || tag
//! (16 bytes)`.
//!
//! Guarantees: a nonce is never chosen by a caller; opening fails unless key, bytes and associated
//! data all match.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use zeroize::Zeroizing;

use super::error::VaultError;
use super::kek::KEY_BYTES;

const NONCE_BYTES: usize = 12;

/// Encrypts `plain` under `key`; `aad` is authenticated and not stored.
pub(super) fn seal(key: &[u8; KEY_BYTES], aad: &[u8], plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0_u8; NONCE_BYTES];
    rand::fill(&mut nonce);
    let sealed = Aes256Gcm::new(&(*key).into())
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad })
        .map_err(|_| VaultError::TooLong)?;
    let mut out = Vec::with_capacity(NONCE_BYTES + sealed.len());
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&sealed);
    Ok(out)
}

/// The plaintext of what `seal` made; `Tampered` when anything does not match.
pub(super) fn open(
    key: &[u8; KEY_BYTES],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::Tampered)?;
    Aes256Gcm::new(&(*key).into())
        .decrypt(&Nonce::from(*nonce), Payload { msg: body, aad })
        .map(Zeroizing::new)
        .map_err(|_| VaultError::Tampered)
}
