//! A hosted service: how long it may run on what was paid for it.
//!
//! | question                                    | answered by              |
//! | ------------------------------------------- | ------------------------ |
//! | what becomes of a service on a day          | [`HostedService::on_day`] |
//! | what a payment makes of its end             | [`renew`]                |
//! | how long a seller waits                     | [`ServiceLimits`]        |
//!
//! | status     | becomes                 | when                                             |
//! | ---------- | ----------------------- | ------------------------------------------------ |
//! | pending    | active                  | it is paid, by credit or because it costs nothing |
//! | pending    | cancelled               | the order was not paid in time                   |
//! | active     | suspended, terminated   | its end is longer ago than the limit says        |
//! | suspended  | terminated              | its end is longer ago than the limit says        |
//! | suspended  | active                  | it is paid                                       |
//! | terminated, cancelled | –            | an end is an end                                 |
//!
//! Guarantees one answer for every service and day that depends on nothing else: asking again on
//! the same day gives the same answer. A limit is passed when more days than stated have gone by,
//! so a service two days late under a limit of two still runs. Case families `service.lifecycle`
//! and `service.renewal`; scope ids SVC-03, SVC-05, SVC-07 to SVC-09, SVC-19, SUB-19.
//!
//! Absent on purpose: provisioning and its own two statuses (provisioning, provision_failed),
//! which talk to panels; invoices as documents; and dunning, which may hold a termination back
//! while a payment is on its way.

mod error;
mod lifecycle;
mod renewal;
mod status;
#[cfg(test)]
mod tests;

pub use error::ServiceRefusal;
pub use lifecycle::{HostedService, RenewalInvoice, ServiceDay, ServiceLimits};
pub use renewal::{Renewed, renew};
pub use status::ServiceStatus;
