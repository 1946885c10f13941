//! Identities: one type per noun around a UUID.
//!
//! Guarantees that an invoice's id is never taken for a payment's. Events and SQL keep the plain
//! UUID; screens and the API show the text form, a prefix and 26 characters of Crockford's
//! base 32: `inv_01jz…`. Absent on purpose: making new ids, which needs a clock and chance.

use std::fmt;

use thiserror::Error;
use uuid::Uuid;

use crate::kernel::refusal::{Refusal, RefusalKind};

/// The text is no id of the kind asked for; such a thing cannot exist.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("not an id of the form {prefix}_ and 26 characters")]
pub struct IdRefusal {
    prefix: &'static str,
}

impl Refusal for IdRefusal {
    fn code(&self) -> &'static str {
        "id.malformed"
    }

    fn kind(&self) -> RefusalKind {
        RefusalKind::Missing
    }
}

/// Declares an id: `define_id!(InvoiceId, "inv", "an invoice")`.
macro_rules! define_id {
    ($name:ident, $prefix:literal, $noun:literal) => {
        #[doc = concat!("The identity of ", $noun, "; `", $prefix, "_…` as text.")]
        #[derive(
            Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// What the text form begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps a UUID that was made at the edge.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The same id for the same name, for ever (UUID version 5).
            pub fn derive(namespace: Uuid, name: &str) -> Self {
                Self(Uuid::new_v5(&namespace, name.as_bytes()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_text($prefix, self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdRefusal;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                parse_text($prefix, text).map(Self).ok_or(IdRefusal { prefix: $prefix })
            }
        }
    };
}

define_id!(TenantId, "ten", "a seller");
define_id!(ClientId, "cli", "a client");
define_id!(ProductId, "prd", "a product");
define_id!(OrderId, "ord", "an order");
define_id!(InvoiceId, "inv", "an invoice");
define_id!(PaymentId, "pay", "a payment");
define_id!(SubscriptionId, "sub", "a subscription");
define_id!(CreditNoteId, "crn", "a credit note");
define_id!(ProformaId, "prf", "a proforma");
define_id!(CreditBalanceId, "cre", "what a client may spend in a currency");
define_id!(SubjectId, "sbj", "a person whose data is sealed");
define_id!(DunningStrategyId, "dst", "a dunning strategy");
define_id!(DunningCaseId, "dun", "a dunning case");
define_id!(AffiliateId, "aff", "an affiliate");
define_id!(CouponId, "cpn", "a coupon");
define_id!(GiftCardId, "gft", "a gift card");
define_id!(TaxRateId, "tax", "a tax rate");
define_id!(BillingRunId, "brn", "a billing run");
define_id!(AccountingPeriodId, "per", "a seller's accounting periods");
define_id!(RecognitionId, "rec", "a seller's recognition of revenue");
define_id!(ClientGroupId, "grp", "a group of clients");
define_id!(PaymentMethodId, "pmt", "a stored payment method");
define_id!(WebhookEndpointId, "whk", "a webhook endpoint");
define_id!(ApprovalId, "apr", "a deed that needs a second person");
define_id!(EventId, "evt", "an event");
define_id!(StaffId, "stf", "a member of staff");
define_id!(RoleId, "rol", "a role");
define_id!(DepartmentId, "dep", "a department");
define_id!(ApiKeyId, "key", "an API key");
define_id!(SessionId, "ses", "a signed-in session");
define_id!(SignInId, "sgn", "the sign-ins of an address at a seller");
define_id!(GatewayId, "gtw", "an account at a payment provider");
define_id!(DriverId, "drv", "a driver as a seller uses it");
define_id!(EffectId, "eff", "something that is to be done outside");
define_id!(ServiceId, "svc", "a service that is kept on a server");
define_id!(ServerId, "srv", "a server");
define_id!(ServerGroupId, "sgr", "a group of servers");
define_id!(SettlementId, "stl", "a statement of a provider or a bank");
define_id!(RefundId, "rfd", "a refund");

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGIT_COUNT: u32 = 26;
const BITS_PER_DIGIT: u32 = 5;

fn write_text(prefix: &str, uuid: Uuid, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use fmt::Write;
    write!(f, "{prefix}_")?;
    for place in (0..DIGIT_COUNT).rev() {
        let bits = uuid.as_u128() >> place.saturating_mul(BITS_PER_DIGIT) & 31;
        let digit = usize::try_from(bits).ok().and_then(|at| DIGITS.get(at)).ok_or(fmt::Error)?;
        f.write_char(char::from(*digit))?;
    }
    Ok(())
}

fn parse_text(prefix: &str, text: &str) -> Option<Uuid> {
    let digits = text.strip_prefix(prefix)?.strip_prefix('_')?;
    if digits.len() != usize::try_from(DIGIT_COUNT).ok()? {
        return None;
    }
    let mut value = 0_u128;
    for digit in digits.bytes() {
        let bits = u128::try_from(DIGITS.iter().position(|known| *known == digit)?).ok()?;
        // 26 digits hold 130 bits: the first may only use three of its five.
        value = value.checked_mul(32)?.checked_add(bits)?;
    }
    Some(Uuid::from_u128(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_reads_back_for_every_bit_pattern() {
        for bits in [0, 1, u128::MAX, 0x0190_a5b4_c3d2_7e1f_8a9b_0c1d_2e3f_4a5b] {
            let id = InvoiceId::new(Uuid::from_u128(bits));
            assert_eq!(id.to_string().len(), 30);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        let largest = InvoiceId::new(Uuid::max()).to_string();
        assert_eq!(largest, "inv_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }

    #[test]
    fn another_kind_a_wrong_digit_and_an_overflow_are_refused() {
        let client = ClientId::new(Uuid::max()).to_string();
        assert!(client.parse::<InvoiceId>().is_err());
        for digits in ["8zzzzzzzzzzzzzzzzzzzzzzzzz", "7zzzzzzzzzzzzzzzzzzzzzzzzu", "7zzz", ""] {
            assert!(format!("inv_{digits}").parse::<InvoiceId>().is_err(), "{digits}");
        }
    }

    #[test]
    fn events_keep_the_plain_uuid() {
        let id = InvoiceId::derive(Uuid::nil(), "a name");
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{}\"", id.uuid()));
        assert_eq!(id, InvoiceId::derive(Uuid::nil(), "a name"));
    }
}
