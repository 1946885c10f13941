//! The word that screens and the API show for an invoice on a day.
//!
//! Guarantees that the word follows from events and a date alone. Absent on purpose: storing it;
//! an invoice becomes overdue by the passing of a day, which is no event.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::invoice::{Document, Invoice};
use crate::kernel::Money;

/// How an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Being written.
    Draft,
    /// Issued, nothing paid, not late.
    Open,
    /// Issued, something paid, not late.
    PartiallyPaid,
    /// Nothing is owed.
    Paid,
    /// Something is owed and the due date has passed.
    Overdue,
    /// Taken back by a credit note.
    Void,
    /// Paid, and the money was sent back. Refunds are events of payments, so that an invoice
    /// alone never says this; whoever sees both does.
    Refunded,
    /// Given up.
    Uncollectible,
}

impl InvoiceStatus {
    /// Every status, in the order screens list them.
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::Open,
        Self::PartiallyPaid,
        Self::Paid,
        Self::Overdue,
        Self::Void,
        Self::Refunded,
        Self::Uncollectible,
    ];

    /// The status of an invoice that was issued and neither voided nor written off. The due
    /// date itself is not late.
    pub fn of_issued(
        total: Money,
        balance_due: Money,
        due_date: NaiveDate,
        today: NaiveDate,
    ) -> Self {
        if balance_due.is_zero() {
            Self::Paid
        } else if due_date < today {
            Self::Overdue
        } else if balance_due == total {
            Self::Open
        } else {
            Self::PartiallyPaid
        }
    }

    /// The stored word, such as `partially_paid`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::PartiallyPaid => "partially_paid",
            Self::Paid => "paid",
            Self::Overdue => "overdue",
            Self::Void => "void",
            Self::Refunded => "refunded",
            Self::Uncollectible => "uncollectible",
        }
    }
}

impl fmt::Display for InvoiceStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Invoice {
    /// How the invoice stands on a day; nothing for one that does not exist (any more).
    pub fn status(&self, today: NaiveDate) -> Option<InvoiceStatus> {
        match self {
            Self::Absent | Self::Discarded => None,
            Self::Draft(_) => Some(InvoiceStatus::Draft),
            Self::Open(document) => Some(document.status(today)),
            Self::Settled { .. } => Some(InvoiceStatus::Paid),
            Self::Void { .. } => Some(InvoiceStatus::Void),
            Self::Uncollectible { .. } => Some(InvoiceStatus::Uncollectible),
        }
    }
}

impl Document {
    fn status(&self, today: NaiveDate) -> InvoiceStatus {
        InvoiceStatus::of_issued(self.total, self.balance_due, self.due_date, today)
    }
}
