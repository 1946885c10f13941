//! Use cases about a seller: open the books, rename it, choose conventions,
//! say what is asked of clients.

mod custom_fields;
mod move_test_clock;
mod open;
mod rename;
mod set_affiliate_terms;
mod set_conventions;
mod set_second_factor;
mod set_vat_id;

pub use custom_fields::{DefineCustomField, RetireCustomField};
pub use move_test_clock::MoveTestClock;
pub use open::{OpenTenant, TenantOpened};
pub use rename::RenameTenant;
pub use set_affiliate_terms::SetAffiliateTerms;
pub use set_conventions::SetConventions;
pub use set_second_factor::SetSecondFactor;
pub use set_vat_id::SetVatId;
