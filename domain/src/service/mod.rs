//! A service: something that was sold and is kept on a server while it is paid for.
//!
//! | state   | becomes | when                                                             |
//! | ------- | ------- | ---------------------------------------------------------------- |
//! | absent  | ordered | a client ordered it                                              |
//! | ordered | live    | a server is asked to make it, or an account there is taken over  |
//! | ordered | ended   | it is given up                                                   |
//! | live    | ended   | its account is deleted, or nobody could make it and it is given up |
//!
//! While it is live, what is **wanted** of its account and what the account **actually** is are two
//! things. Wanted is that it runs, that it stands still while there is any hold, or that it is gone
//! once it was terminated. Actual is what the server said last. Whenever one of them changes and
//! they differ, the event that asks the server follows by itself; an answer that comes late or
//! twice changes nothing but what is known. What a hold was placed for is lifted by the same cause
//! and by nothing else: a payment does not end a suspension for abuse.
//!
//! Guarantees one account for one service: an attempt to make it begins after the one before has
//! an outcome, and from the moment the account has a name its server is fixed (SVC-18). Nothing
//! happens after the end. Scope ids SVC-01 to SVC-11, SVC-18 to SVC-20, SRV-15.
//!
//! Beside the aggregate lie the pure rules of how long a hosted service may run on what was paid
//! for it, which no account is asked about:
//!
//! | question                               | answered by               |
//! | -------------------------------------- | ------------------------- |
//! | what becomes of a service on a day     | [`HostedService::on_day`] |
//! | what a payment makes of its end        | [`renew`]                 |
//! | how long a seller waits                | [`ServiceLimits`]         |
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
//! They give one answer for every service and day that depends on nothing else: asking again on
//! the same day gives the same answer. A limit is passed when more days than stated have gone by,
//! so a service two days late under a limit of two still runs. Case families `service.lifecycle`
//! and `service.renewal`; scope ids SVC-03, SVC-05, SVC-07 to SVC-09, SUB-19.
//!
//! Absent on purpose: calls to servers, which follow from the events that end in `requested`;
//! slots, which the server counts; invoices as documents; and dunning, which may hold a termination
//! back while a payment is on its way.

mod calls;
mod command;
mod decide;
mod delivery;
mod error;
mod event;
mod lifecycle;
mod provisioning;
mod renewal;
mod renewal_error;
mod spec;
mod state;
mod status;
#[cfg(test)]
mod tests;

pub use command::{ProvisionedAccount, RequestProvisioning, ServiceCommand};
pub use delivery::{
    Actual, Call, DeliveryStatus, Drift, EndCause, Failure, HoldCause, Operation, Wanted,
};
pub use error::ServiceRefusal;
pub use event::{OrderedService, ServiceEvent};
pub use lifecycle::{HostedService, RenewalInvoice, ServiceDay, ServiceLimits};
pub use renewal::{Renewed, renew};
pub use renewal_error::RenewalRefusal;
pub(crate) use spec::package_weight;
pub use spec::{ServiceSpec, check_package};
pub use state::{LiveService, Service};
pub use status::ServiceStatus;
