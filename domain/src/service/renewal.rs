//! What a payment makes of a service's end.
//!
//! Guarantees that paying late gains nothing while the service runs, and that nobody pays for
//! days without it: a first term, and the term after a suspension, begin with the payment. Paid
//! days are never lost. Case family `service.renewal`.

use chrono::NaiveDate;

use crate::kernel::is_in_calendar;
use crate::service::{RenewalRefusal, ServiceStatus};
use crate::subscription::{Anchor, Interval};

/// A service after a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewed {
    /// It runs.
    pub status: ServiceStatus,
    /// The day it is paid up to, which is no longer paid; none for what is paid once and for all.
    pub expires_on: Option<NaiveDate>,
}

/// Renews a service by one interval. Refuses one that has ended.
pub fn renew(
    status: ServiceStatus,
    interval: Option<Interval>,
    expires_on: Option<NaiveDate>,
    paid_on: NaiveDate,
) -> Result<Renewed, RenewalRefusal> {
    let from = term_start(status, expires_on, paid_on)?;
    let end = interval.map(|interval| later(from, interval, 1)).transpose()?;
    Ok(Renewed { status: ServiceStatus::Active, expires_on: end })
}

/// The day from which the next term is counted.
pub(super) fn term_start(
    status: ServiceStatus,
    expires_on: Option<NaiveDate>,
    paid_on: NaiveDate,
) -> Result<NaiveDate, RenewalRefusal> {
    match status {
        ServiceStatus::Pending => Ok(paid_on),
        ServiceStatus::Active => Ok(expires_on.unwrap_or(paid_on)),
        ServiceStatus::Suspended => Ok(expires_on.unwrap_or(paid_on).max(paid_on)),
        ServiceStatus::Terminated | ServiceStatus::Cancelled => {
            Err(RenewalRefusal::Ended { status })
        }
    }
}

/// The day so many intervals after another, counted from it at once: 31 January and two months
/// are 31 March.
pub(super) fn later(
    from: NaiveDate,
    interval: Interval,
    times: u64,
) -> Result<NaiveDate, RenewalRefusal> {
    let boundaries = Anchor::Anniversary { date: None }.boundaries(from, interval);
    i64::try_from(times)
        .ok()
        .and_then(|times| boundaries.boundary(times))
        .filter(|day| is_in_calendar(*day))
        .ok_or(RenewalRefusal::PastCalendar)
}
