//! Tokens and secrets: random bytes that name their tenant, shown once, compared by hash.
//!
//! The tenant stands in the token so that row-level security can be set before anything is looked
//! up; it is no secret.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use billfold_domain::kernel::{ApiKeyId, TenantId};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

/// What an API key begins with, so that scanners for leaked secrets know it.
const API_KEY_PREFIX: &str = "bfk_";
/// What a token begins with that renews the access of a program.
const REFRESH_PREFIX: &str = "bfr_";
/// What a code begins with that sets a new password.
const RESET_PREFIX: &str = "bfp_";
/// What a code begins with that proves a mail address.
const ADDRESS_PREFIX: &str = "bfe_";

/// A text that lets its holder in. Not printed by `Debug`; wiped when dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes a text that somebody typed, such as a password.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text, to be handed to its owner once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// A new session token, and what is stored of it.
pub(super) fn new_session(tenant: TenantId) -> (Secret, [u8; 32]) {
    let mut bytes = [0_u8; 48];
    rand::fill(&mut bytes[16..]);
    bytes[..16].copy_from_slice(tenant.uuid().as_bytes());
    (Secret::new(URL_SAFE_NO_PAD.encode(bytes)), hash(&bytes))
}

/// The tenant and the stored hash of a presented session token.
pub(super) fn read_session(text: &str) -> Option<(TenantId, [u8; 32])> {
    let bytes = <[u8; 48]>::try_from(decode(text)?).ok()?;
    let tenant = Uuid::from_slice(&bytes[..16]).ok()?;
    Some((TenantId::new(tenant), hash(&bytes)))
}

/// A new code that sets a new password, and what is stored of it.
pub(super) fn new_reset_code(tenant: TenantId) -> (Secret, [u8; 32]) {
    let (token, hash) = new_session(tenant);
    (Secret::new(format!("{RESET_PREFIX}{}", token.reveal())), hash)
}

/// The tenant and the stored hash of a presented code that sets a new password.
pub(super) fn read_reset_code(text: &str) -> Option<(TenantId, [u8; 32])> {
    read_session(text.trim().strip_prefix(RESET_PREFIX)?)
}

/// A new code that proves a mail address, and what is stored of it.
pub(super) fn new_address_code(tenant: TenantId) -> (Secret, [u8; 32]) {
    let (token, hash) = new_session(tenant);
    (Secret::new(format!("{ADDRESS_PREFIX}{}", token.reveal())), hash)
}

/// The tenant and the stored hash of a presented code that proves a mail address.
pub(super) fn read_address_code(text: &str) -> Option<(TenantId, [u8; 32])> {
    read_session(text.trim().strip_prefix(ADDRESS_PREFIX)?)
}

/// A new token that renews access, and what is stored of it.
pub(super) fn new_refresh(tenant: TenantId) -> (Secret, [u8; 32]) {
    let (token, hash) = new_session(tenant);
    (Secret::new(format!("{REFRESH_PREFIX}{}", token.reveal())), hash)
}

/// The tenant and the stored hash of a presented token that renews access.
pub(super) fn read_refresh(text: &str) -> Option<(TenantId, [u8; 32])> {
    read_session(text.strip_prefix(REFRESH_PREFIX)?)
}

/// Whether a text claims to be an API key.
#[must_use]
pub fn is_api_key(text: &Secret) -> bool {
    text.reveal().starts_with(API_KEY_PREFIX)
}

/// A new API key, and what is stored of it.
pub(super) fn new_api_key(tenant: TenantId, id: ApiKeyId) -> (Secret, [u8; 32]) {
    let mut bytes = [0_u8; 64];
    bytes[..16].copy_from_slice(tenant.uuid().as_bytes());
    bytes[16..32].copy_from_slice(id.uuid().as_bytes());
    rand::fill(&mut bytes[32..]);
    (Secret::new(format!("{API_KEY_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))), hash(&bytes))
}

/// The tenant, the id and the stored hash of a presented API key.
pub(super) fn read_api_key(text: &str) -> Option<(TenantId, ApiKeyId, [u8; 32])> {
    let bytes = <[u8; 64]>::try_from(decode(text.strip_prefix(API_KEY_PREFIX)?)?).ok()?;
    let tenant = Uuid::from_slice(&bytes[..16]).ok()?;
    let id = Uuid::from_slice(&bytes[16..32]).ok()?;
    Some((TenantId::new(tenant), ApiKeyId::new(id), hash(&bytes)))
}

fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > 128 {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_name_their_tenant_and_hash_alike() {
        let tenant = TenantId::new(Uuid::from_u128(5));
        let id = ApiKeyId::new(Uuid::from_u128(6));
        let (token, stored) = new_session(tenant);
        assert_eq!(read_session(token.reveal()), Some((tenant, stored)));
        let (key, stored) = new_api_key(tenant, id);
        assert_eq!(read_api_key(key.reveal()), Some((tenant, id, stored)));
        for text in ["", "bfk_", "bfk_AAAA", "not base 64 !", &"A".repeat(500)] {
            assert_eq!(read_session(text), None);
            assert_eq!(read_api_key(text), None);
        }
        assert_eq!(format!("{key:?}"), "Secret(redacted)");
    }
}
