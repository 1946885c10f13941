//! What may be asked of an invoice.

use chrono::NaiveDate;

use crate::client::ContactCard;
use crate::invoice::{Corrected, GivenBack, Lowering, NewLine, Particulars, Seller, UnapplyCause};
use crate::kernel::{
    ClientId, CouponId, CreditBalanceId, Currency, DocumentNumber, Money, OrderId, Origin,
    PaymentId, Pii, SubscriptionId,
};
use crate::tax::TaxEvidence;

/// A request about an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvoiceCommand {
    /// Begin a draft.
    Draft(DraftFor),
    /// Add a line to the draft.
    AddLine {
        /// The line.
        line: NewLine,
    },
    /// Take a line off the draft.
    RemoveLine {
        /// Number of the line.
        line_no: u32,
    },
    /// Tax a line of the draft as the seller's rates say (TAX-02).
    TaxLine {
        /// Number of the line.
        line_no: u32,
        /// What was looked up, and what came of it.
        evidence: TaxEvidence,
    },
    /// Set the draft's due date.
    SetDueDate {
        /// Last day to pay without being late.
        due_date: NaiveDate,
    },
    /// Take a coupon's discount off the draft; from then on its lines stay as they are.
    ApplyCoupon {
        /// The coupon; each counts once.
        coupon_id: CouponId,
        /// What it takes off, a line of kind discount each, with the number of the line it lowers;
        /// at least one.
        lines: Vec<(u32, NewLine)>,
    },
    /// Take a coupon off the draft, with its lines.
    TakeCouponOff {
        /// The coupon.
        coupon_id: CouponId,
    },
    /// Throw the draft away.
    Discard {
        /// Why, 1 to 500 characters.
        reason: String,
    },
    /// Issue the draft, dated the day the request counts for.
    Issue(IssueTerms),
    /// Issue an invoice that was never a draft: an order's, a renewal's, an imported one.
    IssueComplete(CompleteInvoice),
    /// Issue an invoice that corrects an issued one upwards.
    IssueCorrection(Box<IssueCorrection>),
    /// Let a part of a payment pay this invoice.
    ApplyPayment(ApplyPayment),
    /// Take a part of a payment back that paid this invoice, so that it asks for it again.
    UnapplyPayment(UnapplyPayment),
    /// Let credit of the client pay what is owed.
    ApplyCredit(ApplyCredit),
    /// Take credit back that paid this invoice, so that it asks for it again.
    UnapplyCredit(UnapplyCredit),
    /// Set a credit note off against what is still owed.
    ApplyCreditNote {
        /// The note's number; each note counts once.
        credit_note: String,
        /// All of the note; more than nothing.
        amount: Money,
        /// Which lines go back with it, and their tax.
        given_back: GivenBack,
    },
    /// Take the whole invoice back by a credit note, dated the day the request counts for.
    Void {
        /// Why, 1 to 500 characters.
        reason: String,
        /// Number of the credit note, taken from its series.
        credit_note: DocumentNumber,
    },
    /// Give the claim up, on the day the request counts for.
    WriteOff {
        /// Why, 1 to 500 characters.
        reason: String,
    },
}

/// For whom a draft is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DraftFor {
    /// Who will be billed.
    pub client_id: ClientId,
    /// Currency of all lines.
    pub currency: Currency,
    /// The order it bills, if any.
    pub order_id: Option<OrderId>,
}

/// What an invoice needs to be issued besides its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueTerms {
    /// Its number, taken from the series of its issue date.
    pub number: DocumentNumber,
    /// Last day to pay; if missing, the one set on the draft.
    pub due_date: Option<NaiveDate>,
    /// Who bills.
    pub seller: Seller,
    /// Who is billed, sealed under the fiscal key.
    pub buyer: Option<Pii<ContactCard>>,
    /// References, and why it is taxed as it is.
    pub particulars: Particulars,
}

/// A whole invoice at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompleteInvoice {
    /// For whom.
    pub draft: DraftFor,
    /// What is billed, 1 to [`LINE_LIMIT`](crate::invoice::LINE_LIMIT) lines.
    pub lines: Vec<NewLine>,
    /// Number, dates and parties.
    pub terms: IssueTerms,
    /// The subscriptions whose lines it bills; each is told if the invoice is taken back.
    pub subscriptions: Vec<SubscriptionId>,
    /// Which lines say what coupons take off which, counted from 1.
    pub lowerings: Vec<Lowering>,
    /// Where an imported invoice came from.
    pub origin: Option<Origin>,
}

/// A debit correction: what was billed too little of an issued invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssueCorrection {
    /// For whom, in which currency; as on the corrected invoice.
    pub draft: DraftFor,
    /// What is billed, more than nothing in all.
    pub lines: Vec<NewLine>,
    /// Number, dates and parties.
    pub terms: IssueTerms,
    /// The invoice it corrects; issued on that day or before.
    pub of: Corrected,
    /// Why, 1 to 500 characters.
    pub reason: String,
}

/// A part of a payment that pays the invoice. Payment and allocation number together are
/// applied once, however often this is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApplyPayment {
    /// The payment.
    pub payment_id: PaymentId,
    /// Which allocation of the payment, from 1.
    pub allocation_no: u32,
    /// Who paid; must be who was billed.
    pub client_id: ClientId,
    /// How much; more than nothing, at most what is owed.
    pub amount: Money,
}

/// A part of a payment that paid the invoice and does so no longer. Payment and reversal number
/// together count once, however often this is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnapplyPayment {
    /// The payment.
    pub payment_id: PaymentId,
    /// Which allocation of the payment is taken back, whole or in part.
    pub allocation_no: u32,
    /// Which reversal of the payment this is, from 1.
    pub reversal_no: u32,
    /// How much; more than nothing, at most what the allocation still pays.
    pub amount: Money,
    /// What led to it.
    pub cause: UnapplyCause,
}

/// Credit of the client that pays the invoice. Balance and number together are applied once,
/// however often this is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApplyCredit {
    /// Which balance.
    pub credit_id: CreditBalanceId,
    /// Which payment out of it, from 1.
    pub no: u32,
    /// Whose it is; must be who was billed.
    pub client_id: ClientId,
    /// How much; more than nothing, at most what is owed.
    pub amount: Money,
}

/// Credit of the client that paid the invoice and does so no longer. Balance and `unspent_no`
/// together count once, however often this is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnapplyCredit {
    /// Which balance.
    pub credit_id: CreditBalanceId,
    /// Which payment out of it is taken back, whole or in part.
    pub no: u32,
    /// Which return to the balance this is, from 1.
    pub unspent_no: u32,
    /// How much; more than nothing, at most what it still pays.
    pub amount: Money,
}
