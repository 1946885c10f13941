//! What is known of a payment.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{ClientId, InvoiceId, Money, Origin};
use crate::payment::{
    Allocation, Attempt, Decline, Dispute, PaymentEvent, Refund, Reversal, Source,
};

/// A payment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payment {
    /// Nothing is recorded under this id.
    #[default]
    Absent,
    /// Tried, and nothing is decided.
    Attempted(Attempt),
    /// The money arrived.
    Settled(Box<SettledPayment>),
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
    /// What it paid, numbered from 1 without a hole, whatever was taken back since.
    pub allocations: Vec<Allocation>,
    /// What of that was taken back, numbered from 1 without a hole.
    pub reversals: Vec<Reversal>,
    /// What lies in the client's credit and came from here.
    pub credit: Money,
    /// What nobody has matched.
    pub unapplied: Money,
    /// What was promised back, numbered from 1 without a hole.
    pub refunds: Vec<Refund>,
    /// What the client's bank took back, numbered from 1 without a hole.
    pub disputes: Vec<Dispute>,
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
    /// Whether another try may help.
    pub decline: Decline,
    /// The invoice it was to pay, if it was to pay one.
    pub invoice_id: Option<InvoiceId>,
    /// The day it was tried.
    pub on: NaiveDate,
}

impl Payment {
    /// Who pays, once anything is known.
    pub fn client(&self) -> Option<ClientId> {
        match self {
            Self::Absent => None,
            Self::Attempted(attempt) => Some(attempt.client_id),
            Self::Settled(settled) => Some(settled.client_id),
            Self::Declined(declined) => Some(declined.client_id),
        }
    }

    /// The payment, if its money arrived.
    pub fn settled(&self) -> Option<&SettledPayment> {
        match self {
            Self::Settled(settled) => Some(settled),
            Self::Absent | Self::Attempted(_) | Self::Declined(_) => None,
        }
    }

    pub(super) fn take(&mut self, event: &PaymentEvent) {
        if let Some(begun) = Self::begun_by(event) {
            *self = begun;
        } else if let Self::Settled(settled) = self {
            settled.take(event);
        }
    }

    fn begun_by(event: &PaymentEvent) -> Option<Self> {
        match event {
            PaymentEvent::Attempted {
                client_id,
                amount,
                gateway,
                reference,
                stage,
                invoice_id,
                on,
            } => Some(Self::Attempted(Attempt {
                client_id: *client_id,
                amount: *amount,
                gateway: gateway.clone(),
                reference: reference.clone(),
                stage: *stage,
                invoice_id: *invoice_id,
                on: *on,
            })),
            PaymentEvent::Declined {
                client_id,
                amount,
                gateway,
                reason,
                decline,
                invoice_id,
                on,
            } => Some(Self::Declined(DeclinedPayment {
                client_id: *client_id,
                amount: *amount,
                gateway: gateway.clone(),
                reason: reason.clone(),
                decline: *decline,
                invoice_id: *invoice_id,
                on: *on,
            })),
            _ => SettledPayment::begun_by(event).map(Box::new).map(Self::Settled),
        }
    }
}

impl SettledPayment {
    fn begun_by(event: &PaymentEvent) -> Option<Self> {
        let PaymentEvent::Settled {
            client_id,
            amount,
            gateway,
            reference,
            received_on: _,
            allocations,
            to_credit,
            unapplied,
            origin,
        } = event
        else {
            return None;
        };
        Some(Self {
            client_id: *client_id,
            amount: *amount,
            gateway: gateway.clone(),
            reference: reference.clone(),
            allocations: allocations.clone(),
            reversals: Vec::new(),
            credit: *to_credit,
            unapplied: *unapplied,
            refunds: Vec::new(),
            disputes: Vec::new(),
            origin: origin.clone(),
        })
    }

    /// What lies in a place and can still be matched.
    pub fn left(&self, from: Source) -> Money {
        match from {
            Source::Unapplied => self.unapplied,
            Source::Credit => self.credit,
        }
    }

    /// The refund of a number.
    pub fn refund(&self, no: u32) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.no == no)
    }

    /// The dispute of a number.
    pub fn dispute(&self, no: u32) -> Option<&Dispute> {
        self.disputes.iter().find(|dispute| dispute.no == no)
    }
}
