//! Billed lines: what was charged for a period, and what of it may still go back.
//!
//! Guarantees that what went back never exceeds the line, and that a day goes back once. Absent on
//! purpose: what the document says besides.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::plan::PlannedLine;
use crate::invoice::TaxTreatment;
use crate::kernel::{CreditNoteId, InvoiceId, Money, ProductId, Quantity, UnitPrice};
use crate::subscription::BillingPeriod;
use crate::subscription::proration::{BilledLine, BilledSpan, Terms};

/// How many lines of a service are kept: more periods than anybody ends one in hindsight.
pub const MOST_KEPT: usize = 64;

/// A document of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentRef {
    /// More is billed than goes back.
    Invoice(InvoiceId),
    /// More goes back than is billed.
    CreditNote(CreditNoteId),
}

/// A line of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LineRef {
    /// The document.
    pub document: DocumentRef,
    /// The line's number on it, from 1.
    pub line: u32,
}

/// A line that was billed for a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billed {
    /// Its number among the lines of the service.
    pub line: u32,
    /// Which phase it is for.
    pub phase: u32,
    /// For which days, of which cycle.
    pub period: BillingPeriod,
    /// Where it stands.
    pub on: LineRef,
    product_id: ProductId,
    tax: TaxTreatment,
    price: UnitPrice,
    quantity: Quantity,
    amount: Money,
    left: Money,
    kept_to: NaiveDate,
}

impl Billed {
    /// The line as it was planned; nothing if it was for no period.
    pub(super) fn of(number: u32, line: &PlannedLine, on: LineRef) -> Option<Self> {
        let (period, Terms { price, quantity }) = (line.period?, line.terms?);
        Some(Self {
            line: number,
            phase: line.phase,
            period,
            on,
            product_id: line.product_id,
            tax: line.tax,
            price,
            quantity,
            amount: line.amount,
            left: line.amount,
            kept_to: period.span().to(),
        })
    }

    /// Of which product.
    pub fn product_id(&self) -> ProductId {
        self.product_id
    }

    /// How it was taxed.
    pub fn tax(&self) -> TaxTreatment {
        self.tax
    }

    /// What was billed, after coupons and before tax.
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// What is left of it after everything that went back, before tax.
    pub fn left(&self) -> Money {
        self.left
    }

    /// The day after the last one that did not go back.
    pub fn kept_to(&self) -> NaiveDate {
        self.kept_to
    }

    /// Whether something of it may go back when the service ends on a day.
    pub(super) fn reaches_past(&self, end: NaiveDate) -> bool {
        !self.left.is_zero() && self.kept_to > end.max(self.period.span().from())
    }

    /// The line as proration sees it.
    pub(super) fn span(&self) -> BilledSpan {
        let terms = Terms { price: self.price, quantity: self.quantity };
        let line = BilledLine { left: self.left, ..BilledLine::new(terms, self.amount) };
        BilledSpan { kept_to: self.kept_to, ..BilledSpan::new(line, self.period) }
    }

    /// Less was charged than the list price says: what goes back is a share of what was charged.
    pub(super) fn discount(&mut self, amount: Money) {
        self.amount = self.amount.checked_sub(amount).unwrap_or(self.amount);
        self.take_off(amount);
    }

    pub(super) fn take_off(&mut self, amount: Money) {
        self.left = self.left.checked_sub(amount).unwrap_or(self.left);
    }

    /// Gives unused days back.
    pub(super) fn give_back(&mut self, days: BillingPeriod, amount: Money) {
        self.take_off(amount);
        self.kept_to = self.kept_to.min(days.span().from());
    }
}
