//! What can have happened to a payment.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, ClientId, EventBody, InvoiceId, Money, Origin};
use crate::payment::{Allocation, AttemptStage, Decline, Drawn, Reversal, Source};

/// A fact about a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentEvent {
    /// An attempt came so far and is not decided; no money moved that we know of.
    Attempted {
        /// Who pays.
        client_id: ClientId,
        /// What is asked for.
        amount: Money,
        /// Key of the way it is tried.
        gateway: String,
        /// The gateway's own name for it; unique per gateway.
        reference: Option<String>,
        /// How far it has come.
        stage: AttemptStage,
        /// The invoice it is to pay, if it is to pay one.
        invoice_id: Option<InvoiceId>,
        /// The day of it.
        on: NaiveDate,
    },
    /// The money arrived. Allocations, credit and rest sum to the amount exactly.
    Settled {
        /// Who paid.
        client_id: ClientId,
        /// What arrived.
        amount: Money,
        /// Key of the way it came, such as `manual_bank`.
        gateway: String,
        /// The gateway's own name for it; unique per gateway.
        reference: Option<String>,
        /// The day it arrived.
        received_on: NaiveDate,
        /// What it pays.
        allocations: Vec<Allocation>,
        /// What became the client's credit on purpose.
        to_credit: Money,
        /// What nobody has matched yet.
        unapplied: Money,
        /// Where an imported payment came from.
        origin: Option<Origin>,
    },
    /// The gateway said no; no money moved.
    Declined {
        /// Who tried to pay.
        client_id: ClientId,
        /// What was asked for.
        amount: Money,
        /// Key of the way it was tried.
        gateway: String,
        /// What the gateway said.
        reason: String,
        /// Whether another try may help.
        decline: Decline,
        /// The invoice it was to pay, if it was to pay one.
        invoice_id: Option<InvoiceId>,
        /// The day it was tried.
        on: NaiveDate,
    },
    /// A rest or a credit of this payment was matched to an invoice later.
    Allocated {
        /// Counts the allocations of this payment from 1.
        no: u32,
        /// Who paid.
        client_id: ClientId,
        /// What it pays.
        invoice_id: InvoiceId,
        /// How much.
        amount: Money,
        /// Where the money was kept until now.
        from: Source,
        /// What still lies there afterwards.
        left: Money,
    },
    /// A part of an allocation was taken back, to pay something else.
    Unallocated {
        /// What was taken back.
        reversal: Reversal,
        /// Who paid.
        client_id: ClientId,
        /// Where the money lies now.
        to: Source,
        /// What lies there afterwards.
        left: Money,
    },
    /// Money was promised back and left the places it lay in.
    RefundRequested {
        /// Counts the refunds of this payment from 1.
        no: u32,
        /// To whom.
        client_id: ClientId,
        /// How much: all that was drawn.
        amount: Money,
        /// From where it was taken.
        drawn: Drawn,
        /// Why.
        reason: String,
    },
    /// A refund was sent.
    RefundSent {
        /// Which refund.
        no: u32,
        /// To whom.
        client_id: ClientId,
        /// How much.
        amount: Money,
        /// Key of the way it went.
        gateway: String,
        /// The gateway's own name for it; unique per gateway.
        reference: Option<String>,
        /// The day it was sent.
        sent_on: NaiveDate,
    },
    /// A refund could not be sent. Allocations, credit and rest sum to its amount.
    RefundFailed {
        /// Which refund.
        no: u32,
        /// To whom it was promised.
        client_id: ClientId,
        /// How much.
        amount: Money,
        /// What the gateway said.
        reason: String,
        /// What it pays instead.
        allocations: Vec<Allocation>,
        /// What became the client's credit.
        to_credit: Money,
        /// What nobody has matched.
        unapplied: Money,
    },
    /// The client's bank took money back.
    DisputeOpened {
        /// Counts the disputes of this payment from 1.
        no: u32,
        /// Who disputes.
        client_id: ClientId,
        /// Key of the way the payment came.
        gateway: String,
        /// The gateway's own name for it.
        reference: Option<String>,
        /// What the bank claims.
        claimed: Money,
        /// What was taken out of this payment: all that was drawn, at most what was left of it.
        amount: Money,
        /// From where it was taken.
        drawn: Drawn,
        /// What the client's bank says.
        reason: String,
        /// The day it was opened.
        opened_on: NaiveDate,
    },
    /// Money of a dispute came back. Allocations, credit and rest sum to its amount.
    DisputeWon {
        /// Which dispute.
        no: u32,
        /// Who disputed.
        client_id: ClientId,
        /// Key of the way the payment came.
        gateway: String,
        /// What came back.
        amount: Money,
        /// The part of it that stood as disputed receivable.
        released: Money,
        /// What it pays.
        allocations: Vec<Allocation>,
        /// What became the client's credit.
        to_credit: Money,
        /// What nobody has matched.
        unapplied: Money,
        /// The day it came.
        on: NaiveDate,
    },
    /// What was undecided of a dispute is lost. The client owes again what stood as disputed
    /// receivable; whether it is given up is another decision.
    DisputeLost {
        /// Which dispute.
        no: u32,
        /// Who disputed.
        client_id: ClientId,
        /// What is lost.
        amount: Money,
        /// The part of it that stood as disputed receivable.
        released: Money,
        /// The day it was decided.
        on: NaiveDate,
    },
    /// The gateway kept a fee for a dispute.
    DisputeFeeCharged {
        /// Which dispute.
        no: u32,
        /// Key of the way the payment came.
        gateway: String,
        /// How much.
        fee: Money,
        /// The day it was taken.
        on: NaiveDate,
    },
}

name_events!(PaymentEvent {
    Attempted => "payment.attempted" v "2",
    Settled => "payment.settled" v "1",
    Declined => "payment.declined" v "2",
    Allocated => "payment.allocated" v "1",
    Unallocated => "payment.unallocated" v "1",
    RefundRequested => "payment.refund_requested" v "1",
    RefundSent => "payment.refund_sent" v "1",
    RefundFailed => "payment.refund_failed" v "1",
    DisputeOpened => "payment.dispute_opened" v "1",
    DisputeWon => "payment.dispute_won" v "1",
    DisputeLost => "payment.dispute_lost" v "1",
    DisputeFeeCharged => "payment.dispute_fee_charged" v "1",
});

impl PaymentEvent {
    /// Scope of the claim on a gateway's reference; see [`PaymentEvent::reference_key`].
    pub const REFERENCE_SCOPE: &'static str = "payment.reference";

    /// Scope of the claim on a gateway's reference of a refund; same keys.
    pub const REFUND_REFERENCE_SCOPE: &'static str = "payment.refund_reference";

    /// The key under which a gateway's reference is claimed.
    pub fn reference_key(gateway: &str, reference: &str) -> String {
        format!("{gateway}/{reference}")
    }
}

impl EventBody for PaymentEvent {
    fn event_type(&self) -> &'static str {
        self.name_and_version().0
    }

    fn event_version(&self) -> &'static str {
        self.name_and_version().1
    }

    fn effective_on(&self) -> Option<NaiveDate> {
        match self {
            Self::Settled { received_on, .. } => Some(*received_on),
            Self::RefundSent { sent_on, .. } => Some(*sent_on),
            Self::DisputeOpened { opened_on, .. } => Some(*opened_on),
            Self::Attempted { on, .. }
            | Self::Declined { on, .. }
            | Self::DisputeWon { on, .. }
            | Self::DisputeLost { on, .. }
            | Self::DisputeFeeCharged { on, .. } => Some(*on),
            Self::Allocated { .. }
            | Self::Unallocated { .. }
            | Self::RefundRequested { .. }
            | Self::RefundFailed { .. } => None,
        }
    }

    fn claims(&self) -> Vec<Claim> {
        let (scope, gateway, reference) = match self {
            Self::Attempted { gateway, reference, .. }
            | Self::Settled { gateway, reference, .. } => {
                (Self::REFERENCE_SCOPE, gateway, reference)
            }
            Self::RefundSent { gateway, reference, .. } => {
                (Self::REFUND_REFERENCE_SCOPE, gateway, reference)
            }
            _ => return Vec::new(),
        };
        let key = reference.as_ref().map(|reference| Self::reference_key(gateway, reference));
        key.into_iter().map(|key| Claim::Take { scope, key }).collect()
    }
}
