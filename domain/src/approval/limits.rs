//! Above which sums a seller wants a second person.
//!
//! Guarantees: without a limit nothing is held back; a kind of deed that has a limit in some
//! currency needs a second person in every currency that has none, whatever the amount, since
//! nothing is converted here and the unknown side is the safe one.

use serde::{Deserialize, Serialize};

use crate::kernel::{Currency, DeedKind, Invalid, Money};

/// The most limits a seller sets.
pub const MOST_LIMITS: usize = 100;

/// Up to which sum one person is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalLimit {
    /// For which deeds.
    pub kind: DeedKind,
    /// The highest sum that one person may do alone; zero or more.
    pub up_to: Money,
}

/// Every limit of a seller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ApprovalLimits(Vec<ApprovalLimit>);

impl ApprovalLimits {
    /// Checks and takes limits.
    ///
    /// # Errors
    /// Too many, one below zero, or two of one kind and currency.
    pub fn try_new(limits: Vec<ApprovalLimit>) -> Result<Self, Invalid> {
        let limits = Self(limits);
        limits.check()?;
        Ok(limits)
    }

    /// Checks the limits, all of them at once.
    ///
    /// # Errors
    /// Too many, one below zero, or two of one kind and currency.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.0.len() > MOST_LIMITS {
            let detail = "holds more than 100 limits";
            return Err(Invalid::one("limits", "list.too_long", detail));
        }
        Invalid::gather(self.0.iter().enumerate().map(|(at, limit)| {
            let before = self.0.iter().take(at);
            let same = |other: &ApprovalLimit| {
                other.kind == limit.kind && other.up_to.currency() == limit.up_to.currency()
            };
            if limit.up_to.is_negative() {
                let detail = "must not be below zero";
                Err(Invalid::one(&format!("limits/{at}/up_to"), "limit.negative", detail))
            } else if before.into_iter().any(same) {
                let detail = "there is a limit of this kind and currency already";
                Err(Invalid::one(&format!("limits/{at}"), "limit.repeated", detail))
            } else {
                Ok(())
            }
        }))
    }

    /// Every limit, as it was set.
    pub fn iter(&self) -> impl Iterator<Item = &ApprovalLimit> {
        self.0.iter()
    }

    /// The limit of a kind in a currency, if there is one.
    pub fn of(&self, kind: DeedKind, currency: Currency) -> Option<Money> {
        let limit =
            |limit: &&ApprovalLimit| limit.kind == kind && limit.up_to.currency() == currency;
        self.0.iter().find(limit).map(|limit| limit.up_to)
    }

    /// Whether so much of a kind needs a second person.
    pub fn hold_back(&self, kind: DeedKind, sum: Money) -> bool {
        match self.of(kind, sum.currency()) {
            Some(up_to) => sum.minor() > up_to.minor(),
            None => self.0.iter().any(|limit| limit.kind == kind),
        }
    }
}
