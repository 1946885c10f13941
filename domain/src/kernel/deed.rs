//! A deed: what may need a second person above a sum.
//!
//! Guarantees that every event which is one says so where its aggregate is written, in
//! [`Aggregate::deed`](crate::kernel::Aggregate::deed), whoever asked for it and by which way.
//! Absent on purpose: the limits, which a seller sets, and who may say yes.

use serde::{Deserialize, Serialize};

use crate::kernel::Money;
use crate::role::Permission;

/// The kinds of deeds: a new one is a line here and one where its event is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeedKind {
    /// Money of a payment goes back.
    Refund,
    /// What is owed is given up.
    WriteOff,
    /// Commissions are paid out.
    Payout,
}

impl DeedKind {
    /// Every one, in the order they are shown in.
    pub const ALL: [Self; 3] = [Self::Refund, Self::WriteOff, Self::Payout];

    /// Its name for machines, as it is stored.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Refund => "refund",
            Self::WriteOff => "write_off",
            Self::Payout => "payout",
        }
    }

    /// The kind of a name.
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// What one must be allowed to do it.
    pub fn permission(self) -> Permission {
        match self {
            Self::Refund => Permission::PaymentsRefund,
            Self::WriteOff => Permission::InvoicesWriteOff,
            Self::Payout => Permission::AffiliatesPay,
        }
    }
}

/// What an event does that may need a second person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed {
    /// The kind.
    pub kind: DeedKind,
    /// How much it is.
    pub amount: Money,
    /// How much its stream did of that kind, this one with it, over the time that counts as one.
    pub in_all: Money,
}
