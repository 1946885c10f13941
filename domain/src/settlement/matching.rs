//! What a line may be, and what became of it.

use serde::{Deserialize, Serialize};

use crate::kernel::{Money, PaymentId, SettlementId};
use crate::settlement::{SettlementLine, SettlementLineKind};

/// What we know that a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineMatch {
    /// A payment.
    Payment {
        /// The payment.
        payment_id: PaymentId,
    },
    /// A refund, when it went out or when it came back.
    Refund {
        /// Of which payment.
        payment_id: PaymentId,
        /// Its number there.
        no: u32,
    },
    /// A dispute, when it took money or when it gave it back.
    Dispute {
        /// Of which payment.
        payment_id: PaymentId,
        /// Its number there.
        no: u32,
    },
    /// A fee that belongs to one payment.
    Fee {
        /// The payment.
        payment_id: PaymentId,
    },
    /// A payout that the statement of a provider told of.
    Payout {
        /// That statement.
        settlement_id: SettlementId,
        /// Its line.
        no: u32,
    },
}

/// How a match was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// The line names what we called it.
    OurReference,
    /// We know what they call it.
    TheirReference,
    /// Somebody looked.
    Person,
}

/// Why a line is work for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineUnmatched {
    /// We know of nothing it could be.
    NothingKnown,
    /// It could be more than one thing.
    Several,
    /// We know what it is, but not that amount.
    AmountDiffers {
        /// What it is with us.
        ours: Money,
    },
}

/// What a person did with a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineSettled {
    /// A payment was recorded from it.
    Recorded {
        /// The payment.
        payment_id: PaymentId,
    },
    /// It is no business of these books.
    Ignored {
        /// Why.
        reason: String,
    },
}

impl SettlementLine {
    /// What a thing must be worth for this line to be it; nothing if such a line is never such a
    /// thing.
    pub fn worth_as(&self, thing: &LineMatch) -> Option<Money> {
        use SettlementLineKind as Kind;
        let is = |kinds: &[Kind]| kinds.contains(&self.kind);
        match thing {
            LineMatch::Payment { .. } => {
                let fits = is(&[Kind::Charge, Kind::Incoming, Kind::Adjustment]);
                (fits && self.gross.is_positive()).then_some(self.gross)
            }
            LineMatch::Refund { .. } => {
                is(&[Kind::Refund, Kind::Incoming, Kind::Outgoing, Kind::Adjustment])
                    .then_some(self.gross.abs())
            }
            LineMatch::Dispute { .. } => is(&[
                Kind::Dispute,
                Kind::DisputeReversal,
                Kind::Incoming,
                Kind::Outgoing,
                Kind::Adjustment,
            ])
            .then_some(self.gross.abs()),
            LineMatch::Fee { .. } => {
                is(&[Kind::Fee, Kind::Outgoing, Kind::Adjustment]).then_some(self.net.abs())
            }
            LineMatch::Payout { .. } => {
                is(&[Kind::Incoming, Kind::Outgoing]).then_some(self.gross.abs())
            }
        }
    }

    /// Whether the account gained by it. A refund may go out by one line and come back by another.
    pub(super) fn came_in(&self) -> bool {
        self.net.is_positive()
    }
}
