//! What credit pays of an invoice before anybody is asked for money.
//!
//! Guarantees that credit of the invoice's currency alone is used, credit notes before wallets,
//! the oldest note first and the wallet of the lowest priority first; that no credit goes below
//! zero and no invoice is paid twice. Case family `credit.apply`. Absent on purpose: where credit
//! comes from, and tax: paying with credit is an allocation and never a tax document.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::{Money, MoneyRefusal};

/// Where credit comes from, and its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CreditKind {
    /// What a credit note left.
    CreditNote,
    /// Money paid ahead.
    Wallet {
        /// Lower ones are used first.
        priority: u32,
    },
}

/// Credit that may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Its name.
    pub id: String,
    /// Where it comes from.
    #[serde(flatten)]
    pub kind: CreditKind,
    /// Its age among credit of its kind: lower ones are older.
    pub order: u32,
    /// What is left of it.
    pub left: Money,
    /// Its last day, if it has one.
    pub expires_on: Option<NaiveDate>,
}

/// What credit paid of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditUse {
    /// What each credit paid, in the order of use; credit that paid nothing is not listed.
    pub used: Vec<(String, Money)>,
    /// What is left of each credit, in the order given.
    pub left: Vec<Credit>,
    /// What is still to be paid.
    pub due: Money,
}

impl Credit {
    /// Whether it can pay an invoice of this currency on a day.
    fn pays(&self, total: Money, on: NaiveDate) -> bool {
        self.left.currency() == total.currency()
            && self.left.is_positive()
            && self.expires_on.is_none_or(|last| on <= last)
    }
}

/// Pays an invoice with credit on a day, as far as it goes.
pub fn apply(total: Money, on: NaiveDate, credits: &[Credit]) -> Result<CreditUse, MoneyRefusal> {
    let mut left = credits.to_vec();
    let mut turns: Vec<&mut Credit> =
        left.iter_mut().filter(|credit| credit.pays(total, on)).collect();
    turns.sort_by_key(|credit| (credit.kind, credit.order));
    let (mut used, mut due) = (Vec::new(), total);
    for credit in turns {
        if !due.is_positive() {
            break;
        }
        let amount = if credit.left.minor() < due.minor() { credit.left } else { due };
        credit.left = credit.left.checked_sub(amount)?;
        due = due.checked_sub(amount)?;
        used.push((credit.id.clone(), amount));
    }
    Ok(CreditUse { used, left, due })
}
