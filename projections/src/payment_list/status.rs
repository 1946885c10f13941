//! The words for how a payment and a refund stand (PAY-30).

use super::PaymentRow;
use crate::row::cell::words;

/// How a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PaymentStatus {
    /// The gateway works on it.
    Pending,
    /// The client has to do something.
    ActionRequired,
    /// The gateway was asked and did not answer.
    Unknown,
    /// It arrived.
    Settled,
    /// The gateway said no.
    Declined,
    /// A part of it was sent back.
    PartiallyRefunded,
    /// All of it was sent back.
    Refunded,
    /// The client's bank took something back, for now or for good.
    Disputed,
}

words! {
    PaymentStatus = "status of a payment" {
        Pending => "pending",
        ActionRequired => "action_required",
        Unknown => "unknown",
        Settled => "settled",
        Declined => "declined",
        PartiallyRefunded => "partially_refunded",
        Refunded => "refunded",
        Disputed => "disputed",
    }
}

/// How a refund stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RefundStatus {
    /// Promised; not sent yet.
    Requested,
    /// Sent.
    Sent,
    /// It could not be sent.
    Failed,
}

words! {
    RefundStatus = "status of a refund" {
        Requested => "requested",
        Sent => "sent",
        Failed => "failed",
    }
}

impl PaymentStatus {
    /// How a payment stands whose money arrived.
    pub(super) fn of_arrived(row: &PaymentRow) -> Self {
        if row.disputed > 0 || row.lost > 0 {
            Self::Disputed
        } else if row.refunded == 0 {
            Self::Settled
        } else if row.refunded < row.amount {
            Self::PartiallyRefunded
        } else {
            Self::Refunded
        }
    }
}
