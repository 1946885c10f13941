//! Which picture something shows.

use std::fmt;
use std::str::FromStr;

use crate::kernel::text::serde_as_text;

/// The SHA-256 of a picture as it is stored, which finds it again; its text is 64 hexadecimal
/// digits in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageHash([u8; 32]);

impl ImageHash {
    /// The hash of these bytes.
    pub const fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The text is no hash of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnImageHash;

impl fmt::Display for NotAnImageHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the hash of a picture has 64 hexadecimal digits in lower case")
    }
}

impl std::error::Error for NotAnImageHash {}

impl FromStr for ImageHash {
    type Err = NotAnImageHash;

    fn from_str(text: &str) -> Result<Self, NotAnImageHash> {
        let legal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 64 || !text.bytes().all(legal) {
            return Err(NotAnImageHash);
        }
        let mut hash = [0_u8; 32];
        for (at, byte) in hash.iter_mut().enumerate() {
            let pair = text.get(at * 2..at * 2 + 2).ok_or(NotAnImageHash)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotAnImageHash)?;
        }
        Ok(Self(hash))
    }
}

impl fmt::Display for ImageHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

serde_as_text!(ImageHash);
