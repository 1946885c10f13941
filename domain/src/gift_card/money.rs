//! Where the money of a gift card comes from and goes to.

use serde::{Deserialize, Serialize};

use crate::kernel::{ClientId, InvoiceId};

/// How a card was paid for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Funding {
    /// By a gateway, at once.
    Gateway {
        /// Its key, such as `manual_bank`.
        gateway: String,
    },
    /// By a client who owes it from now on.
    Receivable {
        /// The client.
        client_id: ClientId,
    },
}

/// What a card is redeemed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RedeemTo {
    /// The client's credit.
    CustomerCredit {
        /// The client.
        client_id: ClientId,
    },
    /// An invoice.
    Invoice {
        /// Whose invoice it is.
        client_id: ClientId,
        /// The invoice.
        invoice_id: InvoiceId,
    },
}

/// What becomes of the balance of a card that is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Remainder {
    /// The client's credit.
    CustomerCredit {
        /// The client.
        client_id: ClientId,
    },
    /// It is sent back.
    Refund {
        /// To whom.
        client_id: ClientId,
    },
}
