//! The words every aggregate is written in: money, rates, days, identities, refusals.
//!
//! Guarantees that a value of these types keeps its own rules from the moment it exists.
//! Absent on purpose: anything one aggregate alone needs.

pub mod actor;
pub mod aggregate;
pub mod calendar;
pub mod colour;
pub mod country;
pub mod currency;
pub mod deed;
pub mod id;
pub mod image;
pub mod issued;
pub mod money;
pub mod number;
pub mod origin;
pub mod pii;
pub mod rate;
pub mod refusal;
mod rounding;
pub mod secrets;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod text;
pub mod unrounded;
pub mod zone;

pub use actor::Actor;
pub use aggregate::{Aggregate, Claim, EventBody};
pub use calendar::{Cycle, Period, add_months_clamped, is_in_calendar};
pub use colour::Colour;
pub use country::Country;
pub use currency::Currency;
pub use deed::{Deed, DeedKind};
pub use id::{
    AccountingPeriodId, AffiliateId, ApiKeyId, ApprovalId, BillingRunId, ClientGroupId, ClientId,
    CouponId, CreditBalanceId, CreditNoteId, DepartmentId, DriverId, DunningCaseId,
    DunningStrategyId, EffectId, EventId, GatewayId, GiftCardId, InvoiceId, OrderId, PaymentId,
    PaymentMethodId, ProductId, ProformaId, RecognitionId, RefundId, RoleId, ServerGroupId,
    ServerId, ServiceId, SessionId, SettlementId, SignInId, StaffId, SubjectId, SubscriptionId,
    TaxRateId, TenantId, WebhookEndpointId,
};
pub use image::ImageHash;
pub use issued::Issued;
pub use money::{Money, MoneyRefusal, part, round};
pub use number::{DocumentKind, DocumentNumber, NumberFormat, NumberRefusal, NumberScheme, Series};
pub use origin::Origin;
pub use pii::{BlindIndex, KeyClass, Pii};
pub use rate::{ExchangeRate, Percent, Quantity, UnitPrice};
pub use refusal::{Invalid, Problem, Refusal, RefusalKind};
pub use rounding::Rounding;
pub(crate) use rounding::{divide, power_of_ten};
pub use secrets::SecretsRef;
pub use unrounded::Unrounded;
pub use zone::Zone;
