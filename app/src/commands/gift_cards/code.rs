//! The code of a gift card: 16 letters and digits that nobody confuses, 80 bits.
//!
//! Guarantees that it is never shown by `Debug`, and that what people mistype for one another (`O`
//! and `0`, `I`, `L` and `1`) is the same.

use std::fmt;

use billfold_domain::gift_card::{GiftCard, GiftCardRefusal};
use billfold_domain::kernel::{BlindIndex, GiftCardId, TenantId};
use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::commands::Door;
use crate::error::{Error, Kind, Refused};
use crate::vault::Vault;

/// Crockford's base 32: without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code.
const LENGTH: usize = 16;

/// A code.
#[derive(Clone, PartialEq, Eq)]
pub struct GiftCardCode(String);

impl GiftCardCode {
    /// Reads what a person typed; spaces, dashes and case do not count.
    ///
    /// # Errors
    /// It is no code. The refusal does not repeat it.
    pub fn parse(typed: &str) -> Result<Self, Refused> {
        let plain = |character: char| match character.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        let typed = typed.chars().filter(|character| !matches!(character, ' ' | '-')).map(plain);
        let code: String = typed.collect();
        if code.len() != LENGTH || !code.bytes().all(|byte| ALPHABET.contains(&byte)) {
            let detail = "a gift card's code has 16 letters and digits";
            let refused = Refused::new("gift_card.code_malformed", Kind::Malformed, detail);
            return Err(refused.at("/code"));
        }
        Ok(Self(code))
    }

    /// The code that bytes which nobody can guess stand for.
    pub(super) fn of_bytes(bytes: &[u8; 32]) -> Self {
        let character = |byte: &u8| char::from(ALPHABET[usize::from(byte & 31)]);
        Self(bytes.iter().take(LENGTH).map(character).collect())
    }

    /// The code as it is printed, in groups of four.
    #[must_use]
    pub fn printed(&self) -> String {
        let groups: Vec<&str> =
            (0..LENGTH).step_by(4).filter_map(|from| self.0.get(from..from + 4)).collect();
        groups.join("-")
    }

    /// The last four characters.
    #[must_use]
    pub fn ending(&self) -> &str {
        self.0.get(LENGTH - 4..).unwrap_or_default()
    }

    /// The keyed hash that stands for the code.
    pub(super) async fn index(
        &self,
        vault: &Vault,
        tenant: TenantId,
        at: DateTime<Utc>,
    ) -> Result<BlindIndex, Error> {
        Ok(vault.gift_card_index(tenant, &self.0, at).await?)
    }
}

impl fmt::Debug for GiftCardCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GiftCardCode")
    }
}

/// Only for the fingerprint of a request, which is a hash.
impl Serialize for GiftCardCode {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.0)
    }
}

/// The card of a code.
///
/// # Errors
/// There is no such card, or the database does not answer.
pub async fn find_by_code(
    door: &Door,
    tenant: TenantId,
    code: &GiftCardCode,
) -> Result<(GiftCardId, GiftCard), Error> {
    let index = code.index(door.vault(), tenant, door.clock().now()).await?;
    let id = GiftCard::id_of(tenant, &index);
    let (card, _) = door.load::<GiftCard>(tenant, id.uuid()).await?;
    match card {
        GiftCard::Absent => Err(Refused::of(&GiftCardRefusal::Absent).into()),
        card => Ok((id, card)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed_and_never_shown() {
        let code = GiftCardCode::parse("olil-2345 6789abcd").unwrap();
        assert_eq!(code.printed(), "0111-2345-6789-ABCD");
        assert_eq!((code.ending(), format!("{code:?}")), ("ABCD", "GiftCardCode".to_owned()));
        for wrong in ["", "0111-2345-6789-ABC", "0111-2345-6789-ABCU", "0111-2345-6789-ABCDE"] {
            let refused = GiftCardCode::parse(wrong).unwrap_err();
            assert_eq!(refused.field(), Some("/code"), "{wrong}");
        }
    }

    #[test]
    fn bytes_make_a_code_that_can_be_read() {
        let code = GiftCardCode::of_bytes(&[255; 32]);
        assert_eq!(GiftCardCode::parse(&code.printed()).unwrap(), code);
        assert_eq!(code.printed(), "ZZZZ-ZZZZ-ZZZZ-ZZZZ");
    }
}
