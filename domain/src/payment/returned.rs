//! Money that left a payment again: refunds and disputes.

use serde::{Deserialize, Serialize};

use crate::kernel::{Money, MoneyRefusal};
use crate::payment::Drawn;

/// Money promised back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Counts the refunds of the payment from 1.
    pub no: u32,
    /// How much.
    pub amount: Money,
    /// From where it was taken.
    pub drawn: Drawn,
    /// How it stands.
    pub stage: RefundStage,
}

/// How a refund stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStage {
    /// Promised; not sent yet.
    Requested,
    /// Sent.
    Sent {
        /// The gateway's own name for it.
        reference: Option<String>,
    },
    /// It could not be sent, and its money went back.
    Failed,
}

/// Money that the client's bank took back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// Counts the disputes of the payment from 1.
    pub no: u32,
    /// The gateway's own name for it.
    pub reference: Option<String>,
    /// What was taken out of the payment.
    pub amount: Money,
    /// From where it was taken.
    pub drawn: Drawn,
    /// What of it is neither won nor lost.
    pub undecided: Money,
    /// What of it stands as disputed receivable.
    pub held: Money,
    /// What of it was lost.
    pub lost: Money,
}

impl Dispute {
    /// What of it is not with the payment: undecided or lost.
    pub fn taken(&self) -> Result<Money, MoneyRefusal> {
        self.undecided.checked_add(self.lost)
    }
}
