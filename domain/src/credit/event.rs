//! What can have happened to a client's credit.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{
    AffiliateId, ClientId, CreditNoteId, EventBody, GiftCardId, InvoiceId, Money, PaymentId,
};

/// A fact about a client's credit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditEvent {
    /// Credit came in.
    Granted {
        /// Counts the grants of this balance from 1.
        no: u32,
        /// Whose it is.
        client_id: ClientId,
        /// How much.
        amount: Money,
        /// Where it comes from.
        source: CreditSource,
        /// Its last day, if it has one.
        expires_on: Option<NaiveDate>,
        /// All that may be spent afterwards.
        balance: Money,
    },
    /// Credit paid an invoice, or a part of it.
    Spent {
        /// Counts the payments out of this balance from 1.
        no: u32,
        /// Whose it is.
        client_id: ClientId,
        /// The invoice.
        invoice_id: InvoiceId,
        /// How much.
        amount: Money,
        /// Out of which grants.
        parts: Vec<CreditPart>,
        /// All that may be spent afterwards.
        balance: Money,
        /// The day.
        on: NaiveDate,
    },
    /// Credit that had paid an invoice pays it no longer, and lies in the balance again.
    Unspent {
        /// Counts what came back to this balance from 1.
        no: u32,
        /// Which payment out of this balance is taken back, whole or in part.
        spent_no: u32,
        /// Whose it is.
        client_id: ClientId,
        /// The invoice, which asks for it again.
        invoice_id: InvoiceId,
        /// To which grant it goes back.
        grant: u32,
        /// How much.
        amount: Money,
        /// All that may be spent afterwards.
        balance: Money,
        /// The day.
        on: NaiveDate,
    },
    /// The money that had become credit went back to where the payment came from.
    Withdrawn {
        /// Counts the withdrawals from 1.
        no: u32,
        /// Whose it is.
        client_id: ClientId,
        /// The voided invoice whose money had become credit.
        invoice_id: InvoiceId,
        /// The payment that gives its money back.
        payment_id: PaymentId,
        /// Which reversal of the payment.
        reversal_no: u32,
        /// How much.
        amount: Money,
        /// Out of which grants.
        parts: Vec<CreditPart>,
        /// All that may be spent afterwards.
        balance: Money,
        /// The day.
        on: NaiveDate,
    },
}

/// Where credit comes from. The fact itself is posted, not the grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditSource {
    /// The part of a credit note that was paid before.
    CreditNote(CreditNoteId),
    /// What was paid of an invoice that was taken back whole.
    VoidedInvoice(InvoiceId),
    /// Money paid ahead, or beyond what was owed.
    Payment(PaymentId),
    /// A gift card that was redeemed.
    GiftCard {
        /// The card.
        gift_card_id: GiftCardId,
        /// Which redemption of it, from 1.
        no: u32,
    },
    /// What was left on a gift card that was cancelled.
    CancelledGiftCard(GiftCardId),
    /// What the client earned as an affiliate.
    CommissionPayout {
        /// The affiliate.
        affiliate_id: AffiliateId,
        /// The payout.
        no: u32,
    },
}

/// What was taken out of one grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditPart {
    /// The number of the grant.
    pub grant: u32,
    /// How much.
    pub amount: Money,
}

name_events!(CreditEvent {
    Granted => "credit.granted" v "1",
    Spent => "credit.spent" v "1",
    Unspent => "credit.unspent" v "1",
    Withdrawn => "credit.withdrawn" v "1",
});

impl EventBody for CreditEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Granted { .. } => None,
            Self::Spent { on, .. } | Self::Unspent { on, .. } | Self::Withdrawn { on, .. } => {
                Some(*on)
            }
        }
    }
}
