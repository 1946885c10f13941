//! Use cases about a seller: open the books, rename it, choose how
//! documents are numbered and when they are due, choose conventions, say what is asked of
//! clients, how its pages look and where they are found; suspend, resume and close it.

mod close;
mod create;
mod custom_fields;
mod host_names;
mod move_test_clock;
mod open;
mod operator;
mod rename;
mod resume;
mod set_affiliate_terms;
mod set_approval_limits;
mod set_brand;
mod set_client_registration;
mod set_conventions;
mod set_document_numbers;
mod set_letterhead;
mod set_logo;
mod set_payment_term;
mod set_schedule;
mod set_second_factor;
mod set_vat_id;
mod suspend;

pub use close::CloseTenant;
pub use create::{CreateTenant, TenantCreated};
pub use custom_fields::{DefineCustomField, RetireCustomField};
pub use host_names::{ReleaseHostName, TakeHostName};
pub use move_test_clock::MoveTestClock;
pub use open::{OpenTenant, TenantOpened};
pub use operator::{AppointOperator, DismissOperator};
pub use rename::RenameTenant;
pub use resume::ResumeTenant;
pub use set_affiliate_terms::SetAffiliateTerms;
pub use set_approval_limits::SetApprovalLimits;
pub use set_brand::SetBrand;
pub use set_client_registration::SetClientRegistration;
pub use set_conventions::SetConventions;
pub use set_document_numbers::SetDocumentNumbers;
pub use set_letterhead::SetLetterhead;
pub use set_logo::SetLogo;
pub use set_payment_term::SetPaymentTerm;
pub use set_schedule::SetSchedule;
pub use set_second_factor::SetSecondFactor;
pub use set_vat_id::SetVatId;
pub use suspend::SuspendTenant;
