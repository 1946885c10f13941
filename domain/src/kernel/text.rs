//! Texts: values that travel as one, and the limits of free ones.
//!
//! Guarantees that whatever a person typed is trimmed, not empty, of bounded length and free of
//! characters that deceive its reader before it enters an event. Absent on purpose: escaping,
//! which belongs to whoever prints.

use crate::kernel::refusal::Invalid;

/// Whether a letter makes a text read as something else than it says: control characters, line and
/// paragraph separators, the byte order mark, and those that turn the direction of what follows
/// (Unicode TR 36, 3.1; UAX 9, X1 to X6). The marks that right-to-left names and joined emoji need
/// are none of them.
#[must_use]
pub fn is_deceptive(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Checks a required single-line text of at most `limit` characters.
pub fn check_line(field: &str, text: &str, limit: usize) -> Result<(), Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::one(field, "text.empty", "must not be empty"));
    }
    if text.trim() != text {
        return Err(Invalid::one(field, "text.not_trimmed", "must not begin or end with a blank"));
    }
    if text.chars().count() > limit {
        let detail = format!("must not be longer than {limit} characters");
        return Err(Invalid::one(field, "text.too_long", detail));
    }
    if text.chars().any(is_deceptive) {
        let detail = "must be a single line without control characters or letters that \
                      turn its direction";
        return Err(Invalid::one(field, "text.control_character", detail));
    }
    Ok(())
}

/// Like [`check_line`], for a text that may be missing.
pub fn check_optional_line(field: &str, text: Option<&str>, limit: usize) -> Result<(), Invalid> {
    text.map_or(Ok(()), |text| check_line(field, text, limit))
}

/// Checks a key that machines compare: lower case letters, digits, `_` and `-`, at most 40.
pub fn check_key(field: &str, key: &str) -> Result<(), Invalid> {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if key.is_empty() || key.len() > 40 || !key.chars().all(legal) {
        let detail = "use 1 to 40 lower case letters, digits, '_' and '-'";
        return Err(Invalid::one(field, "key.malformed", detail));
    }
    Ok(())
}

/// What another program said, as one line of at most `limit` characters that may be kept. It is
/// cut and cleaned, and never refused: what happened must not get lost over the words for it.
#[must_use]
pub fn one_line(text: &str, limit: usize) -> String {
    let plain: String = text.chars().map(|c| if is_deceptive(c) { ' ' } else { c }).collect();
    let cut: String = plain.trim().chars().take(limit).collect();
    match cut.trim_end() {
        "" => "no reason was given".to_owned(),
        line => line.to_owned(),
    }
}

/// Serde through `Display` and `FromStr`, for types whose stored form is their text.
macro_rules! serde_as_text {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_str($crate::kernel::text::Parsed(std::marker::PhantomData))
            }
        }
    };
}
pub(crate) use serde_as_text;

/// The serde visitor behind [`serde_as_text!`]: parses a string without keeping a copy.
pub(crate) struct Parsed<T>(pub(crate) std::marker::PhantomData<T>);

impl<T> serde::de::Visitor<'_> for Parsed<T>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text in its stored form")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Refusal;

    #[test]
    fn a_line_is_trimmed_bounded_and_of_one_line() {
        let code = |text: &str| check_line("name", text, 5).err().map(|invalid| invalid.code());
        assert_eq!(code("äöüß!"), None, "characters are counted, not bytes");
        assert_eq!(code(""), Some("text.empty"));
        assert_eq!(code("\t "), Some("text.empty"));
        assert_eq!(code(" a"), Some("text.not_trimmed"));
        assert_eq!(code("a\n"), Some("text.not_trimmed"));
        assert_eq!(code("abcdef"), Some("text.too_long"));
        assert_eq!(code("a\nb"), Some("text.control_character"));
        assert_eq!(code("a\u{202e}b"), Some("text.control_character"), "a turned direction");
        assert_eq!(code("\u{200f}א\u{200d}"), None, "marks that names need");
        assert_eq!(check_optional_line("name", None, 5), Ok(()));
        assert!(check_optional_line("name", Some(""), 5).is_err());
    }

    #[test]
    fn what_another_program_said_is_kept_as_a_line() {
        assert_eq!(one_line(" a\r\nb\u{202e}c ", 500), "a  b c");
        assert_eq!(one_line(&"ä ".repeat(400), 500), "ä ".repeat(250).trim_end());
        assert_eq!(one_line("\t", 500), "no reason was given");
        assert_eq!(check_line("reason", &one_line("a \u{feff} b", 3), 3), Ok(()));
    }

    #[test]
    fn a_key_is_for_machines() {
        for right in ["a", "manual_bank", "vps-2", &"x".repeat(40)] {
            assert_eq!(check_key("key", right), Ok(()), "{right}");
        }
        for wrong in ["", "A", "a b", "ä", &"x".repeat(41)] {
            assert!(check_key("key", wrong).is_err(), "{wrong}");
        }
    }
}
