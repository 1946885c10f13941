//! The read side: what the log means for whoever looks at it.
//!
//! One file per question. Such a file holds the question, its rows, one `apply` that matches on
//! events, and the reads. Everything else is shared: [`page`] writes pages while following the
//! log, [`rebuild`] folds the whole log into a new generation, [`diff`] proves that both give the
//! same rows, [`reader`] answers under the tenant's own rights.
//!
//! Guarantees: rows and checkpoint change in one transaction; a reader never sees a half-built
//! generation; every answer names the position it was built from. Absent on purpose: writing to
//! the log, and any side effect.

pub mod account_balances;
pub mod accounting_period_list;
pub mod affiliate_list;
pub mod approval_list;
pub mod arrears;
pub mod audit_log;
pub mod billing_run_list;
pub mod client_group_list;
pub mod client_ledger;
pub mod client_list;
pub mod client_note_list;
pub mod closing;
pub mod coupon_list;
pub mod credit_note_list;
pub mod deferred_revenue;
pub mod diff;
pub mod dunning_case_list;
pub mod dunning_strategy_list;
pub mod error;
pub mod event_index;
pub mod fact;
pub mod follow;
pub mod generation;
pub mod gift_card_list;
pub mod invoice_list;
pub mod journal;
pub mod list;
pub mod number_register;
mod oracle;
pub mod order_list;
pub mod oversight;
pub mod page;
pub mod paging;
pub mod payment_list;
pub mod product_list;
pub mod proforma_list;
pub mod projection;
pub mod reader;
pub mod rebuild;
pub mod registry;
pub mod revenue_by_day;
pub mod rights_log;
pub mod row;
pub mod scope;
pub mod status;
pub mod subject_events;
pub mod subscription_list;
pub mod table;
pub mod tax_rate_list;
pub mod unusual;
pub mod webhook_endpoint_list;

pub use error::Error;
pub use fact::Fact;
pub use follow::Followed;
pub use list::Order;
pub use oversight::Oversight;
pub use paging::{Cursor, Page, Wanted};
pub use projection::{Definition, FoldError, Projection, Proof};
pub use reader::{Answer, AsOf, Read, Reads};
pub use registry::{PROJECTIONS, Standing, find, install};
pub use scope::Scope;
