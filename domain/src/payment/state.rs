//! What is known of a payment.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{ClientId, Money, Origin};
use crate::payment::{Allocation, PaymentEvent, Source};

/// A payment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payment {
    /// Nothing is recorded under this id.
    #[default]
    Absent,
    /// The money arrived.
    Settled(SettledPayment),
    /// The attempt failed.
    Declined(DeclinedPayment),
}

/// Money that arrived, and where it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledPayment {
    /// Who paid.
    pub client_id: ClientId,
    /// What arrived.
    pub amount: Money,
    /// Key of the way it came.
    pub gateway: String,
    /// The gateway's own name for it.
    pub reference: Option<String>,
    /// What it pays, numbered from 1 without a hole.
    pub allocations: Vec<Allocation>,
    /// What lies in the client's credit and came from here.
    pub credit: Money,
    /// What nobody has matched.
    pub unapplied: Money,
    /// Where an imported payment came from.
    pub origin: Option<Origin>,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclinedPayment {
    /// Who tried to pay.
    pub client_id: ClientId,
    /// What was asked for.
    pub amount: Money,
    /// Key of the way it was tried.
    pub gateway: String,
    /// What the gateway said.
    pub reason: String,
    /// The day it was tried.
    pub on: NaiveDate,
}

impl Payment {
    /// The payment, if its money arrived.
    pub fn settled(&self) -> Option<&SettledPayment> {
        match self {
            Self::Settled(settled) => Some(settled),
            Self::Absent | Self::Declined(_) => None,
        }
    }

    pub(super) fn take(&mut self, event: &PaymentEvent) {
        match event {
            PaymentEvent::Settled {
                client_id,
                amount,
                gateway,
                reference,
                received_on: _,
                allocations,
                to_credit,
                unapplied,
                origin,
            } => {
                *self = Self::Settled(SettledPayment {
                    client_id: *client_id,
                    amount: *amount,
                    gateway: gateway.clone(),
                    reference: reference.clone(),
                    allocations: allocations.clone(),
                    credit: *to_credit,
                    unapplied: *unapplied,
                    origin: origin.clone(),
                });
            }
            PaymentEvent::Declined { client_id, amount, gateway, reason, on } => {
                *self = Self::Declined(DeclinedPayment {
                    client_id: *client_id,
                    amount: *amount,
                    gateway: gateway.clone(),
                    reason: reason.clone(),
                    on: *on,
                });
            }
            PaymentEvent::Allocated { no, invoice_id, amount, left, from, client_id: _ } => {
                if let Self::Settled(settled) = self {
                    let (no, invoice_id, amount) = (*no, *invoice_id, *amount);
                    settled.allocations.push(Allocation { no, invoice_id, amount });
                    match from {
                        Source::Unapplied => settled.unapplied = *left,
                        Source::Credit => settled.credit = *left,
                    }
                }
            }
        }
    }
}

impl SettledPayment {
    /// What lies in a place and can still be matched.
    pub fn left(&self, from: Source) -> Money {
        match from {
            Source::Unapplied => self.unapplied,
            Source::Credit => self.credit,
        }
    }
}
