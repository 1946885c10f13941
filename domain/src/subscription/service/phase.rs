//! Phases: stretches of a service on the same terms.
//!
//! Guarantees that a phase charges from one day on, up to its end if it has one. A change of plan
//! or quantity, a pause and a resumption end one phase and begin another. Absent on purpose: why a
//! phase ended.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::billed::Billed;
use crate::invoice::{LineKind, TaxTreatment};
use crate::kernel::text::check_line;
use crate::kernel::{Invalid, Money, MoneyRefusal, ProductId, Quantity, Rounding, UnitPrice};
use crate::subscription::proration::Terms;
use crate::subscription::{Anchor, BillingSchedule, Interval, PeriodRefusal, Timing};

/// What is charged, as agreed when a phase began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTerms {
    /// The product that is subscribed to.
    pub product_id: ProductId,
    /// The plan's code in the catalogue, 1 to 100 characters.
    pub plan: String,
    /// What documents call it, 1 to 200 characters.
    pub name: String,
    /// What its lines bill.
    pub kind: LineKind,
    /// How it is taxed.
    pub tax: TaxTreatment,
    /// Of one piece for a whole cycle, without tax; without it nothing recurs.
    pub price: Option<UnitPrice>,
    /// How many pieces.
    pub quantity: Quantity,
    /// Charged once when the plan is entered, and never given back.
    pub setup_fee: Option<Money>,
    /// How far boundaries lie apart.
    pub interval: Interval,
    /// When a period is billed.
    pub timing: Timing,
}

impl PlanTerms {
    /// Checks the code, that no amount is negative, and that a whole cycle costs no more than money
    /// can be; what is prorated then fits too.
    ///
    /// # Errors
    /// Names the field and the rule.
    pub fn check(&self) -> Result<(), Invalid> {
        let fee = match self.setup_fee {
            Some(fee) if fee.is_negative() => {
                Err(Invalid::one("setup_fee", "amount.negative", "must not be negative"))
            }
            _ => Ok(()),
        };
        let price = match self.price.map(|price| price.times(self.quantity, Rounding::default())) {
            Some(Err(MoneyRefusal::OutOfRange)) => {
                Err(Invalid::one("price", "amount.too_large", "times quantity must fit"))
            }
            Some(Ok(amount)) if amount.is_negative() => {
                Err(Invalid::one("price", "amount.negative", "must not be negative"))
            }
            _ => Ok(()),
        };
        let currency = match (self.price, self.setup_fee) {
            (Some(price), Some(fee)) if price.currency() != fee.currency() => {
                Err(Invalid::one("setup_fee", "currency.mixed", "must be in the price's currency"))
            }
            _ => Ok(()),
        };
        let plan = check_line("plan", &self.plan, 100);
        let name = check_line("name", &self.name, 200);
        Invalid::gather([plan, name, self.tax.check(), fee, price, currency])
    }

    /// Price and quantity, if anything recurs.
    pub fn recurring(&self) -> Option<Terms> {
        self.price.map(|price| Terms { price, quantity: self.quantity })
    }
}

/// How a phase ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// The day on which it happens.
    pub on: NaiveDate,
    /// The first day that is not charged: the same day, or the one after it where the day of the
    /// end belongs to the old state.
    pub day: NaiveDate,
}

/// The days with which a phase begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// On which it was entered: a setup fee is due.
    pub entered_on: NaiveDate,
    /// The first day that is charged.
    pub starts_on: NaiveDate,
    /// When the first period is due, if it is billed in advance.
    pub first_due: NaiveDate,
}

impl Days {
    /// Entered, charged and due on one day.
    pub fn at_once(day: NaiveDate) -> Self {
        Self { entered_on: day, starts_on: day, first_due: day }
    }
}

/// A stretch of service on the same terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phase {
    pub(super) no: u32,
    pub(super) terms: PlanTerms,
    pub(super) anchor: Anchor,
    pub(super) entered_on: NaiveDate,
    pub(super) starts_on: NaiveDate,
    /// When the first period is due, if it is billed in advance: on the day of a change also where
    /// that day still belongs to the old state.
    pub(super) first_due: NaiveDate,
    pub(super) end: Option<End>,
    pub(super) billed_to: Option<NaiveDate>,
    pub(super) setup_billed: bool,
}

impl Phase {
    pub(super) fn new(no: u32, terms: PlanTerms, anchor: Anchor, days: Days) -> Self {
        let Days { entered_on, starts_on, first_due } = days;
        let setup_billed = terms.setup_fee.is_none_or(Money::is_zero);
        Self {
            no,
            terms,
            anchor,
            entered_on,
            starts_on,
            first_due,
            end: None,
            billed_to: None,
            setup_billed,
        }
    }

    /// On which terms.
    pub fn terms(&self) -> &PlanTerms {
        &self.terms
    }

    /// What its boundaries hold on to.
    pub fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// The day on which it was entered.
    pub fn entered_on(&self) -> NaiveDate {
        self.entered_on
    }

    /// The first day that is charged: after a trial, or after what was billed by earlier
    /// boundaries.
    pub fn starts_on(&self) -> NaiveDate {
        self.starts_on
    }

    /// How it ends, if it does.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// The day up to which it is billed; nothing before the first bill.
    pub fn billed_to(&self) -> Option<NaiveDate> {
        self.billed_to
    }

    /// Its periods.
    pub(super) fn schedule(&self) -> Result<BillingSchedule, PeriodRefusal> {
        let schedule = BillingSchedule::try_new(self.starts_on, self.terms.interval, self.anchor)?;
        Ok(schedule.until(self.end.map(|end| end.day)))
    }

    /// The first day that the term under way on a day does not cover: the end of what is billed in
    /// advance, or else of the period around the day.
    pub fn term_end(&self, on: NaiveDate) -> NaiveDate {
        if on < self.starts_on {
            return self.starts_on;
        }
        let around = self.schedule().ok().and_then(|schedule| schedule.containing(on));
        let around = around.map_or(on, |period| period.span().to());
        self.billed_to.filter(|to| *to > on).unwrap_or(around)
    }

    /// Whether it ended, and nothing of it is to be billed or to go back.
    pub(super) fn is_barren(&self, billed: &[Billed]) -> bool {
        let Some(end) = self.end.filter(|_| self.setup_billed) else { return false };
        let ours = |line: &&Billed| line.phase == self.no;
        let reaches = billed.iter().filter(ours).any(|line| line.reaches_past(end.day));
        let from = self.billed_to.unwrap_or(self.starts_on);
        let rest = self.schedule().ok().and_then(|schedule| schedule.periods_from(from).next());
        let due = rest.is_some_and(|period| period.span().to() > from);
        !(reaches || due && self.terms.price.is_some())
    }

    /// Whether it ended, and everything of it was planned by a day.
    pub(super) fn is_over(&self, through: NaiveDate) -> bool {
        self.end.is_some_and(|end| end.on <= through)
    }
}
