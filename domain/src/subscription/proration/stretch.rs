//! Stretches: service between two instants, prorated by the second.
//!
//! Guarantees that the time left from a change to the end, over all seconds of the cycle, gives
//! both the credit for the old terms and the charge for the new ones. Instants are cut to whole
//! seconds. Case family `proration.second`. Absent on purpose: time zones, since instants have
//! none.

use chrono::{DateTime, SubsecRound, Utc};

use super::super::conventions::Conventions;
use super::fraction::Fraction;
use super::terms::Terms;
use super::unused::BilledLine;
use crate::kernel::{Invalid, Money, MoneyRefusal, Period, Zone};

/// Service from one instant to another, which is out; at least a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Stretch {
    /// Refuses a stretch without a whole second.
    pub fn try_new(from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Self, Invalid> {
        let (from, to) = (from.trunc_subsecs(0), to.trunc_subsecs(0));
        if to <= from {
            return Err(Invalid::one("period/to", "period.empty", "must lie after its start"));
        }
        Ok(Self { from, to })
    }

    /// The days of a period at a place; nothing where the place left them all out.
    pub fn of_days(days: Period, zone: Zone) -> Option<Self> {
        Self::try_new(zone.first_instant(days.from()), zone.first_instant(days.to())).ok()
    }

    /// The first instant.
    pub fn from(self) -> DateTime<Utc> {
        self.from
    }

    /// The instant after the last one.
    pub fn to(self) -> DateTime<Utc> {
        self.to
    }

    /// How many seconds, at least one.
    pub fn seconds(self) -> u64 {
        self.to.signed_duration_since(self.from).num_seconds().unsigned_abs()
    }

    /// What is left from an instant on; all of it if that lies before, nothing if behind.
    pub fn rest_from(self, at: DateTime<Utc>) -> Option<Self> {
        Self::try_new(self.from.max(at), self.to).ok()
    }

    /// The share of another stretch that this one covers.
    pub fn share_of(self, whole: Self) -> Fraction {
        let common = Self::try_new(self.from.max(whole.from), self.to.min(whole.to));
        let share = common.ok().and_then(|it| Fraction::of(it.seconds(), whole.seconds()));
        share.unwrap_or(Fraction::NONE)
    }

    /// The charge for the stretch, by its share of a cycle.
    pub fn charge(
        self,
        cycle: Self,
        terms: Terms,
        conventions: Conventions,
    ) -> Result<Money, MoneyRefusal> {
        terms.charge(self.share_of(cycle), conventions.rounding())
    }
}

/// A change of terms, or an end, within a stretch that was charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StretchChange {
    /// The service that was charged.
    pub stretch: Stretch,
    /// The cycle it is measured against; the stretch itself for a whole one.
    pub cycle: Stretch,
    /// What was charged, and what is left of it.
    pub line: BilledLine,
    /// When the old terms end.
    pub at: DateTime<Utc>,
    /// What is charged from then on; nothing for an end.
    pub to: Option<Terms>,
}

/// What a change brings. An amount of nothing is no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StretchLines {
    /// What goes back for the old terms: negative for terms that were charged.
    pub unused: Option<Money>,
    /// What the new terms cost for the time left.
    pub recurring: Option<Money>,
    /// The sum of both.
    pub net: Money,
}

impl StretchChange {
    /// The credit and the charge for the time left.
    pub fn lines(self, conventions: Conventions) -> Result<StretchLines, MoneyRefusal> {
        let nothing = Money::zero(self.line.billed.currency());
        let Some(rest) = self.stretch.rest_from(self.at) else {
            return Ok(StretchLines { unused: None, recurring: None, net: nothing });
        };
        let of_line = rest.share_of(self.stretch);
        let of_cycle = rest.share_of(self.cycle);
        let credit = self.line.credit(of_line, of_cycle, conventions)?.negate();
        let charge = match self.to {
            Some(terms) => rest.charge(self.cycle, terms, conventions)?,
            None => nothing,
        };
        let line = |amount: Money| (!amount.is_zero()).then_some(amount);
        let net = credit.checked_add(charge)?;
        Ok(StretchLines { unused: line(credit), recurring: line(charge), net })
    }
}
