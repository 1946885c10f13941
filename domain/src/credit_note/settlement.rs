//! What becomes of a credit note: money sent back, credit kept, or less owed.
//!
//! Guarantees that the three sum to the note and none is below zero, and that never more is sent
//! back than was paid beyond what is still owed. Case family `credit_note.settle`. Absent on
//! purpose: the refund itself, which can fail at the gateway and is a fact of its own.

use serde::{Deserialize, Serialize};

use crate::kernel::{Money, MoneyRefusal};

/// What the client wants to become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementMode {
    /// Send back what was paid, keep the rest as credit.
    Refund,
    /// Keep all of it as credit.
    Credit,
    /// Lower what is still owed, keep the rest as credit.
    Offset,
}

/// What becomes of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// Sent back.
    pub refund: Money,
    /// Kept as credit.
    pub credit: Money,
    /// Taken off what is owed.
    pub offset: Money,
}

/// Settles a note of `note` on an invoice of `total` of which `paid` came in as money.
pub fn settle(
    total: Money,
    paid: Money,
    note: Money,
    mode: SettlementMode,
) -> Result<Settlement, MoneyRefusal> {
    let zero = Money::zero(total.currency());
    let (refund, offset) = match mode {
        SettlementMode::Credit => (zero, zero),
        SettlementMode::Refund => {
            let still_owed = largest(zero, total.checked_sub(note)?);
            let beyond = paid.checked_sub(still_owed)?;
            (least(least(note, paid), largest(zero, beyond)), zero)
        }
        SettlementMode::Offset => {
            let owed = largest(zero, total.checked_sub(paid)?);
            (zero, least(note, owed))
        }
    };
    let credit = note.checked_sub(refund)?.checked_sub(offset)?;
    Ok(Settlement { refund, credit, offset })
}

/// The smaller of two amounts of one currency.
fn least(one: Money, two: Money) -> Money {
    if two.minor() < one.minor() { two } else { one }
}

/// The larger of two amounts of one currency.
fn largest(one: Money, two: Money) -> Money {
    if one.minor() < two.minor() { two } else { one }
}
