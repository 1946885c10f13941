//! One subject's data key: 32 random bytes, wiped from memory when dropped, never printed.

use zeroize::Zeroizing;

use super::kek::KEY_BYTES;

/// A data key in the clear; lives in memory only.
pub(super) struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

impl DataKey {
    pub(super) fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(super) fn generate() -> Self {
        let mut bytes = Zeroizing::new([0_u8; KEY_BYTES]);
        rand::fill(bytes.as_mut_slice());
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(redacted)")
    }
}
