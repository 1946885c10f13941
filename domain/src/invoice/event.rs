//! What can have happened to an invoice. Amounts are decided here once; nobody recomputes them.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::client::ContactCard;
use crate::invoice::{Line, Lowering, Particulars, Seller, TaxGroup};
use crate::kernel::aggregate::name_events;
use crate::kernel::{
    Claim, ClientId, CouponId, CreditBalanceId, Currency, DocumentNumber, EventBody, InvoiceId,
    Money, OrderId, Origin, PaymentId, Pii, SubscriptionId,
};
use crate::tax::TaxEvidence;

/// A fact about an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceEvent {
    /// A draft was begun; it has no number and owes nobody anything.
    Drafted {
        /// Who will be billed.
        client_id: ClientId,
        /// Currency of all lines.
        currency: Currency,
        /// The order it bills, if any.
        order_id: Option<OrderId>,
    },
    /// A line was added to the draft.
    LineAdded {
        /// The line.
        line: Line,
    },
    /// A line was taken off the draft.
    LineRemoved {
        /// Number of the line.
        line_no: u32,
    },
    /// A line of the draft is taxed as the seller's rates say.
    LineTaxed {
        /// Number of the line.
        line_no: u32,
        /// What was looked up, and what came of it.
        evidence: TaxEvidence,
    },
    /// A coupon came off the draft.
    CouponApplied {
        /// The coupon.
        coupon_id: CouponId,
        /// What it takes off.
        lines: Vec<Line>,
        /// Numbers of the lines that these lower, one for each.
        lowers: Vec<u32>,
    },
    /// A coupon comes off the draft no longer.
    CouponTakenOff {
        /// The coupon.
        coupon_id: CouponId,
        /// Numbers of the lines that went with it.
        lines: Vec<u32>,
    },
    /// The draft's due date was set.
    DueDateSet {
        /// Last day to pay without being late.
        due_date: NaiveDate,
    },
    /// The draft was thrown away.
    Discarded {
        /// Why.
        reason: String,
    },
    /// The invoice was issued: complete, numbered and frozen.
    Issued(Box<IssuedInvoice>),
    /// Nothing is owed any more.
    Settled {
        /// The day it was.
        on: NaiveDate,
    },
    /// A part of a payment pays this invoice.
    PaymentApplied {
        /// The payment.
        payment_id: PaymentId,
        /// Which allocation of the payment, from 1.
        allocation_no: u32,
        /// How much.
        amount: Money,
        /// What is still owed afterwards.
        balance_due: Money,
    },
    /// A part of a payment pays this invoice no longer, and is owed again.
    PaymentUnapplied {
        /// The payment.
        payment_id: PaymentId,
        /// Which allocation of the payment.
        allocation_no: u32,
        /// Which reversal of the payment, from 1.
        reversal_no: u32,
        /// How much.
        amount: Money,
        /// What led to it.
        cause: UnapplyCause,
        /// What is owed afterwards.
        balance_due: Money,
    },
    /// Credit of the client pays this invoice.
    CreditApplied {
        /// Which balance.
        credit_id: CreditBalanceId,
        /// Which payment out of it, from 1.
        no: u32,
        /// How much.
        amount: Money,
        /// What is still owed afterwards.
        balance_due: Money,
    },
    /// Credit of the client pays this invoice no longer, and is owed again.
    CreditUnapplied {
        /// Which balance.
        credit_id: CreditBalanceId,
        /// Which payment out of it.
        no: u32,
        /// Which return to the balance, from 1.
        unspent_no: u32,
        /// How much.
        amount: Money,
        /// What is owed afterwards.
        balance_due: Money,
    },
    /// A credit note was set off against this invoice. The note itself says what was billed too
    /// much, and posts.
    CreditNoteApplied {
        /// The note's number.
        credit_note: String,
        /// All of the note: offset and credit together.
        amount: Money,
        /// What is no longer owed.
        offset: Money,
        /// What had been paid already and became the client's credit.
        to_credit: Money,
        /// What is still owed afterwards.
        balance_due: Money,
        /// Which lines of this invoice went back with it, and their tax.
        #[serde(default, skip_serializing_if = "GivenBack::is_nothing")]
        given_back: GivenBack,
    },
    /// A credit note took the whole invoice back.
    Voided(Box<VoidedInvoice>),
    /// The claim was given up.
    WrittenOff {
        /// What was still owed.
        amount: Money,
        /// Why.
        reason: String,
        /// The day it was given up.
        on: NaiveDate,
        /// Who owed it.
        client_id: ClientId,
    },
}

/// What of an invoice's own lines and taxes a credit note gives back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenBack {
    /// The lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineGivenBack>,
    /// Base and tax by category, rate and country.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tax_groups: Vec<TaxGroup>,
}

impl GivenBack {
    /// Whether no line is named.
    pub fn is_nothing(&self) -> bool {
        self.lines.is_empty() && self.tax_groups.is_empty()
    }
}

/// What goes back of a line of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineGivenBack {
    /// The line's number on the invoice.
    pub line_no: u32,
    /// How much, without tax; below zero of a line that took money off.
    pub net: Money,
}

/// Why a payment pays an invoice no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnapplyCause {
    /// It was promised or sent back to the client.
    Refunded,
    /// The client's bank took it back.
    Disputed,
    /// It was matched to the wrong invoice.
    Moved,
}

/// An invoice as it was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedInvoice {
    /// Who is billed.
    pub client_id: ClientId,
    /// The order it bills, if any.
    pub order_id: Option<OrderId>,
    /// Its number, taken by this very event.
    pub number: DocumentNumber,
    /// The day of issue at the seller's place.
    pub issue_date: NaiveDate,
    /// Last day to pay without being late.
    pub due_date: NaiveDate,
    /// Who bills, as of that day.
    pub seller: Seller,
    /// Who is billed, as of that day; sealed under the fiscal key.
    pub buyer: Option<Pii<ContactCard>>,
    /// The lines, numbered from 1.
    pub lines: Vec<Line>,
    /// Tax by category, rate and country.
    pub tax_groups: Vec<TaxGroup>,
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the groups' taxes.
    pub tax: Money,
    /// Net and tax.
    pub total: Money,
    /// References, and why it is taxed as it is.
    #[serde(default, skip_serializing_if = "Particulars::is_empty")]
    pub particulars: Particulars,
    /// The subscriptions whose lines it bills.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<SubscriptionId>,
    /// The coupons that were applied to it as a draft.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponId>,
    /// Which lines say what coupons take off which.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lowerings: Vec<Lowering>,
    /// Where an imported invoice came from.
    pub origin: Option<Origin>,
    /// The invoice it corrects upwards, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<DebitCorrection>,
}

impl IssuedInvoice {
    /// Its kind by UNTDID 1001 (BT-3 of EN 16931): 380 for an invoice, 383 for a debit note, which
    /// names the invoice it corrects in BG-3. A debit correction bills what was missing and leaves
    /// the other invoice as it is, so it is no corrected invoice (384).
    pub fn type_code(&self) -> u16 {
        if self.corrects.is_some() { 383 } else { 380 }
    }
}

/// Which invoice a debit correction corrects, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebitCorrection {
    /// The invoice.
    pub of: Corrected,
    /// Why.
    pub reason: String,
}

/// An invoice that another document corrects, as that document must name it (Article 219 of
/// Directive 2006/112/EC).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// Which invoice.
    pub invoice_id: InvoiceId,
    /// Its number as printed.
    pub number: String,
    /// Its issue date.
    pub issue_date: NaiveDate,
}

/// A credit note over a whole invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidedInvoice {
    /// Why.
    pub reason: String,
    /// Number of the credit note, taken by this very event.
    pub credit_note: DocumentNumber,
    /// Date of the credit note.
    pub credited_on: NaiveDate,
    /// Number of the invoice it takes back.
    pub invoice_number: String,
    /// Issue date of that invoice.
    pub invoice_date: NaiveDate,
    /// Who was billed.
    pub client_id: ClientId,
    /// The invoice's lines, amounts as they were billed.
    pub lines: Vec<Line>,
    /// The invoice's taxes.
    pub tax_groups: Vec<TaxGroup>,
    /// Sum of the lines.
    pub net: Money,
    /// Sum of the taxes.
    pub tax: Money,
    /// Net and tax: offset and credit together.
    pub total: Money,
    /// The unpaid part, which is no longer owed.
    pub offset: Money,
    /// The paid part, which became the client's credit.
    pub to_credit: Money,
}

name_events!(InvoiceEvent {
    Drafted => "invoice.drafted" v "1",
    LineAdded => "invoice.line_added" v "1",
    LineRemoved => "invoice.line_removed" v "1",
    LineTaxed => "invoice.line_taxed" v "1",
    CouponApplied => "invoice.coupon_applied" v "1",
    CouponTakenOff => "invoice.coupon_taken_off" v "1",
    DueDateSet => "invoice.due_date_set" v "1",
    Discarded => "invoice.discarded" v "1",
    Issued => "invoice.issued" v "1",
    Settled => "invoice.settled" v "1",
    PaymentApplied => "invoice.payment_applied" v "1",
    PaymentUnapplied => "invoice.payment_unapplied" v "1",
    CreditApplied => "invoice.credit_applied" v "1",
    CreditUnapplied => "invoice.credit_unapplied" v "1",
    CreditNoteApplied => "invoice.credit_note_applied" v "1",
    Voided => "invoice.voided" v "1",
    WrittenOff => "invoice.written_off" v "1",
});

impl InvoiceEvent {
    /// Scope of the claim on a number that another system gave.
    pub const IMPORTED_NUMBER_SCOPE: &'static str = "invoice.imported_number";
}

impl EventBody for InvoiceEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Issued(issued) => Some(issued.issue_date),
            Self::Voided(voided) => Some(voided.credited_on),
            Self::Settled { on } | Self::WrittenOff { on, .. } => Some(*on),
            Self::Drafted { .. }
            | Self::LineAdded { .. }
            | Self::LineRemoved { .. }
            | Self::LineTaxed { .. }
            | Self::CouponApplied { .. }
            | Self::CouponTakenOff { .. }
            | Self::DueDateSet { .. }
            | Self::Discarded { .. }
            | Self::PaymentApplied { .. }
            | Self::PaymentUnapplied { .. }
            | Self::CreditApplied { .. }
            | Self::CreditUnapplied { .. }
            | Self::CreditNoteApplied { .. } => None,
        }
    }

    /// Our own numbers cannot repeat, they are counted; those of other systems are claimed.
    fn claims(&self) -> Vec<Claim> {
        match self {
            Self::Issued(issued) if issued.number.is_imported() => {
                let key = issued.number.text.clone();
                vec![Claim::Take { scope: Self::IMPORTED_NUMBER_SCOPE, key }]
            }
            _ => Vec::new(),
        }
    }

    fn numbers(&self) -> Vec<&DocumentNumber> {
        let number = match self {
            Self::Issued(issued) => Some(&issued.number),
            Self::Voided(voided) => Some(&voided.credit_note),
            _ => None,
        };
        number.into_iter().filter(|number| !number.is_imported()).collect()
    }
}
