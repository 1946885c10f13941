//! Use cases about a seller: open the books, rename it, choose conventions.

mod open;
mod rename;
mod set_affiliate_terms;
mod set_conventions;

pub use open::{OpenTenant, TenantOpened};
pub use rename::RenameTenant;
pub use set_affiliate_terms::SetAffiliateTerms;
pub use set_conventions::SetConventions;
