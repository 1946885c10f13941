//! The word that screens and the API show for an invoice on a day.
//!
//! Guarantees that the word follows from events and a date alone. Absent on purpose: storing it;
//! an invoice becomes overdue by the passing of a day, which is no event.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::invoice::{Document, Invoice, Unapplied, UnapplyCause};
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
    /// Taken back whole, by one credit note or several.
    Void,
    /// Nothing is owed, because what was paid was sent back and credited.
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
    pub fn of_issued(standing: Standing, due_date: NaiveDate, today: NaiveDate) -> Self {
        let Standing { balance_due, paid, refunded, credited } = standing;
        if balance_due.is_zero() {
            match (refunded && !paid, credited) {
                (true, _) => Self::Refunded,
                (false, true) => Self::Void,
                (false, false) => Self::Paid,
            }
        } else if due_date < today {
            Self::Overdue
        } else if paid {
            Self::PartiallyPaid
        } else {
            Self::Open
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

/// What the status of an issued invoice follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What is owed.
    pub balance_due: Money,
    /// Whether a payment or credit pays something of it.
    pub paid: bool,
    /// Whether something that had paid it was sent back.
    pub refunded: bool,
    /// Whether credit notes took all of it back.
    pub credited: bool,
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
            Self::Open(document) | Self::Settled { document, .. } => Some(document.status(today)),
            Self::Void { .. } => Some(InvoiceStatus::Void),
            Self::Uncollectible { .. } => Some(InvoiceStatus::Uncollectible),
        }
    }
}

impl Document {
    /// Whether credit notes took all of it back.
    pub fn is_credited(&self) -> bool {
        let noted = self.credit_notes.iter().map(|note| note.amount);
        self.total.is_positive() && Money::sum(self.total.currency(), noted) == Ok(self.total)
    }

    fn status(&self, today: NaiveDate) -> InvoiceStatus {
        InvoiceStatus::of_issued(self.standing(), self.due_date, today)
    }

    fn standing(&self) -> Standing {
        let sent_back = |one: &Unapplied| one.cause == UnapplyCause::Refunded;
        Standing {
            balance_due: self.balance_due,
            paid: self.credits.iter().any(|credit| credit.amount.is_positive())
                || self.applied.iter().any(|applied| applied.amount.is_positive()),
            refunded: self.unapplied.iter().any(sent_back),
            credited: self.is_credited(),
        }
    }
}
