//! A line of a statement, and whose statement it is.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{Money, Pii};

/// Whose statement it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SettlementSource {
    /// Of an account at a payment provider.
    Gateway {
        /// The account's key, such as `stripe`.
        gateway: String,
    },
    /// Of one of our own bank accounts.
    Bank {
        /// What the seller calls the account.
        account: String,
    },
}

impl SettlementSource {
    /// The key of the account, whoever keeps it.
    pub fn key(&self) -> &str {
        match self {
            Self::Gateway { gateway } => gateway,
            Self::Bank { account } => account,
        }
    }

    /// The key under which a line of it is claimed: a line is in one settlement.
    pub fn line_key(&self, their_id: &str) -> String {
        let whose = match self {
            Self::Gateway { .. } => "gateway",
            Self::Bank { .. } => "bank",
        };
        format!("{whose}/{}/{their_id}", self.key())
    }
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementLineKind {
    /// A payment.
    Charge,
    /// Money that went back, or came back from there.
    Refund,
    /// A dispute took money.
    Dispute,
    /// A dispute gave money back.
    DisputeReversal,
    /// What the provider keeps for itself.
    Fee,
    /// What the provider sent to our bank, or got back from it.
    Payout,
    /// Something else of the provider.
    Adjustment,
    /// Money that came to our bank account.
    Incoming,
    /// Money that left our bank account.
    Outgoing,
}

/// A line of a statement. What came in is positive; the fee is positive where it is charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettlementLine {
    /// Counts the lines of the settlement from 1.
    pub no: u32,
    /// What the provider or bank calls the line.
    pub their_id: String,
    /// What it is about.
    pub kind: SettlementLineKind,
    /// What they call the thing it is about, such as a charge.
    pub reference: Option<String>,
    /// What we called it when we asked for it, such as the id of a payment.
    pub ours: Option<String>,
    /// What moved.
    pub gross: Money,
    /// What they kept of it, if anything.
    pub fee: Option<Money>,
    /// By how much the account changed: gross less fee.
    pub net: Money,
    /// The day of it.
    pub on: NaiveDate,
    /// What a payer wrote, sealed.
    pub text: Option<Pii<String>>,
}
