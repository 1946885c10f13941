//! What becomes of a service on a day: renewed, billed, suspended, terminated, cancelled.
//!
//! Guarantees that money comes first: what costs nothing and what the client's credit covers is
//! renewed before anybody asks how late it is, and limits are held against the new end. Case
//! family `service.lifecycle`. Absent on purpose: yesterday; an invoice that a run of an earlier
//! day opened is the one that is open today.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{Money, MoneyRefusal};
use crate::service::renewal::{later, term_start};
use crate::service::{RenewalRefusal, ServiceStatus};
use crate::subscription::{Anchor, Interval};

/// How long a seller waits, in days. What is not set never happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceLimits {
    /// A renewal is billed once so many days are left, or fewer.
    pub invoice_days_before: u32,
    /// A service is suspended once its end is more days ago.
    pub suspend_after_days: Option<u32>,
    /// A service is terminated once its end is more days ago.
    pub terminate_after_days: Option<u32>,
    /// An order is cancelled once it has waited more days for its payment.
    pub cancel_unpaid_order_after_days: Option<u32>,
}

/// A hosted service, as far as its days and its price go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostedService {
    /// Whether it runs.
    pub status: ServiceStatus,
    /// The day it was ordered.
    pub ordered_on: Option<NaiveDate>,
    /// The day it is paid up to; none while it is pending and for what is paid once and for all.
    pub expires_on: Option<NaiveDate>,
    /// What one interval costs.
    pub price: Money,
    /// How long one payment lasts; none for what is paid once and for all.
    pub interval: Option<Interval>,
}

/// The invoice for the next term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenewalInvoice {
    /// It waits to be paid.
    Open,
    /// Credit paid it at once.
    Paid,
    /// Nobody will ever pay it.
    Cancelled,
}

impl RenewalInvoice {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A service at the end of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceDay {
    /// Whether it runs.
    pub status: ServiceStatus,
    /// The invoice for the next term; none if none is due, and none for a term without a price.
    pub invoice: Option<RenewalInvoice>,
    /// The day it is paid up to.
    pub expires_on: Option<NaiveDate>,
    /// How much of the client's credit was used.
    pub credit_used: Money,
}

impl HostedService {
    /// What becomes of the service on a day, given the client's credit.
    pub fn on_day(
        &self,
        limits: &ServiceLimits,
        on: NaiveDate,
        credit: Money,
    ) -> Result<ServiceDay, RenewalRefusal> {
        match (self.status, self.expires_on, self.interval) {
            (ServiceStatus::Pending, ..) => self.pending(limits, on, credit),
            (ServiceStatus::Active | ServiceStatus::Suspended, Some(end), Some(interval))
                if days_between(on, end) <= i64::from(limits.invoice_days_before) =>
            {
                self.due(limits, on, credit, Term { end, interval })
            }
            _ => Ok(self.stays(None)),
        }
    }

    /// An order that waits for its first payment.
    fn pending(
        &self,
        limits: &ServiceLimits,
        on: NaiveDate,
        credit: Money,
    ) -> Result<ServiceDay, RenewalRefusal> {
        if self.affordable(credit, 1) == 1 {
            let start = term_start(self.status, self.expires_on, on)?;
            let end = self.interval.map(|interval| later(start, interval, 1)).transpose()?;
            return self.paid(ServiceStatus::Active, end, 1);
        }
        let waited = self.ordered_on.map_or(0, |ordered| days_between(ordered, on));
        if is_passed(limits.cancel_unpaid_order_after_days, waited) {
            let status = ServiceStatus::Cancelled;
            return Ok(ServiceDay { status, ..self.stays(Some(RenewalInvoice::Cancelled)) });
        }
        Ok(self.stays(Some(RenewalInvoice::Open)))
    }

    /// A service whose next term is to be paid.
    fn due(
        &self,
        limits: &ServiceLimits,
        on: NaiveDate,
        credit: Money,
        term: Term,
    ) -> Result<ServiceDay, RenewalRefusal> {
        // What is free was not suspended for want of money, and is not resumed for having it.
        let from =
            if self.is_free() { term.end } else { term_start(self.status, Some(term.end), on)? };
        let wanted = terms_to_cover(from, term.interval, on);
        let terms = self.affordable(credit, wanted);
        let end = if terms == 0 { term.end } else { later(from, term.interval, terms)? };
        let status = if terms == 0 || self.is_free() { self.status } else { ServiceStatus::Active };
        if terms == wanted {
            return self.paid(status, Some(end), terms);
        }
        let late = days_between(end, on);
        let (status, invoice) = if is_passed(limits.terminate_after_days, late) {
            (ServiceStatus::Terminated, RenewalInvoice::Cancelled)
        } else if is_passed(limits.suspend_after_days, late) {
            (ServiceStatus::Suspended, RenewalInvoice::Open)
        } else {
            (status, RenewalInvoice::Open)
        };
        Ok(ServiceDay { invoice: Some(invoice), ..self.paid(status, Some(end), terms)? })
    }

    /// So many terms were paid by credit, or cost nothing.
    fn paid(
        &self,
        status: ServiceStatus,
        expires_on: Option<NaiveDate>,
        terms: u64,
    ) -> Result<ServiceDay, RenewalRefusal> {
        let minor = if self.is_free() { 0 } else { self.price.minor() };
        let used = i64::try_from(terms).ok().and_then(|terms| minor.checked_mul(terms));
        let used = used.ok_or(MoneyRefusal::OutOfRange)?;
        let credit_used = Money::try_new(used, self.price.currency())?;
        let invoice = (!self.is_free()).then_some(RenewalInvoice::Paid);
        Ok(ServiceDay { status, invoice, expires_on, credit_used })
    }

    fn stays(&self, invoice: Option<RenewalInvoice>) -> ServiceDay {
        let credit_used = Money::zero(self.price.currency());
        ServiceDay { status: self.status, invoice, expires_on: self.expires_on, credit_used }
    }

    fn is_free(&self) -> bool {
        !self.price.is_positive()
    }

    /// How many terms a credit pays, up to those wanted. Only credit of the price's currency
    /// counts; what is free needs none.
    fn affordable(&self, credit: Money, wanted: u64) -> u64 {
        if self.is_free() {
            return wanted;
        }
        if credit.currency() != self.price.currency() || !credit.is_positive() {
            return 0;
        }
        let terms = credit.minor().checked_div(self.price.minor()).unwrap_or_default();
        terms.unsigned_abs().min(wanted)
    }
}

/// A term that is to be renewed.
#[derive(Clone, Copy)]
struct Term {
    end: NaiveDate,
    interval: Interval,
}

/// How many intervals it takes from a day until another is covered, at least one.
fn terms_to_cover(from: NaiveDate, interval: Interval, on: NaiveDate) -> u64 {
    let boundaries = Anchor::Anniversary { date: None }.boundaries(from, interval);
    boundaries.number_at(on).saturating_add(1).max(1).unsigned_abs()
}

/// Days from one day to another; negative if the other lies before it.
fn days_between(from: NaiveDate, to: NaiveDate) -> i64 {
    to.signed_duration_since(from).num_days()
}

fn is_passed(limit: Option<u32>, days: i64) -> bool {
    limit.is_some_and(|limit| days > i64::from(limit))
}
