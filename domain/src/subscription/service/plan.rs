//! The planner: what is to be billed for a service by a day, and what goes back.
//!
//! What is wanted follows from the phases alone; what was documented is taken off it; the
//! difference is the plan. Case family `subscription.timeline`. Absent on purpose: documents,
//! taxes, coupons, and the credit of the account.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Service;
use super::phase::{End, Phase};
use crate::invoice::{LINE_LIMIT, TaxTreatment};
use crate::kernel::{Money, ProductId, Zone};
use crate::subscription::proration::{Charge, Terms};
use crate::subscription::{BillingPeriod, Conventions, SubscriptionRefusal, Timing};

/// How many lines one plan holds, as many as stand on one document: a longer backlog is billed in
/// several.
pub const MOST_LINES: usize = LINE_LIMIT;

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlannedKind {
    /// Entering the plan.
    Setup,
    /// A period of service.
    Recurring,
    /// Days that were billed and not used; negative.
    Unused,
}

/// A line that is to be billed, or to go back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedLine {
    /// What it is for.
    pub kind: PlannedKind,
    /// Which phase it is for.
    pub phase: u32,
    /// Of which product.
    pub product_id: ProductId,
    /// The plan's code.
    pub plan: String,
    /// How it is taxed; what goes back is taxed as it was billed.
    pub tax: TaxTreatment,
    /// For which days, of which cycle; nothing for entering the plan.
    pub period: Option<BillingPeriod>,
    /// Price and quantity of a recurring line.
    pub terms: Option<Terms>,
    /// Before tax; negative if it goes back.
    pub amount: Money,
    /// Of what goes back, the number of the billed line.
    pub of: Option<u32>,
}

/// How far a phase is billed once the plan is documented, also where nothing was to be charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Which phase.
    pub phase: u32,
    /// The day after the last one that is billed; nothing if only the setup fee is.
    pub billed_to: Option<NaiveDate>,
}

/// Everything to be billed or given back by a day. Lines of nothing are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The day.
    pub through: NaiveDate,
    /// What is to be billed or given back.
    pub lines: Vec<PlannedLine>,
    /// How far that leads.
    pub progress: Vec<Progress>,
    /// Whether more is due than one plan holds.
    pub more: bool,
}

impl Plan {
    /// A plan of nothing by a day.
    pub fn nothing(through: NaiveDate) -> Self {
        Self { through, lines: Vec::new(), progress: Vec::new(), more: false }
    }

    /// Whether there is nothing to document.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.progress.is_empty()
    }
}

impl Service {
    /// Plans what is due on a day or before, on at most so many lines and never more than
    /// [`MOST_LINES`]. The same service, day and settings give the same plan.
    ///
    /// # Errors
    /// An amount is more than money can be, or a day lies outside the calendar; neither happens to
    /// a service whose terms were checked.
    pub fn plan(
        &self,
        through: NaiveDate,
        conventions: Conventions,
        zone: Zone,
        most: usize,
    ) -> Result<Plan, SubscriptionRefusal> {
        let plan = Plan::nothing(through);
        let mut planning = Planning { plan, places: most.min(MOST_LINES), conventions, zone };
        for phase in &self.phases {
            planning.phase(phase)?;
        }
        self.credits(&mut planning)?;
        Ok(planning.plan)
    }

    /// The first day on which there is something to bill or to give back; nothing if there never
    /// will be, as things stand.
    pub fn next_due(&self) -> Option<NaiveDate> {
        self.phases.iter().filter_map(|phase| self.phase_due(phase)).min()
    }

    fn phase_due(&self, phase: &Phase) -> Option<NaiveDate> {
        let setup = (!phase.setup_billed).then_some(phase.entered_on);
        let from = phase.billed_to.unwrap_or(phase.starts_on);
        let unbilled = |period: &BillingPeriod| period.span().from() >= from;
        let schedule = phase.schedule().ok().filter(|_| phase.terms.price.is_some());
        let period = schedule.and_then(|schedule| schedule.periods_from(from).find(unbilled));
        let charge = period.map(|period| due_on(phase, period));
        let reaches_past = |end: &End| {
            let mut own = self.billed.iter().filter(|billed| billed.phase == phase.no);
            own.any(|billed| billed.reaches_past(end.day))
        };
        let credit = phase.end.filter(reaches_past).map(|end| end.on);
        [setup, charge, credit].into_iter().flatten().min()
    }

    /// What goes back of lines that reach past the end of their phase.
    fn credits(&self, planning: &mut Planning) -> Result<(), SubscriptionRefusal> {
        for phase in &self.phases {
            let Some(end) = phase.end.filter(|end| end.on <= planning.plan.through) else {
                continue;
            };
            for billed in self.billed.iter().filter(|billed| billed.phase == phase.no) {
                let (conventions, zone) = (planning.conventions, planning.zone);
                let credit = billed.span().unused_from(end.day, conventions, zone)?;
                let Some(credit) = credit else { continue };
                if !planning.takes_place() {
                    return Ok(());
                }
                planning.add(PlannedLine {
                    kind: PlannedKind::Unused,
                    phase: phase.no,
                    product_id: billed.product_id(),
                    plan: phase.terms.plan.clone(),
                    tax: billed.tax(),
                    period: Some(credit.period),
                    terms: None,
                    amount: credit.amount.negate(),
                    of: Some(billed.line),
                });
            }
        }
        Ok(())
    }
}

struct Planning {
    plan: Plan,
    /// How many more lines it holds.
    places: usize,
    conventions: Conventions,
    zone: Zone,
}

impl Planning {
    fn phase(&mut self, phase: &Phase) -> Result<(), SubscriptionRefusal> {
        let mut progress = Progress { phase: phase.no, billed_to: None };
        let entered = phase.entered_on <= self.plan.through;
        if let Some(fee) = phase.terms.setup_fee.filter(|_| !phase.setup_billed && entered) {
            if !self.takes_place() {
                return Ok(());
            }
            self.add(setup(phase, fee));
        }
        if let Some(terms) = phase.terms.recurring() {
            progress.billed_to = self.periods(phase, terms)?;
        }
        if progress.billed_to.is_some() || (!phase.setup_billed && entered) {
            self.plan.progress.push(progress);
        }
        Ok(())
    }

    /// Adds the periods that are due; answers the day up to which that bills.
    fn periods(
        &mut self,
        phase: &Phase,
        terms: Terms,
    ) -> Result<Option<NaiveDate>, SubscriptionRefusal> {
        let mut billed_to = None;
        let from = phase.billed_to.unwrap_or(phase.starts_on);
        let unbilled = |period: &BillingPeriod| period.span().from() >= from;
        for period in phase.schedule()?.periods_from(from).filter(unbilled) {
            if due_on(phase, period) > self.plan.through {
                break;
            }
            if !self.takes_place() {
                break;
            }
            let charge = Charge::of(period, terms, self.conventions, self.zone)?;
            self.add(PlannedLine {
                kind: PlannedKind::Recurring,
                phase: phase.no,
                product_id: phase.terms.product_id,
                plan: phase.terms.plan.clone(),
                tax: phase.terms.tax,
                period: Some(period),
                terms: Some(terms),
                amount: charge.amount,
                of: None,
            });
            billed_to = Some(period.span().to());
        }
        Ok(billed_to)
    }

    /// Takes the place of one line; without any left, the rest is for another plan.
    fn takes_place(&mut self) -> bool {
        let left = self.places.checked_sub(1);
        self.plan.more |= left.is_none();
        self.places = left.unwrap_or(0);
        left.is_some()
    }

    fn add(&mut self, line: PlannedLine) {
        if !line.amount.is_zero() {
            self.plan.lines.push(line);
        }
    }
}

fn setup(phase: &Phase, amount: Money) -> PlannedLine {
    PlannedLine {
        kind: PlannedKind::Setup,
        phase: phase.no,
        product_id: phase.terms.product_id,
        plan: phase.terms.plan.clone(),
        tax: phase.terms.tax,
        period: None,
        terms: None,
        amount,
        of: None,
    }
}

/// The first day on which a period is billed: what was used of a service in arrears is billed on
/// the day it ends.
fn due_on(phase: &Phase, period: BillingPeriod) -> NaiveDate {
    let due = phase.terms.timing.billed_on(period.span());
    let last = phase.end.filter(|end| end.day == period.span().to());
    match (phase.terms.timing, last) {
        (Timing::Arrears, Some(end)) => due.min(end.on),
        (Timing::Advance, _) if due == phase.starts_on => due.min(phase.first_due),
        _ => due,
    }
}
