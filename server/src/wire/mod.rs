//! Puts the parts together: the only code that knows every crate.
//!
//! Guarantee: what is started here ends here, in the opposite order; a part that cannot start stops
//! the start with one line. Absent on purpose: rules, SQL, HTML.

mod background;
mod catch_up;
mod checkpoints;
mod due_accounts;
mod foundation;
mod identity;
mod left_behind;
mod listed_approvals;
mod listed_arrears;
mod listed_cards;
mod listed_deferrals;
mod mail;
mod node;
mod open_invoices;
mod operations;
mod routes;
mod schedules;
mod webhooks;

pub use background::Background;
pub(crate) use background::stopped;
pub use due_accounts::ListedAccounts;
pub use foundation::Foundation;
pub(crate) use mail::mailer;
pub use node::Node;
pub use operations::NodeOperations;
pub use routes::routes;
pub(crate) use routes::unframed;
