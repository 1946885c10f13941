//! What can have happened to a payment.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::aggregate::name_events;
use crate::kernel::{Claim, ClientId, EventBody, InvoiceId, Money, Origin};
use crate::payment::{Allocation, Source};

/// A fact about a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentEvent {
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
}

name_events!(PaymentEvent {
    Settled => "payment.settled" v "1",
    Declined => "payment.declined" v "1",
    Allocated => "payment.allocated" v "1",
});

impl PaymentEvent {
    /// Scope of the claim on a gateway's reference; see [`PaymentEvent::reference_key`].
    pub const REFERENCE_SCOPE: &'static str = "payment.reference";

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
            Self::Declined { on, .. } => Some(*on),
            Self::Allocated { .. } => None,
        }
    }

    fn claims(&self) -> Vec<Claim> {
        match self {
            Self::Settled { gateway, reference: Some(reference), .. } => {
                let key = Self::reference_key(gateway, reference);
                vec![Claim::Take { scope: Self::REFERENCE_SCOPE, key }]
            }
            Self::Settled { .. } | Self::Declined { .. } | Self::Allocated { .. } => Vec::new(),
        }
    }
}
