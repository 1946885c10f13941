//! The statement of an affiliate: which payment earned each cent, which refund took it back, and
//! where it is now.
//!
//! Guarantees that the lines sum to what is pending, payable, on its way and paid (gain EVT-33).
//! Absent on purpose: names of clients, and figures across currencies.

use chrono::NaiveDate;
use serde::Serialize;

use crate::affiliate::{Book, Commission, CommissionStatus, PayoutStatus};
use crate::kernel::{ClientId, Currency, Money, MoneyRefusal, PaymentId};

/// What an affiliate has in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Every commission and every reversal, by day.
    pub lines: Vec<StatementLine>,
    /// In its hold.
    pub pending: Money,
    /// Owed and in no payout; negative while the affiliate owes.
    pub payable: Money,
    /// In payouts that were asked for.
    pub requested: Money,
    /// In payouts that were sent.
    pub paid: Money,
}

/// What a line of a statement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A payment earned it.
    Earned,
    /// A refund took it back.
    Reversed,
    /// It was refused.
    Rejected,
}

impl LineKind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Earned => "earned",
            Self::Reversed => "reversed",
            Self::Rejected => "rejected",
        }
    }
}

/// A commission, or what a refund or a refusal took back of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StatementLine {
    /// What the line says.
    pub kind: LineKind,
    /// The day of the sale, the refund or the refusal.
    pub on: NaiveDate,
    /// The payment that earned it, or whose refund took it back.
    pub payment_id: PaymentId,
    /// Who paid.
    pub client_id: ClientId,
    /// The commission.
    pub commission: u32,
    /// The reversal, if it is one.
    pub reversal: Option<u32>,
    /// How much; negative for what was taken back.
    pub amount: Money,
    /// What the commission is now.
    pub status: CommissionStatus,
    /// The payout it is in, or was set against.
    pub payout: Option<u32>,
}

impl Book {
    /// The statement in a currency.
    pub fn statement(&self, currency: Currency) -> Result<Statement, MoneyRefusal> {
        let mut lines = Vec::new();
        let mut pending = Money::zero(currency);
        for commission in self.commissions.iter().filter(|one| one.earned.currency() == currency) {
            lines.push(earned(commission));
            lines.extend(commission.rejected.map(|rejection| StatementLine {
                kind: LineKind::Rejected,
                on: rejection.on,
                amount: rejection.amount.negate(),
                ..earned(commission)
            }));
            if commission.status() == CommissionStatus::Pending {
                pending = pending.checked_add(commission.left)?;
            }
        }
        for reversal in self.reversals.iter().filter(|one| one.amount.currency() == currency) {
            lines.extend(self.commission(reversal.commission).map(|commission| StatementLine {
                kind: LineKind::Reversed,
                on: reversal.on,
                reversal: Some(reversal.no),
                amount: reversal.amount.negate(),
                payout: reversal.payout,
                ..earned(commission)
            }));
        }
        lines.sort_by_key(|line| (line.on, line.commission, line.kind, line.reversal));
        let in_payouts = |status: PayoutStatus| {
            let payouts = self.payouts.iter().filter(|payout| payout.status == status);
            let amounts = payouts.map(|payout| payout.amount);
            Money::sum(currency, amounts.filter(|amount| amount.currency() == currency))
        };
        Ok(Statement {
            lines,
            pending,
            payable: self.payable(currency)?.amount,
            requested: in_payouts(PayoutStatus::Requested)?,
            paid: in_payouts(PayoutStatus::Sent)?,
        })
    }
}

fn earned(commission: &Commission) -> StatementLine {
    StatementLine {
        kind: LineKind::Earned,
        on: commission.on,
        payment_id: commission.payment_id,
        client_id: commission.client_id,
        commission: commission.no,
        reversal: None,
        amount: commission.earned,
        status: commission.status(),
        payout: commission.payout,
    }
}
