//! A service as billing sees it: its phases, what was billed for them, and what is still to be.
//!
//! | file | question |
//! | ---- | -------- |
//! | `phase.rs` | on which terms, from when to when |
//! | `billed.rs` | which lines were billed, and what of them may still go back |
//! | `plan.rs` | what is to be billed by a day, and what goes back |
//! | `wording.rs` | how that reads on a document |
//!
//! Guarantees that planning is total (whatever happened, there is an answer), idempotent (what a
//! plan holds is never planned again once it is documented) and costs the same however old the
//! service is: a phase that is over and settled is forgotten, and so are lines nobody can credit
//! any more. Absent on purpose: documents, taxes and coupons, and whose money it is.

mod billed;
mod phase;
mod plan;
mod wording;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use billed::{Billed, DocumentRef, LineRef, MOST_KEPT};
pub use phase::{Days, End, Phase, PlanTerms};
pub use plan::{MOST_LINES, Plan, PlannedKind, PlannedLine, Progress};

use crate::kernel::Money;
use crate::subscription::Anchor;
use crate::tax::TaxTreatment;

/// The phases of a service and the lines that were billed for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    phases: Vec<Phase>,
    billed: Vec<Billed>,
    phases_begun: u32,
    lines_billed: u32,
}

impl Service {
    /// The newest phase, ended or not; nothing before the service began.
    pub fn newest(&self) -> Option<&Phase> {
        self.phases.last()
    }

    /// How many phases are kept: those that are not over and settled.
    pub fn phases(&self) -> usize {
        self.phases.len()
    }

    /// The lines that may still go back, oldest first.
    pub fn billed(&self) -> &[Billed] {
        &self.billed
    }

    /// Whether something of what a document billed went back, on whatever document.
    pub fn gave_back(&self, document: DocumentRef) -> bool {
        let mut billed = self.billed.iter().filter(|line| line.on.document == document);
        billed.any(|line| line.left() != line.amount())
    }

    /// Begins a phase.
    pub fn begin(&mut self, terms: PlanTerms, anchor: Anchor, days: Days) {
        let billed = &self.billed;
        self.phases.retain(|phase| !phase.is_barren(billed));
        self.phases_begun = self.phases_begun.saturating_add(1);
        self.phases.push(Phase::new(self.phases_begun, terms, anchor, days));
    }

    /// Ends the newest phase.
    pub fn end(&mut self, end: End) {
        if let Some(phase) = self.phases.last_mut() {
            phase.end = Some(end);
        }
    }

    /// Takes back an end that has not been billed.
    pub fn go_on(&mut self) {
        if let Some(phase) = self.phases.last_mut() {
            phase.end = None;
        }
    }

    /// Moves the boundaries of what is not billed yet.
    pub fn set_anchor(&mut self, anchor: Anchor) {
        if let Some(phase) = self.phases.last_mut() {
            phase.starts_on = phase.billed_to.unwrap_or(phase.starts_on);
            phase.first_due = phase.first_due.max(phase.starts_on);
            phase.anchor = anchor;
        }
    }

    /// Taxes what is not billed yet in another way; what goes back is taxed as it was billed.
    pub fn set_tax(&mut self, tax: TaxTreatment) {
        for phase in &mut self.phases {
            phase.terms.tax = tax;
        }
    }

    /// Takes an amount off a billed line; nothing if there is no such line.
    pub fn adjust(&mut self, line: u32, amount: Money) {
        if let Some(billed) = self.billed.iter_mut().find(|billed| billed.line == line) {
            billed.take_off(amount);
        }
    }

    /// Lowers a billed line by what a coupon took off it; nothing if there is no such line.
    pub fn discount(&mut self, line: u32, amount: Money) {
        if let Some(billed) = self.billed.iter_mut().find(|billed| billed.line == line) {
            billed.discount(amount);
        }
    }

    /// Takes a plan as documented: nothing of it is planned again. `first` is where its first line
    /// stands; a plan without lines stands nowhere.
    pub fn document(&mut self, plan: &Plan, first: Option<LineRef>) {
        for (at, line) in (0_u32..).zip(&plan.lines) {
            self.lines_billed = self.lines_billed.saturating_add(1);
            let number = self.lines_billed;
            match (line.kind, line.of, line.period) {
                (PlannedKind::Unused, Some(of), Some(days)) => {
                    let credited = self.billed.iter_mut().find(|billed| billed.line == of);
                    let amount = line.amount.negate();
                    credited.into_iter().for_each(|billed| billed.give_back(days, amount));
                }
                (PlannedKind::Recurring, ..) => {
                    let on = first.map(|it| LineRef { line: it.line.saturating_add(at), ..it });
                    self.billed.extend(on.and_then(|on| Billed::of(number, line, on)));
                }
                (PlannedKind::Setup | PlannedKind::Unused, ..) => {}
            }
        }
        for progress in &plan.progress {
            if let Some(phase) = self.phases.iter_mut().find(|phase| phase.no == progress.phase) {
                phase.setup_billed = true;
                phase.billed_to = progress.billed_to.or(phase.billed_to);
            }
        }
        if !plan.more {
            self.forget(plan.through);
        }
    }

    /// Forgets what can no longer change anything: phases that are over and settled, with their
    /// lines, and the oldest lines of a long history.
    fn forget(&mut self, through: NaiveDate) {
        let newest = self.phases_begun;
        let settled = |phase: &Phase| phase.no != newest && phase.is_over(through);
        let gone: Vec<u32> =
            self.phases.iter().filter(|phase| settled(phase)).map(|phase| phase.no).collect();
        self.phases.retain(|phase| !gone.contains(&phase.no));
        let old = self.billed.len().saturating_sub(MOST_KEPT);
        self.billed.drain(..old);
    }
}
