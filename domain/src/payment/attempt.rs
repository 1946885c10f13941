//! An attempt to collect that is not decided yet.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{ClientId, InvoiceId, Money};

/// How far an undecided attempt has come. Nothing of it changes an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptStage {
    /// The gateway works on it.
    Pending,
    /// The client has to do something, such as a 3-D Secure challenge (PAY-23).
    ActionRequired,
    /// The gateway was asked and did not answer. It must be looked up before another try.
    Unknown,
}

/// An attempt that is not decided yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Who pays.
    pub client_id: ClientId,
    /// What is asked for.
    pub amount: Money,
    /// Key of the way it is tried.
    pub gateway: String,
    /// The gateway's own name for it.
    pub reference: Option<String>,
    /// How far it has come.
    pub stage: AttemptStage,
    /// The invoice it is to pay, if it is to pay one.
    pub invoice_id: Option<InvoiceId>,
    /// The day of it.
    pub on: NaiveDate,
}

/// How a gateway said no (PAY-20).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decline {
    /// For now: another try may help.
    #[default]
    Soft,
    /// For good: the client must give another way to pay.
    Hard,
}

impl Decline {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Hard => "hard",
        }
    }
}
