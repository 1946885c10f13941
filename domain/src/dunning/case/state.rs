//! What is known of a dunning case.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::dunning::{
    DunningCaseEvent, PauseReason, Progress, Stage, StageAction, StopReason, Strategy, TakenStage,
};
use crate::kernel::{ClientId, DunningCaseId, InvoiceId};

/// Dunning for one invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DunningCase {
    /// Nobody was ever late with it.
    #[default]
    Absent,
    /// Goes on.
    Open(OpenedCase),
    /// Is over.
    Stopped {
        /// What happened.
        case: OpenedCase,
        /// Why it is over.
        reason: StopReason,
    },
}

/// The particulars of a dunning case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedCase {
    /// The invoice.
    pub invoice_id: InvoiceId,
    /// Who owes it.
    pub client_id: ClientId,
    /// Its last day to be paid in time, if the case knows it.
    pub due_date: Option<NaiveDate>,
    /// What the strategy says.
    pub strategy: Strategy,
    /// How far it is.
    pub progress: Progress,
    /// How many promises were made.
    pub promises: u32,
    /// Why it rests, if it does.
    pub paused: Option<PauseReason>,
}

impl OpenedCase {
    /// Whether something was taken away that can be given back.
    pub fn holds_back(&self) -> bool {
        let given_back = |action| matches!(action, StageAction::Block | StageAction::Suspend);
        self.progress.taken.iter().any(|taken| given_back(taken.action))
    }
}

impl OpenedCase {
    /// The stage that comes next, with its number from 1; nothing after the last one.
    pub fn next_stage(&self) -> Option<(u32, &Stage)> {
        let done = self.progress.taken.last().map_or(0, |taken| taken.no);
        let no = done.checked_add(1)?;
        Some((no, self.strategy.stage(no)?))
    }

    /// The first day on which the next stage may be taken, as far as days alone say; nothing while
    /// the case rests, for a stage that waits for invoices or money only, and after the last one.
    pub fn next_stage_on(&self) -> Option<NaiveDate> {
        if self.paused.is_some() {
            return None;
        }
        let (_, stage) = self.next_stage()?;
        let later = |day: NaiveDate, days: u32| day.checked_add_days(Days::new(u64::from(days)));
        let due = later(self.due_date?, stage.when.days?)?;
        let grace = if stage.action.is_severe() { self.strategy.terms().grace_days } else { 0 };
        let last = self.progress.taken.last();
        let rested = last.and_then(|last| later(last.on, grace.max(1)));
        let promised = self.progress.promised_until.and_then(|day| later(day, 1));
        [Some(due), rested, promised].into_iter().flatten().max()
    }
}

impl DunningCase {
    /// The case of an invoice: there is one for each.
    pub fn id_of(invoice: InvoiceId) -> DunningCaseId {
        DunningCaseId::derive(invoice.uuid(), "dunning")
    }

    /// The particulars, once the case was opened.
    pub fn opened(&self) -> Option<&OpenedCase> {
        match self {
            Self::Absent => None,
            Self::Open(case) | Self::Stopped { case, .. } => Some(case),
        }
    }

    pub(super) fn take(&mut self, event: &DunningCaseEvent) {
        use DunningCaseEvent as Fact;
        match event {
            Fact::Opened { invoice_id, client_id, due_date, strategy, .. } => {
                *self = Self::Open(OpenedCase {
                    invoice_id: *invoice_id,
                    client_id: *client_id,
                    due_date: *due_date,
                    strategy: strategy.clone(),
                    progress: Progress::default(),
                    promises: 0,
                    paused: None,
                });
            }
            Fact::StepTaken { stage, action, on, .. } => self.change(|case| {
                let taken = TakenStage { no: *stage, action: *action, on: *on };
                case.progress.taken.push(taken);
            }),
            Fact::RetryRequested { on, .. } => {
                self.change(|case| case.progress.retried_on = Some(*on));
            }
            Fact::MethodRequested { on } => {
                self.change(|case| case.progress.method_asked_on = Some(*on));
            }
            Fact::PromiseMade { pay_by, .. } => self.change(|case| {
                case.progress.promised_until = Some(*pay_by);
                case.promises = case.promises.saturating_add(1);
            }),
            Fact::PromiseBroken { .. } | Fact::PromiseReleased { .. } => {
                self.change(|case| case.progress.promised_until = None);
            }
            Fact::Paused { reason, .. } => self.change(|case| case.paused = Some(*reason)),
            Fact::Resumed { .. } => self.change(|case| case.paused = None),
            Fact::Stopped { reason, .. } => {
                if let Self::Open(case) = self {
                    *self = Self::Stopped { case: case.clone(), reason: reason.clone() };
                }
            }
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut OpenedCase)) {
        if let Self::Open(case) = self {
            change(case);
        }
    }
}
