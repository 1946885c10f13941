//! Ageing: how late is what is owed.
//!
//! Guarantees that each open amount falls into one bucket by the days since its due date, that
//! what is due on the day itself or later is current, that what is paid is left out, and that the
//! buckets sum to the total. Case family `ar.aging`; RPT-12. Absent on purpose: more than one
//! currency in a sum; a client with two has two of these.

use std::fmt;

use chrono::NaiveDate;

use crate::kernel::{Currency, Invalid, Money, MoneyRefusal};

/// The last day of each bucket, such as 30, 60 and 90; what is later falls into one more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgingBounds(Vec<u32>);

impl AgingBounds {
    /// Refuses bounds that do not rise from one day on.
    pub fn try_new(bounds: Vec<u32>) -> Result<Self, Invalid> {
        if bounds.first() == Some(&0) || !bounds.is_sorted_by(|a, b| a < b) {
            let detail = "must be days that rise, from 1 on";
            return Err(Invalid::one("bounds", "aging.bounds", detail));
        }
        Ok(Self(bounds))
    }

    /// Every bucket, what is current first.
    pub fn buckets(&self) -> Vec<Bucket> {
        let mut buckets = vec![Bucket::Current];
        let mut first = 1;
        for last in &self.0 {
            buckets.push(Bucket::Days { first, last: *last });
            first = last.saturating_add(1);
        }
        buckets.push(Bucket::Over { first });
        buckets
    }

    /// The bucket of so many days.
    fn bucket(&self, days: u32) -> Bucket {
        if days == 0 {
            return Bucket::Current;
        }
        let mut first = 1;
        for last in &self.0 {
            if days <= *last {
                return Bucket::Days { first, last: *last };
            }
            first = last.saturating_add(1);
        }
        Bucket::Over { first }
    }
}

impl Default for AgingBounds {
    /// 30, 60 and 90 days.
    fn default() -> Self {
        Self(vec![30, 60, 90])
    }
}

/// A span of days after the due date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// Not late.
    Current,
    /// Late by so many days; both are in.
    Days {
        /// The fewest.
        first: u32,
        /// The most.
        last: u32,
    },
    /// Later than that.
    Over {
        /// The fewest.
        first: u32,
    },
}

impl fmt::Display for Bucket {
    /// `current`, `31-60`, `91+`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current => f.write_str("current"),
            Self::Days { first, last } => write!(f, "{first}-{last}"),
            Self::Over { first } => write!(f, "{first}+"),
        }
    }
}

/// An invoice and what came in on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenInvoice<K> {
    /// Which one.
    pub key: K,
    /// Its last day to be paid in time.
    pub due: NaiveDate,
    /// What it asks for.
    pub amount: Money,
    /// What was set against it.
    pub paid: Money,
}

/// What is owed, by how late it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aging<K> {
    /// The open invoices in the order given.
    pub invoices: Vec<Aged<K>>,
    /// The sum of each bucket, what is current first; empty ones too.
    pub buckets: Vec<(Bucket, Money)>,
    /// The sum of all.
    pub total: Money,
}

/// An open invoice and how late it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aged<K> {
    /// Which one.
    pub key: K,
    /// What is still owed.
    pub open: Money,
    /// Whole days since its due date; none if that has not passed.
    pub days: u32,
    /// The bucket of these days.
    pub bucket: Bucket,
}

impl<K: Clone> Aging<K> {
    /// What is owed in a currency, as of the end of a day.
    pub fn as_of(
        day: NaiveDate,
        currency: Currency,
        bounds: &AgingBounds,
        invoices: &[OpenInvoice<K>],
    ) -> Result<Self, MoneyRefusal> {
        let mut aged = Vec::new();
        for invoice in invoices {
            let open = invoice.amount.checked_sub(invoice.paid)?;
            // What was paid beyond an invoice is the client's credit and no receivable.
            if open.is_zero() || open.is_negative() != invoice.amount.is_negative() {
                continue;
            }
            let days = day.signed_duration_since(invoice.due).num_days();
            let days = u32::try_from(days).unwrap_or(0);
            aged.push(Aged { key: invoice.key.clone(), open, days, bucket: bounds.bucket(days) });
        }
        let sum = |bucket: Bucket| {
            let inside = aged.iter().filter(|invoice| invoice.bucket == bucket);
            Money::sum(currency, inside.map(|invoice| invoice.open)).map(|sum| (bucket, sum))
        };
        let buckets = bounds.buckets().into_iter().map(sum).collect::<Result<Vec<_>, _>>()?;
        let total = Money::sum(currency, buckets.iter().map(|(_, sum)| *sum))?;
        Ok(Self { invoices: aged, buckets, total })
    }
}
