//! Hashes and signatures as lower-case hexadecimal text, for files and JSON that people read.

/// The bytes as lower-case hexadecimal digits.
pub fn encode(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Exactly `N` bytes from `2 * N` hexadecimal digits; nothing for any other text.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Vec<u8> = text
        .chars()
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = match digits.as_chunks::<2>() {
        (pairs, []) => pairs.iter().map(|[high, low]| high << 4 | low).collect(),
        _ => return None,
    };
    bytes.try_into().ok()
}

/// For `#[serde(with = "hex::array")]` on `[u8; N]`.
pub mod array {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes the bytes as text.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<const N: usize, S: Serializer>(
        bytes: &[u8; N],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::encode(bytes))
    }

    /// Reads the bytes from text.
    ///
    /// # Errors
    /// Anything but `2 * N` hexadecimal digits.
    pub fn deserialize<'de, const N: usize, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        let text = String::deserialize(deserializer)?;
        super::decode(&text)
            .ok_or_else(|| D::Error::custom(format!("expected {} hexadecimal digits", 2 * N)))
    }
}

/// For `#[serde(with = "hex::hashes")]` on `Vec<Hash>`.
pub mod hashes {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::canonical::Hash;

    /// Writes a list of texts.
    ///
    /// # Errors
    /// The serializer's.
    pub fn serialize<S: Serializer>(hashes: &[Hash], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(hashes.iter().map(|hash| super::encode(hash)))
    }

    /// Reads a list of texts.
    ///
    /// # Errors
    /// A text that is not 64 hexadecimal digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Hash>, D::Error> {
        Vec::<String>::deserialize(deserializer)?
            .iter()
            .map(|text| super::decode(text))
            .collect::<Option<_>>()
            .ok_or_else(|| D::Error::custom("expected hashes of 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_the_text_and_other_texts_are_refused() {
        let bytes = [0, 1, 15, 16, 127, 255];
        assert_eq!(encode(&bytes), "00010f107fff");
        assert_eq!(decode::<6>("00010F107fff"), Some(bytes));
        for bad in ["", "0", "00010f107ff", "00010f107fff00", "00010f107ffg", "é0010f107fff"] {
            assert_eq!(decode::<6>(bad), None, "{bad:?}");
        }
    }
}
