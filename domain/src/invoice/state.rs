//! What is known of an invoice: no more than decisions need.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::client::ContactCard;
use crate::invoice::{
    DebitCorrection, GivenBack, InvoiceEvent, InvoiceRefusal, IssuedInvoice, Line, Lowering,
    Particulars, Seller, TaxGroup, Totals, UnapplyCause,
};
use crate::kernel::{
    ClientId, CouponId, CreditBalanceId, Currency, Money, MoneyRefusal, OrderId, Origin, PaymentId,
    Pii, SubscriptionId,
};
use crate::tax::TaxEvidence;

/// An invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Invoice {
    /// Nothing exists under this id.
    #[default]
    Absent,
    /// Being written; without a number.
    Draft(DraftInvoice),
    /// A draft that was thrown away.
    Discarded,
    /// Issued, and something is still owed.
    Open(Box<Document>),
    /// Issued, and nothing is owed any more.
    Settled {
        /// The invoice as issued.
        document: Box<Document>,
        /// The day it was settled.
        on: NaiveDate,
    },
    /// Taken back by a credit note.
    Void {
        /// The invoice as issued.
        document: Box<Document>,
        /// Date of the credit note.
        on: NaiveDate,
    },
    /// Given up.
    Uncollectible {
        /// The invoice as issued.
        document: Box<Document>,
        /// The day it was given up.
        on: NaiveDate,
    },
}

/// An invoice being written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftInvoice {
    /// Who will be billed.
    pub client_id: ClientId,
    /// Currency of all lines.
    pub currency: Currency,
    /// The order it bills, if any.
    pub order_id: Option<OrderId>,
    /// The lines so far.
    pub lines: Vec<Line>,
    /// Number of the last line ever added; numbers are not used again.
    pub last_line_no: u32,
    /// The coupons that come off it, with their lines.
    #[serde(default)]
    pub coupons: Vec<AppliedCoupon>,
    /// Last day to pay, if it was set.
    pub due_date: Option<NaiveDate>,
    /// The lines that are taxed by the seller's rates, and what was looked up last.
    #[serde(default)]
    pub automatic: BTreeMap<u32, TaxEvidence>,
}

/// A coupon that comes off a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedCoupon {
    /// The coupon.
    pub coupon_id: CouponId,
    /// Numbers of the lines that say what it takes off.
    pub lines: Vec<u32>,
    /// Numbers of the lines that these lower, one for each.
    pub lowers: Vec<u32>,
}

/// An invoice as it was issued, and what was paid since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Who was billed.
    pub client_id: ClientId,
    /// The number as printed.
    pub number: String,
    /// The day of issue.
    pub issue_date: NaiveDate,
    /// Last day to pay without being late.
    pub due_date: NaiveDate,
    /// The lines.
    pub lines: Vec<Line>,
    /// Tax by category, rate and country.
    pub tax_groups: Vec<TaxGroup>,
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the taxes.
    pub tax: Money,
    /// Net and tax.
    pub total: Money,
    /// Who bills, as the document says.
    pub seller: Seller,
    /// Who is billed, as the document says.
    pub buyer: Option<Pii<ContactCard>>,
    /// What is still owed.
    pub balance_due: Money,
    /// What credit notes gave back of the lines and taxes, all together.
    pub given_back: GivenBack,
    /// Every allocation that was applied.
    pub applied: Vec<Applied>,
    /// Every part of them that was taken back.
    pub unapplied: Vec<Unapplied>,
    /// Every credit note that was set off.
    pub credit_notes: Vec<CreditNoteApplied>,
    /// The day what was owed then was given up, even if some of it is owed again since.
    pub written_off_on: Option<NaiveDate>,
    /// Every credit of the client that was applied.
    pub credits: Vec<AppliedCredit>,
    /// Every part of that credit that was taken back.
    pub unapplied_credits: Vec<UnappliedCredit>,
    /// The subscriptions whose lines it bills.
    pub subscriptions: Vec<SubscriptionId>,
    /// The coupons that were applied to it as a draft.
    #[serde(default)]
    pub coupons: Vec<CouponId>,
    /// Which lines say what coupons take off which.
    #[serde(default)]
    pub lowerings: Vec<Lowering>,
    /// Where an imported invoice came from.
    pub origin: Option<Origin>,
    /// References, and why it is taxed as it is.
    #[serde(default)]
    pub particulars: Particulars,
    /// The invoice it corrects upwards, if it does.
    pub corrects: Option<DebitCorrection>,
}

/// A part of a payment that paid an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The payment.
    pub payment_id: PaymentId,
    /// Which allocation of the payment.
    pub allocation_no: u32,
    /// How much was applied.
    pub applied: Money,
    /// How much of it pays the invoice still.
    pub amount: Money,
}

/// A part of a payment that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unapplied {
    /// The payment.
    pub payment_id: PaymentId,
    /// Which reversal of the payment.
    pub reversal_no: u32,
    /// How much.
    pub amount: Money,
    /// What led to it.
    pub cause: UnapplyCause,
}

/// Credit of the client that pays an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedCredit {
    /// Which balance.
    pub credit_id: CreditBalanceId,
    /// Which payment out of it.
    pub no: u32,
    /// How much was applied.
    pub applied: Money,
    /// How much of it pays the invoice still.
    pub amount: Money,
}

/// Credit of the client that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnappliedCredit {
    /// Which balance.
    pub credit_id: CreditBalanceId,
    /// Which return to the balance.
    pub unspent_no: u32,
    /// How much.
    pub amount: Money,
}

/// A credit note that was set off against an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditNoteApplied {
    /// The note's number.
    pub credit_note: String,
    /// All of the note.
    pub amount: Money,
    /// What of it lowered what was owed.
    pub offset: Money,
}

impl Invoice {
    /// The invoice as issued, once it was.
    pub fn document(&self) -> Option<&Document> {
        match self {
            Self::Absent | Self::Draft(_) | Self::Discarded => None,
            Self::Open(document)
            | Self::Settled { document, .. }
            | Self::Void { document, .. }
            | Self::Uncollectible { document, .. } => Some(document),
        }
    }

    /// The invoice as it was issued.
    ///
    /// # Errors
    /// It is none, or it was not issued.
    pub fn issued(&self) -> Result<&Document, InvoiceRefusal> {
        match self {
            Self::Absent => Err(InvoiceRefusal::Absent),
            _ => self.document().ok_or(InvoiceRefusal::NotIssued),
        }
    }

    pub(super) fn take(&mut self, event: &InvoiceEvent) {
        match event {
            InvoiceEvent::Drafted { client_id, currency, order_id } => {
                *self = Self::Draft(DraftInvoice {
                    client_id: *client_id,
                    currency: *currency,
                    order_id: *order_id,
                    lines: Vec::new(),
                    last_line_no: 0,
                    coupons: Vec::new(),
                    due_date: None,
                    automatic: BTreeMap::new(),
                });
            }
            InvoiceEvent::LineAdded { line } => self.edit(|draft| {
                draft.last_line_no = line.no;
                draft.lines.push(line.clone());
            }),
            InvoiceEvent::LineRemoved { line_no } => {
                self.edit(|draft| {
                    draft.lines.retain(|line| line.no != *line_no);
                    draft.automatic.remove(line_no);
                });
            }
            InvoiceEvent::LineTaxed { line_no, evidence } => self.edit(|draft| {
                let taxed = draft.with_discounts(*line_no);
                for line in draft.lines.iter_mut().filter(|line| taxed.contains(&line.no)) {
                    line.tax = evidence.treatment;
                }
                draft.automatic.insert(*line_no, evidence.clone());
            }),
            InvoiceEvent::CouponApplied { coupon_id, lines, lowers } => {
                self.edit(|draft| draft.take_off(*coupon_id, lines, lowers));
            }
            InvoiceEvent::CouponTakenOff { coupon_id, lines } => self.edit(|draft| {
                draft.coupons.retain(|coupon| coupon.coupon_id != *coupon_id);
                draft.lines.retain(|line| !lines.contains(&line.no));
            }),
            InvoiceEvent::DueDateSet { due_date } => {
                self.edit(|draft| draft.due_date = Some(*due_date));
            }
            InvoiceEvent::Discarded { .. } => *self = Self::Discarded,
            InvoiceEvent::Issued(issued) => *self = Self::Open(Box::new(Document::from(&**issued))),
            InvoiceEvent::PaymentApplied { .. }
            | InvoiceEvent::PaymentUnapplied { .. }
            | InvoiceEvent::CreditApplied { .. }
            | InvoiceEvent::CreditUnapplied { .. }
            | InvoiceEvent::CreditNoteApplied { .. } => self.settle(event),
            InvoiceEvent::Settled { on } => {
                self.close(|document| Self::Settled { document, on: *on });
            }
            InvoiceEvent::Voided(voided) => {
                self.close(|document| Self::Void { document, on: voided.credited_on });
            }
            InvoiceEvent::WrittenOff { on, .. } => {
                self.close(|mut document| {
                    document.written_off_on = Some(*on);
                    Self::Uncollectible { document, on: *on }
                });
            }
        }
    }

    /// What changes the balance of an issued invoice.
    fn settle(&mut self, event: &InvoiceEvent) {
        match event {
            InvoiceEvent::PaymentApplied { payment_id, allocation_no, amount, balance_due } => {
                if let Self::Open(document) = self {
                    document.balance_due = *balance_due;
                    document.applied.push(Applied {
                        payment_id: *payment_id,
                        allocation_no: *allocation_no,
                        applied: *amount,
                        amount: *amount,
                    });
                }
            }
            InvoiceEvent::PaymentUnapplied {
                payment_id,
                allocation_no,
                reversal_no,
                amount,
                cause,
                balance_due,
            } => self.reopen(|document| {
                let (payment_id, reversal_no) = (*payment_id, *reversal_no);
                let (amount, cause) = (*amount, *cause);
                document.balance_due = *balance_due;
                document.unapplied.push(Unapplied { payment_id, reversal_no, amount, cause });
                document.lower(payment_id, *allocation_no, amount);
            }),
            InvoiceEvent::CreditApplied { credit_id, no, amount, balance_due } => {
                if let Self::Open(document) = self {
                    let (credit_id, no, amount) = (*credit_id, *no, *amount);
                    document.balance_due = *balance_due;
                    let credit = AppliedCredit { credit_id, no, applied: amount, amount };
                    document.credits.push(credit);
                }
            }
            InvoiceEvent::CreditUnapplied { credit_id, no, unspent_no, amount, balance_due } => {
                self.reopen(|document| {
                    let (credit_id, unspent_no, amount) = (*credit_id, *unspent_no, *amount);
                    document.balance_due = *balance_due;
                    let unapplied = UnappliedCredit { credit_id, unspent_no, amount };
                    document.unapplied_credits.push(unapplied);
                    document.lower_credit(credit_id, *no, amount);
                });
            }
            InvoiceEvent::CreditNoteApplied {
                credit_note,
                amount,
                offset,
                balance_due,
                given_back,
                ..
            } => {
                if let Self::Open(document) | Self::Settled { document, .. } = self {
                    document.balance_due = *balance_due;
                    document.given_back.take(given_back);
                    document.credit_notes.push(CreditNoteApplied {
                        credit_note: credit_note.clone(),
                        amount: *amount,
                        offset: *offset,
                    });
                }
            }
            _ => {}
        }
    }

    fn edit(&mut self, edit: impl FnOnce(&mut DraftInvoice)) {
        if let Self::Draft(draft) = self {
            edit(draft);
        }
    }

    fn close(&mut self, close: impl FnOnce(Box<Document>) -> Self) {
        *self = match std::mem::take(self) {
            Self::Open(document) | Self::Settled { document, .. } => close(document),
            other => other,
        };
    }
}

impl Invoice {
    /// Something is owed again, even of a claim that was given up.
    fn reopen(&mut self, reopen: impl FnOnce(&mut Document)) {
        *self = match std::mem::take(self) {
            Self::Open(mut document)
            | Self::Settled { mut document, .. }
            | Self::Uncollectible { mut document, .. } => {
                reopen(&mut document);
                Self::Open(document)
            }
            other => other,
        };
    }
}

impl DraftInvoice {
    /// What is billed, without what coupons take off.
    pub fn charges(&self) -> impl Iterator<Item = &Line> {
        let off = |line: &Line| self.coupons.iter().any(|coupon| coupon.lines.contains(&line.no));
        self.lines.iter().filter(move |line| !off(line))
    }

    fn take_off(&mut self, coupon_id: CouponId, lines: &[Line], lowers: &[u32]) {
        let (numbers, lowers) = (lines.iter().map(|line| line.no).collect(), lowers.to_vec());
        self.coupons.push(AppliedCoupon { coupon_id, lines: numbers, lowers });
        self.last_line_no = lines.last().map_or(self.last_line_no, |line| line.no);
        self.lines.extend(lines.iter().cloned());
    }

    /// The numbers of a line and of what coupons take off it, which is taxed as it is.
    pub(super) fn with_discounts(&self, line_no: u32) -> Vec<u32> {
        let off = self.coupons.iter().flat_map(|coupon| coupon.lines.iter().zip(&coupon.lowers));
        let off = off.filter(|(_, of)| **of == line_no).map(|(discount, _)| *discount);
        std::iter::once(line_no).chain(off).collect()
    }

    /// Which lines say what coupons take off which, by the places of lines, from 1.
    pub(super) fn lowerings(&self) -> Vec<Lowering> {
        let place = |no: u32| {
            let place = (1_u32..).zip(&self.lines).find(|(_, line)| line.no == no);
            place.map(|(place, _)| place)
        };
        let applied =
            self.coupons.iter().flat_map(|coupon| coupon.lines.iter().zip(&coupon.lowers));
        let placed = applied.filter_map(|(line, of)| Some((place(*line)?, place(*of)?)));
        placed.map(|(line_no, of)| Lowering { line_no, of }).collect()
    }

    /// What the lines sum to so far; the same code issues the invoice.
    pub fn totals(&self) -> Result<Totals, MoneyRefusal> {
        Totals::of(self.currency, &self.lines)
    }
}

impl Document {
    /// Whether this allocation of this payment was applied, and with which amount.
    pub fn applied(&self, payment_id: PaymentId, allocation_no: u32) -> Option<Money> {
        let named = |a: &&Applied| a.payment_id == payment_id && a.allocation_no == allocation_no;
        self.applied.iter().find(named).map(|applied| applied.applied)
    }

    /// What of this allocation still pays the invoice.
    pub fn pays(&self, payment_id: PaymentId, allocation_no: u32) -> Money {
        let named = |a: &&Applied| a.payment_id == payment_id && a.allocation_no == allocation_no;
        let zero = Money::zero(self.total.currency());
        self.applied.iter().find(named).map_or(zero, |applied| applied.amount)
    }

    /// What of this payment was taken back under this number.
    pub fn unapplied(&self, payment_id: PaymentId, reversal_no: u32) -> Option<Money> {
        let named = |u: &&Unapplied| u.payment_id == payment_id && u.reversal_no == reversal_no;
        self.unapplied.iter().find(named).map(|unapplied| unapplied.amount)
    }

    /// What this payment out of a client's credit pays.
    pub fn credited(&self, credit_id: CreditBalanceId, no: u32) -> Option<Money> {
        let named = |one: &&AppliedCredit| one.credit_id == credit_id && one.no == no;
        self.credits.iter().find(named).map(|credit| credit.applied)
    }

    /// What of this payment out of a client's credit still pays the invoice.
    pub fn credit_pays(&self, credit_id: CreditBalanceId, no: u32) -> Money {
        let named = |one: &&AppliedCredit| one.credit_id == credit_id && one.no == no;
        let zero = Money::zero(self.total.currency());
        self.credits.iter().find(named).map_or(zero, |credit| credit.amount)
    }

    /// What went back to a client's credit under this number.
    pub fn unapplied_credit(&self, credit_id: CreditBalanceId, unspent_no: u32) -> Option<Money> {
        let named =
            |one: &&UnappliedCredit| one.credit_id == credit_id && one.unspent_no == unspent_no;
        self.unapplied_credits.iter().find(named).map(|unapplied| unapplied.amount)
    }

    /// Lowers what an allocation still pays; the decision has proven that it pays as much.
    fn lower(&mut self, payment_id: PaymentId, allocation_no: u32, amount: Money) {
        for one in &mut self.applied {
            if one.payment_id == payment_id && one.allocation_no == allocation_no {
                one.amount = one.amount.checked_sub(amount).unwrap_or(one.amount);
            }
        }
    }

    /// The same for credit.
    fn lower_credit(&mut self, credit_id: CreditBalanceId, no: u32, amount: Money) {
        for one in &mut self.credits {
            if one.credit_id == credit_id && one.no == no {
                one.amount = one.amount.checked_sub(amount).unwrap_or(one.amount);
            }
        }
    }
}

impl GivenBack {
    /// Adds what another note gives back. Whoever decided it has proven that it fits.
    fn take(&mut self, more: &Self) {
        for line in &more.lines {
            match self.lines.iter_mut().find(|known| known.line_no == line.line_no) {
                Some(known) => known.net = known.net.checked_add(line.net).unwrap_or(known.net),
                None => self.lines.push(*line),
            }
        }
        for group in &more.tax_groups {
            match self.tax_groups.iter_mut().find(|known| known.treatment() == group.treatment()) {
                Some(known) => {
                    known.base = known.base.checked_add(group.base).unwrap_or(known.base);
                    known.tax = known.tax.checked_add(group.tax).unwrap_or(known.tax);
                }
                None => self.tax_groups.push(*group),
            }
        }
    }
}

impl From<&IssuedInvoice> for Document {
    fn from(issued: &IssuedInvoice) -> Self {
        Self {
            client_id: issued.client_id,
            number: issued.number.text.clone(),
            issue_date: issued.issue_date,
            due_date: issued.due_date,
            lines: issued.lines.clone(),
            tax_groups: issued.tax_groups.clone(),
            net: issued.net,
            tax: issued.tax,
            total: issued.total,
            seller: issued.seller.clone(),
            buyer: issued.buyer.clone(),
            balance_due: issued.total,
            given_back: GivenBack::default(),
            applied: Vec::new(),
            unapplied: Vec::new(),
            credit_notes: Vec::new(),
            written_off_on: None,
            credits: Vec::new(),
            unapplied_credits: Vec::new(),
            subscriptions: issued.subscriptions.clone(),
            coupons: issued.coupons.clone(),
            lowerings: issued.lowerings.clone(),
            origin: issued.origin.clone(),
            particulars: issued.particulars.clone(),
            corrects: issued.corrects.clone(),
        }
    }
}
