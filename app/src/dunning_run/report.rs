//! What a dunning run did, or would do.

use std::collections::BTreeMap;
use std::fmt;

use billfold_domain::dunning::StageAction;
use billfold_domain::kernel::{ClientId, Currency, Money, MoneyRefusal};
use serde::Serialize;

use crate::commands::dunning::{CaseAdvanced, DunningAdvanced};
use crate::error::Refused;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Clients with something late, or with a case that goes on.
    pub looked_at: u64,
    /// Clients with a case in which something happened.
    pub advanced: u64,
    /// Clients of whom nothing was wanted today.
    pub rested: u64,
    /// Clients whom a rule refused, with the reason.
    pub quarantined: Vec<Quarantined>,
    /// Cases that began.
    pub opened: u64,
    /// Stages taken: reminders, last warnings, blocks, suspensions, ends of a service.
    pub stages: Stages,
    /// Declined payments that are to be tried again.
    pub retries: u64,
    /// Clients who are to give another way to pay.
    pub methods_requested: u64,
    /// Cases that ended.
    pub stopped: u64,
    /// Late fees charged, by currency.
    pub late_fees: BTreeMap<Currency, Money>,
    /// Whether nothing was appended.
    pub rehearsed: bool,
    /// Whether the run ended before its end: it was told to, or too much was refused.
    pub interrupted: bool,
}

/// Stages by what they do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stages {
    /// Reminders.
    pub remind: u64,
    /// Last warnings.
    pub warn: u64,
    /// No new orders.
    pub block: u64,
    /// Suspensions.
    pub suspend: u64,
    /// Ends of a service.
    pub terminate: u64,
}

/// A client whose cases were left as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quarantined {
    /// Who.
    pub client_id: ClientId,
    /// Why.
    pub reason: Refused,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Clients answered so far.
    pub clients: u64,
    /// Clients of whom something was wanted.
    pub advanced: u64,
}

impl Report {
    /// Counts what happened to a client.
    ///
    /// # Errors
    /// A sum is more than money can be.
    pub(super) fn count(&mut self, done: &DunningAdvanced) -> Result<(), MoneyRefusal> {
        if done.cases.is_empty() {
            self.rested += 1;
            return Ok(());
        }
        self.advanced += 1;
        done.cases.iter().try_for_each(|case| self.count_case(case))
    }

    fn count_case(&mut self, case: &CaseAdvanced) -> Result<(), MoneyRefusal> {
        self.opened += u64::from(case.opened);
        self.retries += u64::from(case.retry_at.is_some());
        self.methods_requested += u64::from(case.method_requested);
        self.stopped += u64::from(case.stopped.is_some());
        let Some(stage) = &case.stage else { return Ok(()) };
        *match stage.action {
            StageAction::Remind => &mut self.stages.remind,
            StageAction::Warn => &mut self.stages.warn,
            StageAction::Block => &mut self.stages.block,
            StageAction::Suspend => &mut self.stages.suspend,
            StageAction::Terminate => &mut self.stages.terminate,
        } += 1;
        if let Some(fee) = stage.late_fee {
            let sum = self.late_fees.entry(fee.currency());
            let sum = sum.or_insert_with(|| Money::zero(fee.currency()));
            *sum = sum.checked_add(fee)?;
        }
        Ok(())
    }

    /// Whether every client was answered in one way.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let quarantined = u64::try_from(self.quarantined.len()).unwrap_or(u64::MAX);
        self.looked_at == self.advanced + self.rested + quarantined
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { looked_at, advanced, rested, quarantined, .. } = self;
        let done = if self.rehearsed { "would advance" } else { "advanced" };
        let held = quarantined.len();
        write!(f, "{looked_at} clients = {advanced} {done} + {rested} rested")?;
        write!(f, " + {held} quarantined")?;
        let Stages { remind, warn, block, suspend, terminate } = self.stages;
        write!(f, "\n{} cases opened, {} stopped", self.opened, self.stopped)?;
        write!(f, "\n{remind} reminders, {warn} last warnings, {block} blocks, ")?;
        write!(f, "{suspend} suspensions, {terminate} services ended")?;
        write!(f, "\n{} payments to try again, ", self.retries)?;
        write!(f, "{} clients to give another way to pay", self.methods_requested)?;
        for fee in self.late_fees.values() {
            write!(f, "\n{fee} of late fees")?;
        }
        for Quarantined { client_id, reason } in quarantined {
            write!(f, "\nquarantined  {client_id}  {}: {}", reason.code, reason.detail)?;
        }
        if self.interrupted {
            write!(f, "\nended early; run it again to go on")?;
        }
        Ok(())
    }
}
